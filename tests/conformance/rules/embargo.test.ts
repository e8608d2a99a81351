import assert from 'node:assert/strict';
import {
  type ConsentState,
  type EmbargoProposalId,
  type EmbargoState,
  type InvitationId,
  NO_EMBARGO,
} from '../../../src/domain/embargo.ts';
import { DAY_MS, type Instant, instant, MINUTE_MS, plus } from '../../../src/domain/instant.ts';
import { stepConsent } from '../../../src/policy/embargo/consent.ts';
import { type EmbargoRules, parseEmbargo } from '../../../src/policy/embargo/rules.ts';
import { stepEmbargo } from '../../../src/policy/embargo/step.ts';
import type { ConsentEvent, EmbargoEvent } from '../../../src/policy/embargo/transitions.ts';
import { parseYaml } from '../../../src/policy/yaml.ts';
import { rule } from '../../support/rule.ts';

const START = instant(Date.UTC(2026, 0, 15, 16));
const day = (n: number): Instant => plus(START, n * DAY_MS);
/** The millisecond before, the instant itself, the millisecond after. */
const around = (at: Instant): Instant[] => [plus(at, -1), at, plus(at, 1)];

const RULES: EmbargoRules = parseEmbargo(
  parseYaml(
    'programme.yaml',
    'ends_without_fix: 90d\nanswer_within: 7d\ndecide_exploited_within: 30m\nsuggest_end_at: 75%\n',
  ),
);

/** An embargo of `days` from `START` on, with the events before its beginning. */
function begun(days: number, before: readonly EmbargoEvent[] = []): EmbargoState {
  const proposal = 'p' as EmbargoProposalId;
  const events: EmbargoEvent[] = [
    { kind: 'propose', proposal, endsAt: day(days) },
    ...before,
    { kind: 'accept', proposal },
  ];
  return events.reduce<EmbargoState>(
    (state, event) => stepEmbargo(RULES, state, event, START).state,
    NO_EMBARGO,
  );
}

function exitOf(state: EmbargoState): readonly [string, Instant] | string {
  return state.status === 'exited' ? [state.reason, state.at] : state.status;
}

rule(
  'R12',
  'an embargo ends by itself after 90 days without a fix',
  {
    in: 'src/policy/embargo/clock.ts',
    from: 'rules.endsWithoutFixMs === null || fixReadyAt !== null',
    to: 'rules.endsWithoutFixMs === null',
  },
  () => {
    const at = (now: Instant, events: readonly EmbargoEvent[] = []) => {
      const state = events.reduce<EmbargoState>(
        (before, event) => stepEmbargo(RULES, before, event, day(89)).state,
        begun(120),
      );
      return exitOf(stepEmbargo(RULES, state, { kind: 'clock' }, now).state);
    };
    const over = ['no_fix', day(90)];
    assert.deepEqual(
      around(day(90)).map((now) => at(now)),
      ['active', over, over],
    );
    const fixed: EmbargoEvent = { kind: 'fix_ready', at: day(89) };
    assert.deepEqual(
      around(day(90)).map((now) => at(now, [fixed])),
      ['active', 'active', 'active'],
    );
  },
);

const INVITATION = 'i' as InvitationId;
const INVITED_AT = day(1);
const DEADLINE = plus(INVITED_AT, 7 * DAY_MS);

function consent(state: ConsentState, event: ConsentEvent, now: Instant): ConsentState {
  const context = { rules: RULES, embargo: begun(30), mode: 'per_alert' } as const;
  return stepConsent(context, state, event, now).state;
}

const invited = () =>
  consent(
    { consent: 'no_embargo' },
    { kind: 'invite', invitation: INVITATION, deadline: null },
    INVITED_AT,
  );

rule(
  'R37',
  'an invitee who is silent for seven days has declined, and needs a new invitation',
  {
    in: 'src/policy/embargo/consent.ts',
    from: 'now < state.deadline',
    to: 'now <= state.deadline',
  },
  () => {
    const declined = { consent: 'declined', by: 'silence' };
    assert.deepEqual(
      around(DEADLINE).map((now) => consent(invited(), { kind: 'clock' }, now)),
      [invited(), declined, declined],
    );
    const accept: ConsentEvent = { kind: 'accept', invitation: INVITATION };
    assert.equal(consent(invited(), accept, plus(DEADLINE, -1)).consent, 'signatory');
    for (const now of [DEADLINE, plus(DEADLINE, 1)]) {
      assert.throws(() => consent(invited(), accept, now), {
        code: 'CONFLICT',
        message: 'consent: expected invited for "accept", found declined',
      });
      const again: ConsentEvent = {
        kind: 'invite',
        invitation: 'j' as InvitationId,
        deadline: null,
      };
      const anew = consent(consent(invited(), { kind: 'clock' }, now), again, now);
      assert.throws(() => consent(anew, accept, now), { code: 'CONFLICT' });
      const late: ConsentEvent = { kind: 'accept', invitation: 'j' as InvitationId };
      assert.equal(consent(anew, late, now).consent, 'signatory');
    }
  },
);

rule(
  'R53',
  'public details or a public exploit end the embargo at once, and T0 is when they came out',
  {
    in: 'src/policy/embargo/step.ts',
    from: "return exit(parts, happened(event.at, now), 'public');",
    to: "return exit(parts, now, 'public');",
  },
  () => {
    const noticed = plus(day(3), 42 * MINUTE_MS);
    const revise = stepEmbargo(
      RULES,
      begun(14),
      { kind: 'propose', proposal: 'q' as EmbargoProposalId, endsAt: day(20) },
      day(1),
    ).state;
    for (const state of [NO_EMBARGO, begun(14), revise]) {
      const step = stepEmbargo(RULES, state, { kind: 'public', at: day(3) }, noticed);
      assert.deepEqual(exitOf(step.state), ['public', day(3)]);
      // Nothing is asked of anybody, and T0 is the event's time.
      assert.deepEqual(step.effects, [
        { do: 'disclose_by', at: day(3) },
        { do: 'consents', event: { kind: 'exited' } },
      ]);
    }
    // What was public before the agreed end is still noticed up to it; then that end has come.
    assert.deepEqual(
      around(day(14)).map((now) =>
        exitOf(stepEmbargo(RULES, begun(14), { kind: 'public', at: day(3) }, now).state),
      ),
      [
        ['public', day(3)],
        ['expired', day(14)],
        ['expired', day(14)],
      ],
    );
  },
);

rule(
  'R54',
  'exploitation asks for an end within minutes, the default is yes, a refusal needs a reason',
  {
    in: 'src/policy/embargo/clock.ts',
    from: "if (parts.ending !== null) ends.push({ at: parts.ending.dueAt, reason: 'exploited' });",
    to: '',
  },
  () => {
    const asked = stepEmbargo(RULES, begun(14), { kind: 'exploited', at: day(2) }, day(3));
    const dueAt = plus(day(3), 30 * MINUTE_MS);
    assert.equal(asked.state.status, 'revise');
    assert.deepEqual(asked.effects, [{ do: 'ask', question: 'END_EXPLOITED', dueAt }]);
    assert.deepEqual(
      around(dueAt).map((now) =>
        exitOf(stepEmbargo(RULES, asked.state, { kind: 'clock' }, now).state),
      ),
      ['revise', ['exploited', dueAt], ['exploited', dueAt]],
    );
    const { effects } = stepEmbargo(RULES, asked.state, { kind: 'clock' }, dueAt);
    assert.deepEqual(effects[0], { do: 'disclose_by', at: dueAt });
    const keep = (reason: string, now: Instant) =>
      stepEmbargo(RULES, asked.state, { kind: 'keep', reason }, now).state;
    assert.deepEqual(keep('Seen in a laboratory only.', plus(dueAt, -1)), begun(14));
    for (const reason of ['', ' \n']) {
      assert.throws(() => keep(reason, day(3)), { code: 'INVALID_INPUT', field: 'reason' });
    }
    assert.throws(() => keep('Too late.', dueAt), { code: 'CONFLICT' });
  },
);

rule(
  'R55',
  'where it was agreed at the start, publication by a third party opens the proof of concept',
  {
    in: 'src/policy/embargo/step.ts',
    from: "if (state.pocTrigger !== 'agreed') return { state, effects };",
    to: "if (state.pocTrigger === 'fired') return { state, effects };",
  },
  () => {
    const gate = (state: EmbargoState, now: Instant) =>
      stepEmbargo(RULES, state, { kind: 'third_party', at: day(3) }, now);
    const agreed = begun(14, [{ kind: 'agree_trigger' }]);
    const opened = gate(agreed, day(4));
    assert.deepEqual(opened.effects, [
      { do: 'disclose_by', at: day(3) },
      { do: 'consents', event: { kind: 'exited' } },
      { do: 'open_poc', at: day(3) },
    ]);
    const opens = (state: EmbargoState) =>
      gate(state, day(20)).effects.some((effect) => effect.do === 'open_poc');
    assert.equal(opens(begun(14)), false, 'nothing was agreed');
    assert.equal(opens(opened.state), false, 'once');
    const over = stepEmbargo(RULES, agreed, { kind: 'public', at: day(3) }, day(3)).state;
    assert.equal(opens(over), true, 'what was agreed outlives the embargo');
    assert.throws(() => stepEmbargo(RULES, begun(14), { kind: 'agree_trigger' }, day(1)), {
      code: 'CONFLICT',
      message: 'embargo: expected proposed for "agree_trigger", found active',
    });
  },
);

rule(
  'R56',
  'a quorum of vendors with a fix suggests an early end and does nothing else',
  {
    in: 'src/policy/embargo/step.ts',
    from: 'ready * 100 < percent * affected',
    to: 'ready * 100 <= percent * affected',
  },
  () => {
    const suggested = (ready: number, affected: number) => {
      const event: EmbargoEvent = { kind: 'vendors_ready', ready, affected };
      const step = stepEmbargo(RULES, begun(14), event, day(2));
      assert.deepEqual(step.state, begun(14));
      return step.effects;
    };
    assert.deepEqual(suggested(3, 4), [{ do: 'suggest_end', ready: 3, affected: 4 }]);
    assert.deepEqual(suggested(1, 1), [{ do: 'suggest_end', ready: 1, affected: 1 }]);
    assert.deepEqual(suggested(0, 1), []);
    assert.deepEqual(suggested(74, 100), []);
    assert.deepEqual(suggested(75, 100), [{ do: 'suggest_end', ready: 75, affected: 100 }]);
    const none: EmbargoEvent = { kind: 'vendors_ready', ready: 4, affected: 4 };
    assert.deepEqual(stepEmbargo(RULES, NO_EMBARGO, none, START).effects, [], 'nothing to end');
    const silent = { ...RULES, suggestEndAtPercent: null };
    assert.deepEqual(stepEmbargo(silent, begun(14), none, day(2)).effects, [], 'no quorum is set');
  },
);
