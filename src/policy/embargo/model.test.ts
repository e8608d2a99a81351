import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { counts } from '../../../tests/counts.ts';
import {
  type ConsentState,
  type EmbargoProposalId,
  type EmbargoState,
  type InvitationId,
  NO_EMBARGO,
} from '../../domain/embargo.ts';
import type { ConsentMode } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, plus } from '../../domain/instant.ts';
import { stepConsent } from './consent.ts';
import { DEFAULT_EMBARGO, type EmbargoRules } from './rules.ts';
import { stepEmbargo } from './step.ts';
import type { ConsentEvent, EmbargoEvent } from './transitions.ts';

const RULES: EmbargoRules = {
  ...DEFAULT_EMBARGO,
  endsWithoutFixMs: 12 * DAY_MS,
  answerWithinMs: 2 * DAY_MS,
  suggestEndAtPercent: 60,
};
const START = instant(Date.UTC(2026, 0, 1));
const MODES: readonly ConsentMode[] = ['per_alert', 'per_alert', 'standing'];

/** What somebody does after `wait` hours; the verb says what `n` and `who` mean. */
const step = fc.record({
  wait: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 12 }) },
    { weight: 1, arbitrary: fc.integer({ min: 12, max: 96 }) },
  ),
  who: fc.nat({ max: MODES.length - 1 }),
  n: fc.nat({ max: 12 }),
  verb: fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom('invite', 'answer_yes') },
    { weight: 6, arbitrary: fc.constantFrom('answer_no', 'withdraw') },
    { weight: 30, arbitrary: fc.constantFrom('propose', 'accept', 'accept', 'reject') },
    { weight: 6, arbitrary: fc.constantFrom('fix_ready', 'vendors_ready', 'agree_trigger') },
    { weight: 2, arbitrary: fc.constantFrom('exploited', 'keep') },
    { weight: 1, arbitrary: fc.constantFrom('end', 'public', 'third_party') },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Member = {
  readonly mode: ConsentMode;
  state: ConsentState;
  /** What its open invitation showed, as the participant saw it; null while none is open. */
  seen: { readonly id: InvitationId; readonly until: Instant; readonly deadline: Instant } | null;
  /** The latest end that it has accepted by an answer. */
  bound: Instant | null;
};

class World {
  now: Instant = START;
  embargo: EmbargoState = NO_EMBARGO;
  disclosureAt: Instant | null = null;
  pocOpen = false;
  invitations = 0;
  readonly members: Member[] = MODES.map((mode) => {
    return { mode, state: { consent: 'no_embargo' }, seen: null, bound: null };
  });

  /** Whoever begins with an embargo gets further than to propose one. */
  begin(): void {
    const proposal = 'p0' as EmbargoProposalId;
    this.#event({ kind: 'propose', proposal, endsAt: plus(START, 9 * DAY_MS) });
    this.#event({ kind: 'agree_trigger' });
    this.#event({ kind: 'accept', proposal });
  }

  do({ wait, who, n, verb }: Step): void {
    this.now = plus(this.now, wait * HOUR_MS);
    const member = this.members[who];
    assert.ok(member);
    const stale = 'i1' as InvitationId;
    const invitation = n === 0 ? stale : (member.seen?.id ?? stale);
    const at = plus(this.now, (1 - n) * HOUR_MS);
    const proposal = (n % 2 === 0 ? this.#shortest() : null) ?? (`p${n % 3}` as EmbargoProposalId);
    switch (verb) {
      case 'invite':
        this.#invite(member, n === 0 ? null : plus(this.now, (n - 1) * 8 * HOUR_MS));
        break;
      case 'answer_yes':
        this.#consent(member, { kind: 'accept', invitation });
        break;
      case 'answer_no':
        this.#consent(member, { kind: 'decline', invitation });
        break;
      case 'withdraw':
        this.#consent(member, { kind: 'withdraw' });
        break;
      case 'propose':
        this.#event({
          kind: 'propose',
          proposal: `p${n % 3}` as EmbargoProposalId,
          endsAt: plus(this.now, n * 2 * DAY_MS),
        });
        break;
      case 'accept':
      case 'reject':
        this.#event({ kind: verb, proposal });
        break;
      case 'exploited':
      case 'fix_ready':
      case 'public':
      case 'third_party':
        this.#event({ kind: verb, at });
        break;
      case 'vendors_ready':
        this.#suggest(n);
        break;
      case 'keep':
        this.#event({ kind: 'keep', reason: n === 0 ? ' ' : 'Seen in a laboratory only.' });
        break;
      case 'agree_trigger':
      case 'end':
        this.#event({ kind: verb });
        break;
    }
    // Sooner or later the worker looks; what it finds must hold whoever acted before it did.
    this.#event({ kind: 'clock' });
    for (const each of this.members) this.#consent(each, { kind: 'clock' });
  }

  #event(event: EmbargoEvent): void {
    const before = this.embargo;
    const done = attempt(() => stepEmbargo(RULES, before, event, this.now));
    if (done === null) return;
    this.embargo = frozen(done.state);
    for (const effect of done.effects) {
      if (effect.do === 'set_disclosure') this.disclosureAt = effect.at;
      if (effect.do === 'disclose_by') {
        this.disclosureAt = Math.min(this.disclosureAt ?? effect.at, effect.at) as Instant;
      }
      if (effect.do === 'open_poc') {
        assert.ok(!this.pocOpen && event.kind === 'third_party', 'the gate opens once, on that');
        this.pocOpen = true;
      }
      if (effect.do === 'consents')
        for (const each of this.members) this.#consent(each, effect.event);
    }
    if (before.status === 'exited') assert.equal(this.embargo.status, 'exited', 'begins again');
  }

  #shortest(): EmbargoProposalId | null {
    const open = 'proposals' in this.embargo ? this.embargo.proposals : [];
    return [...open].sort((a, b) => a.endsAt - b.endsAt)[0]?.id ?? null;
  }

  #suggest(ready: number): void {
    const event: EmbargoEvent = { kind: 'vendors_ready', ready, affected: 10 };
    const settled = stepEmbargo(RULES, this.embargo, { kind: 'clock' }, this.now).state;
    const done = attempt(() => stepEmbargo(RULES, settled, event, this.now));
    if (done !== null) assert.deepEqual(done.state, settled, 'a suggestion changes nothing');
  }

  #invite(member: Member, deadline: Instant | null): void {
    const id = `i${++this.invitations}` as InvitationId;
    const effects = this.#consent(member, { kind: 'invite', invitation: id, deadline });
    const sent = effects.flatMap((effect) => ('notice' in effect ? [effect.notice] : []));
    for (const notice of sent) {
      assert.deepEqual(Object.keys(notice), ['invitation', 'terms', 'deadline']);
      member.seen = { id, until: notice.terms.until, deadline: notice.deadline };
    }
  }

  #consent(member: Member, event: ConsentEvent) {
    const before = member.state;
    const context = { rules: RULES, embargo: this.embargo, mode: member.mode };
    const done = attempt(() => stepConsent(context, before, event, this.now));
    if (done === null) return [];
    member.state = frozen(done.state);
    if (member.state.consent === 'signatory' && before.consent !== 'signatory') {
      const { seen } = member;
      assert.ok(event.kind === 'accept', `signatory by ${event.kind}`);
      assert.ok(seen !== null && seen.id === event.invitation, 'signatory without an invitation');
      assert.ok(this.now < seen.deadline, 'signatory after the deadline');
      const { status } = stepEmbargo(RULES, this.embargo, { kind: 'clock' }, this.now).state;
      assert.ok(status === 'active' || status === 'revise', `signatory of what is ${status}`);
      member.bound = seen.until;
    }
    if (member.state.consent !== 'invited') member.seen = null;
    return done.effects;
  }

  /** What holds whenever the worker has looked. */
  expectKept(): void {
    const { embargo, now } = this;
    const inForce =
      embargo.status === 'active' || embargo.status === 'revise' ? embargo.terms : null;
    if (inForce !== null) {
      assert.ok(now < inForce.endsAt, 'in force after its end');
      assert.equal(this.disclosureAt, inForce.endsAt, 'T0 is the end that was agreed');
    }
    if (
      embargo.status === 'exited' &&
      embargo.reason !== 'no_fix' &&
      embargo.pocTrigger !== 'unset'
    ) {
      assert.ok(this.disclosureAt !== null && this.disclosureAt <= now, 'over, and not disclosed');
    }
    for (const { mode, state, bound } of this.members) {
      if (state.consent === 'invited') {
        assert.ok(inForce !== null, 'invited to nothing');
        assert.ok(now < state.deadline, 'silent past the deadline');
      }
      if (mode === 'per_alert' && inForce !== null && state.consent === 'signatory') {
        assert.ok(bound !== null && inForce.endsAt <= bound, 'bound longer than it accepted');
      }
    }
  }
}

test('no history brings an embargo back, or makes a signatory without an answer in time', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 60, size: 'max' }), (begun, steps) => {
      const world = new World();
      if (begun) world.begin();
      for (const each of steps) {
        world.do(each);
        world.expectKept();
      }
    }),
    { numRuns: 500 * counts.properties },
  );
});

/** Null where the event is refused; the world is then as it was. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    assert.ok(error instanceof TocsinError, String(error));
    assert.ok(['CONFLICT', 'INVALID_INPUT'].includes(error.code), error.code);
    return null;
  }
}

/** So that a step that writes into what it was given fails. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
