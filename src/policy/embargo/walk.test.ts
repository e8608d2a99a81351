import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EMBARGOES,
  type Embargo,
  type EmbargoProposalId,
  type EmbargoState,
  NO_EMBARGO,
} from '../../domain/embargo.ts';
import { TocsinError } from '../../domain/errors.ts';
import { HOUR_MS, type Instant, instant } from '../../domain/instant.ts';
import { clock } from './clock.ts';
import { DEFAULT_EMBARGO, type EmbargoRules } from './rules.ts';
import { stepEmbargo } from './step.ts';
import { EMBARGO_TRANSITIONS, type EmbargoEvent } from './transitions.ts';

const RULES: EmbargoRules = {
  ...DEFAULT_EMBARGO,
  endsWithoutFixMs: 2 * HOUR_MS,
  decideExploitedWithinMs: HOUR_MS,
  suggestEndAtPercent: 50,
};
const LAST = 4;
const hour = (n: number): Instant => instant(n * HOUR_MS);
const P = ['p1', 'p3', 'p4'] as EmbargoProposalId[];
const ENDS = [hour(1), hour(3), hour(4)];

/** Everything that can happen at an hour: whoever proposes does so with one of three ends. */
function eventsAt(now: Instant): EmbargoEvent[] {
  return [
    ...P.flatMap((proposal, i): EmbargoEvent[] => [
      { kind: 'propose', proposal, endsAt: ENDS[i] ?? now },
      { kind: 'accept', proposal },
      { kind: 'reject', proposal },
    ]),
    { kind: 'agree_trigger' },
    { kind: 'end' },
    { kind: 'keep', reason: 'The reports were of another vulnerability.' },
    { kind: 'keep', reason: ' ' },
    ...[now, Math.max(0, now - HOUR_MS) as Instant].flatMap((at): EmbargoEvent[] => [
      { kind: 'public', at },
      { kind: 'third_party', at },
      { kind: 'exploited', at },
      { kind: 'fix_ready', at },
    ]),
    { kind: 'public', at: hour(LAST + 1) },
    { kind: 'vendors_ready', ready: 1, affected: 2 },
    { kind: 'clock' },
  ];
}

/** Every state that hours 0 to 4 can bring about, each event tried in each; calls back per step. */
function walk(
  visit: (before: EmbargoState, event: EmbargoEvent, now: Instant, after: EmbargoState) => void,
): { readonly edges: ReadonlySet<string>; readonly states: number } {
  const edges = new Set<string>();
  const seen = new Set<string>();
  const queue: { readonly state: EmbargoState; readonly now: number }[] = [];
  const reach = (state: EmbargoState, now: number) => {
    const key = JSON.stringify([state, now]);
    if (now > LAST || seen.has(key)) return;
    seen.add(key);
    queue.push({ state, now });
  };
  reach(NO_EMBARGO, 0);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { state, now } = next;
    reach(state, now + 1);
    const from = clock(RULES, state, hour(now)).state.status;
    for (const event of eventsAt(hour(now))) {
      const after = attempt(state, event, hour(now));
      if (after === null) continue;
      edges.add(`${event.kind} ${from} ${after.status}`);
      visit(state, event, hour(now), after);
      reach(after, now);
    }
  }
  return { edges, states: seen.size };
}

function attempt(state: EmbargoState, event: EmbargoEvent, now: Instant): EmbargoState | null {
  try {
    return stepEmbargo(RULES, state, event, now).state;
  } catch (error) {
    assert.ok(error instanceof TocsinError, `${event.kind} breaks in ${JSON.stringify(state)}`);
    assert.ok(['CONFLICT', 'INVALID_INPUT'].includes(error.code));
    return null;
  }
}

test('every state that four hours can bring about keeps what an embargo promises', () => {
  const clocked = new Map<Embargo, Set<Embargo>>();
  const { edges, states } = walk((before, event, now, after) => {
    try {
      expectKept(before, event, now, after);
    } catch (error) {
      throw new Error(JSON.stringify({ before, event, now, after }), { cause: error });
    }
    if (event.kind === 'clock') {
      clocked.set(before.status, (clocked.get(before.status) ?? new Set()).add(after.status));
    }
  });
  assert.ok(states > 1_000, `${states} states`);

  // The table says exactly what was seen: no cell leads where nothing goes, and nothing goes where
  // no cell leads.
  for (const from of EMBARGOES) {
    const byClock = EMBARGOES.filter((to) => clocked.get(from)?.has(to));
    assert.deepEqual(byClock, EMBARGO_TRANSITIONS.clock[from], `clock ${from}`);
    for (const [kind, row] of Object.entries(EMBARGO_TRANSITIONS)) {
      const seen = EMBARGOES.filter((to) => edges.has(`${kind} ${from} ${to}`));
      if (kind !== 'clock') assert.deepEqual(seen, row[from] ?? [], `${kind} ${from}`);
    }
  }
});

function expectKept(
  before: EmbargoState,
  event: EmbargoEvent,
  now: Instant,
  after: EmbargoState,
): void {
  if (before.status === 'exited') {
    assert.ok(after.status === 'exited', 'begins again');
    assert.deepEqual([after.at, after.reason], [before.at, before.reason]);
  }
  if (after.status === 'exited') {
    assert.ok(after.at <= now, 'ends in the future');
    return;
  }
  assert.ok(event.kind !== 'public' && event.kind !== 'third_party', 'survives being public');
  if (after.status === 'none' || after.status === 'proposed') {
    assert.ok(event.kind !== 'exploited', 'may still begin');
    return;
  }
  const { startedAt, endsAt } = after.terms;
  assert.ok(startedAt <= now && now < endsAt, 'in force after its end');
  const fixed = after.fixReadyAt !== null;
  assert.ok(fixed || now < startedAt + 2 * HOUR_MS, 'in force without a fix');
  if (after.status === 'active') return;
  assert.ok(after.ending === null || now < after.ending.dueAt, 'undecided after its time');
  assert.ok(after.proposals.length > 0 || after.ending !== null, 'nothing to revise');
  assert.ok(
    after.proposals.every((each) => each.endsAt > now),
    'a dead proposal is open',
  );
}
