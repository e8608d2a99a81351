import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type EmbargoProposalId, type EmbargoState, NO_EMBARGO } from '../../domain/embargo.ts';
import { DAY_MS, type Instant, instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import { DEFAULT_EMBARGO, type EmbargoRules } from './rules.ts';
import { stepEmbargo } from './step.ts';
import { EMBARGO_TRANSITIONS, type EmbargoEvent } from './transitions.ts';

const START = instant(Date.UTC(2026, 2, 2, 16));
const day = (n: number): Instant => plus(START, n * DAY_MS);
const [A, B, C] = ['a', 'b', 'c'] as [EmbargoProposalId, EmbargoProposalId, EmbargoProposalId];

/** The state after events of one instant, `START` unless said otherwise. */
function after(
  events: readonly EmbargoEvent[],
  rules: EmbargoRules = DEFAULT_EMBARGO,
  now = START,
) {
  return events.reduce<EmbargoState>(
    (state, event) => stepEmbargo(rules, state, event, now).state,
    NO_EMBARGO,
  );
}

const propose = (proposal: EmbargoProposalId, days: number): EmbargoEvent => {
  return { kind: 'propose', proposal, endsAt: day(days) };
};
const accept = (proposal: EmbargoProposalId): EmbargoEvent => ({ kind: 'accept', proposal });
const reject = (proposal: EmbargoProposalId): EmbargoEvent => ({ kind: 'reject', proposal });
const ACTIVE = after([propose(A, 14), accept(A)]);

test('propose, accept, reject and end are the transition function of Vultron', () => {
  const { propose: p, accept: a, reject: r, end: t } = EMBARGO_TRANSITIONS;
  assert.deepEqual(
    [p.none, p.proposed, p.active, p.revise, p.exited],
    [['proposed'], ['proposed'], ['revise'], ['revise'], null],
  );
  // Vultron has one open proposal at a time in its letters; several leave the state with some open.
  assert.deepEqual(
    [a.none, a.proposed, a.active, a.revise, a.exited],
    [null, ['active', 'revise'], null, ['active', 'revise'], null],
  );
  assert.deepEqual(
    [r.none, r.proposed, r.active, r.revise, r.exited],
    [null, ['none', 'proposed'], null, ['active', 'revise'], null],
  );
  assert.deepEqual(
    [t.none, t.proposed, t.active, t.revise, t.exited],
    [null, null, ['exited'], ['exited'], null],
  );
});

test('an event without a place is a conflict that names it, the state and its places', () => {
  const refuses = (state: EmbargoState, event: EmbargoEvent, message: string) =>
    assert.throws(() => stepEmbargo(DEFAULT_EMBARGO, state, event, START), {
      code: 'CONFLICT',
      message,
    });
  refuses(NO_EMBARGO, accept(A), 'embargo: expected proposed or revise for "accept", found none');
  const over = after([propose(A, 14), accept(A), { kind: 'end' }]);
  refuses(
    over,
    propose(B, 20),
    'embargo: expected none or proposed or active or revise for "propose", found exited',
  );
  refuses(
    ACTIVE,
    { kind: 'agree_trigger' },
    'embargo: expected proposed for "agree_trigger", found active',
  );
});

describe('proposals', () => {
  test('the shortest is accepted first, and the rest stay open as revisions of it', () => {
    const three = after([propose(A, 14), propose(B, 10), propose(C, 21)]);
    assert.throws(() => stepEmbargo(DEFAULT_EMBARGO, three, accept(A), START), {
      code: 'CONFLICT',
      message: 'proposal: expected the shortest that is open, found longer',
    });
    const { state, effects } = stepEmbargo(DEFAULT_EMBARGO, three, accept(B), START);
    assert.deepEqual(state, {
      status: 'revise',
      fixReadyAt: null,
      pocTrigger: 'unset',
      terms: { startedAt: START, endsAt: day(10) },
      proposals: [
        { id: A, endsAt: day(14) },
        { id: C, endsAt: day(21) },
      ],
      ending: null,
    });
    assert.deepEqual(effects, [{ do: 'set_disclosure', at: day(10) }]);
  });

  test('a revision moves the end and not the start, and every consent hears of it', () => {
    const revise = after([propose(A, 14), accept(A), propose(B, 20)]);
    const { state, effects } = stepEmbargo(DEFAULT_EMBARGO, revise, accept(B), day(3));
    assert.deepEqual('terms' in state && state.terms, { startedAt: START, endsAt: day(20) });
    assert.deepEqual(effects, [
      { do: 'set_disclosure', at: day(20) },
      { do: 'consents', event: { kind: 'revised', endsAt: day(20) } },
    ]);
  });

  test('a rejected revision leaves what was agreed, a rejected proposal nothing', () => {
    assert.deepEqual(after([propose(A, 14), accept(A), propose(B, 20), reject(B)]), ACTIVE);
    const trigger: EmbargoEvent = { kind: 'agree_trigger' };
    assert.deepEqual(after([propose(A, 14), trigger, reject(A)]), NO_EMBARGO);
  });

  test('ends that have passed, ids that are taken and ids that are unknown are refused', () => {
    const open = after([propose(A, 14)]);
    const refuses = (event: EmbargoEvent, code: string) =>
      assert.throws(() => stepEmbargo(DEFAULT_EMBARGO, open, event, START), { code });
    refuses(propose(B, 0), 'INVALID_INPUT');
    refuses(propose(A, 20), 'CONFLICT');
    refuses(accept(B), 'CONFLICT');
    refuses(reject(B), 'CONFLICT');
    const late = stepEmbargo(DEFAULT_EMBARGO, open, { kind: 'clock' }, day(14));
    assert.deepEqual(late.state, NO_EMBARGO, 'a proposal that has passed falls');
  });
});

describe('ends that come by themselves', () => {
  test('the agreed end is in force up to it and over at it, dated when it was due', () => {
    const clock = (now: Instant) => stepEmbargo(DEFAULT_EMBARGO, ACTIVE, { kind: 'clock' }, now);
    assert.deepEqual(clock(plus(day(14), -1)), { state: ACTIVE, effects: [] });
    for (const late of [0, 5 * DAY_MS]) {
      assert.deepEqual(clock(plus(day(14), late)), {
        state: {
          status: 'exited',
          fixReadyAt: null,
          pocTrigger: 'unset',
          at: day(14),
          reason: 'expired',
        },
        effects: [
          { do: 'disclose_by', at: day(14) },
          { do: 'consents', event: { kind: 'exited' } },
        ],
      });
    }
  });

  test('an answer after the end finds it ended, though the worker has not looked', () => {
    const revise = after([propose(A, 14), accept(A), propose(B, 20)]);
    assert.throws(() => stepEmbargo(DEFAULT_EMBARGO, revise, accept(B), day(14)), {
      code: 'CONFLICT',
      message: /for "accept", found exited/,
    });
  });

  test('of several ends the earliest is the one that came', () => {
    const rules = { ...DEFAULT_EMBARGO, endsWithoutFixMs: 10 * DAY_MS };
    const reasonAt = (days: number, events: readonly EmbargoEvent[] = []) => {
      const state = after([propose(A, 14), accept(A), ...events], rules);
      const { state: over } = stepEmbargo(rules, state, { kind: 'clock' }, day(days));
      return over.status === 'exited' ? [over.reason, over.at] : over.status;
    };
    assert.deepEqual(reasonAt(30), ['no_fix', day(10)]);
    assert.deepEqual(reasonAt(30, [{ kind: 'fix_ready', at: START }]), ['expired', day(14)]);
    const minutes = plus(START, 30 * MINUTE_MS);
    assert.deepEqual(reasonAt(30, [{ kind: 'exploited', at: START }]), ['exploited', minutes]);
  });
});

describe('what the world does', () => {
  test('an embargo that never began cannot begin once the matter is public or exploited', () => {
    const before = [[], [propose(A, 14)]];
    for (const kind of ['public', 'third_party', 'exploited'] as const) {
      for (const events of before) {
        const over = after([...events, { kind, at: START }]);
        assert.equal(over.status, 'exited', kind);
        assert.throws(() => stepEmbargo(DEFAULT_EMBARGO, over, propose(B, 9), START), {
          code: 'CONFLICT',
        });
      }
    }
  });

  test('exploitation alone does not disclose what is under no embargo', () => {
    const { effects } = stepEmbargo(
      DEFAULT_EMBARGO,
      NO_EMBARGO,
      { kind: 'exploited', at: START },
      START,
    );
    assert.deepEqual(effects, []);
  });

  test('what becomes public after an embargo ended without a fix is disclosed from then on', () => {
    const rules = { ...DEFAULT_EMBARGO, endsWithoutFixMs: 10 * DAY_MS };
    const over = stepEmbargo(rules, ACTIVE, { kind: 'clock' }, day(10));
    assert.deepEqual(over.effects, [
      { do: 'ask', question: 'DISCLOSE_WITHOUT_FIX', dueAt: null },
      { do: 'consents', event: { kind: 'exited' } },
    ]);
    const step = stepEmbargo(rules, over.state, { kind: 'public', at: day(12) }, day(12));
    assert.deepEqual(step, { state: over.state, effects: [{ do: 'disclose_by', at: day(12) }] });
  });

  test('an agreed trigger of an embargo that never began opens nothing', () => {
    const open = after([propose(A, 14), { kind: 'agree_trigger' }]);
    const { effects } = stepEmbargo(
      DEFAULT_EMBARGO,
      open,
      { kind: 'third_party', at: START },
      START,
    );
    assert.ok(effects.every((effect) => effect.do !== 'open_poc'));
  });

  test('nothing has happened that is dated after now', () => {
    const over = after([propose(A, 14), accept(A), { kind: 'end' }]);
    for (const kind of ['public', 'third_party', 'exploited', 'fix_ready'] as const) {
      for (const state of kind === 'exploited' ? [ACTIVE] : [ACTIVE, over]) {
        const event: EmbargoEvent = { kind, at: plus(START, 1) };
        assert.throws(() => stepEmbargo(DEFAULT_EMBARGO, state, event, START), {
          code: 'INVALID_INPUT',
          field: 'at',
        });
      }
    }
  });

  test('the first fix counts, and an earlier one that is learned of later', () => {
    const fixed = (state: EmbargoState, days: number) =>
      stepEmbargo(DEFAULT_EMBARGO, state, { kind: 'fix_ready', at: day(days) }, day(9)).state;
    assert.equal(fixed(fixed(ACTIVE, 5), 7).fixReadyAt, day(5));
    assert.equal(fixed(fixed(ACTIVE, 7), 5).fixReadyAt, day(5));
  });

  test('counts of vendors that cannot be are refused', () => {
    for (const [ready, affected] of [
      [1, 0],
      [-1, 4],
      [5, 4],
      [0.5, 4],
      [1, 1.5],
    ] as const) {
      const event: EmbargoEvent = { kind: 'vendors_ready', ready, affected };
      assert.throws(() => stepEmbargo(DEFAULT_EMBARGO, ACTIVE, event, START), {
        code: 'INVALID_INPUT',
      });
    }
  });
});

describe('ending what is exploited', () => {
  const EXPLOITED: EmbargoEvent = { kind: 'exploited', at: START };

  test('a second report does not restart the time to decide', () => {
    const asked = stepEmbargo(DEFAULT_EMBARGO, ACTIVE, EXPLOITED, START).state;
    const later = plus(START, 10 * MINUTE_MS);
    const again = stepEmbargo(DEFAULT_EMBARGO, asked, { kind: 'exploited', at: later }, later);
    assert.deepEqual(again, { state: asked, effects: [] });
  });

  test('a refusal keeps what is open and agreed, and does not bind the next report', () => {
    const asked = after([propose(A, 14), accept(A), propose(B, 20), EXPLOITED]);
    const kept = stepEmbargo(
      DEFAULT_EMBARGO,
      asked,
      { kind: 'keep', reason: 'Another bug.' },
      START,
    );
    assert.deepEqual(kept.state, after([propose(A, 14), accept(A), propose(B, 20)]));
    assert.throws(
      () => stepEmbargo(DEFAULT_EMBARGO, kept.state, { kind: 'keep', reason: 'Again.' }, START),
      { code: 'CONFLICT', message: 'embargo: expected an open proposal to end, found none' },
    );
    const { effects } = stepEmbargo(DEFAULT_EMBARGO, kept.state, EXPLOITED, day(1));
    assert.deepEqual(effects, [
      { do: 'ask', question: 'END_EXPLOITED', dueAt: plus(day(1), 30 * MINUTE_MS) },
    ]);
  });

  test('persons who end it before the time is up end it for that reason', () => {
    const end = (state: EmbargoState) =>
      stepEmbargo(DEFAULT_EMBARGO, state, { kind: 'end' }, plus(START, 1)).state;
    const asked = stepEmbargo(DEFAULT_EMBARGO, ACTIVE, EXPLOITED, START).state;
    for (const [state, reason] of [
      [asked, 'exploited'],
      [ACTIVE, 'agreed'],
    ] as const) {
      const over = end(state);
      assert.deepEqual(over.status === 'exited' && [over.reason, over.at], [reason, START + 1]);
    }
  });
});
