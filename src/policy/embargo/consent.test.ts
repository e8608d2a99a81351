import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ConsentState,
  type EmbargoState,
  type InvitationId,
  NO_EMBARGO,
} from '../../domain/embargo.ts';
import { CONSENTS, type ConsentMode } from '../../domain/enrolment.ts';
import { DAY_MS, type Instant, instant, plus } from '../../domain/instant.ts';
import { stepConsent } from './consent.ts';
import { consentWindowFits } from './consent-window.ts';
import { DEFAULT_EMBARGO } from './rules.ts';
import { CONSENT_TRANSITIONS, type ConsentEvent } from './transitions.ts';

const START = instant(Date.UTC(2026, 2, 2, 16));
const day = (n: number): Instant => plus(START, n * DAY_MS);
const ACTIVE: EmbargoState = {
  status: 'active',
  fixReadyAt: null,
  pocTrigger: 'unset',
  terms: { startedAt: START, endsAt: day(20) },
};
const [ONE, TWO] = ['one', 'two'] as [InvitationId, InvitationId];
const NONE: ConsentState = { consent: 'no_embargo' };
const INVITE: ConsentEvent = { kind: 'invite', invitation: ONE, deadline: null };
const ACCEPT: ConsentEvent = { kind: 'accept', invitation: ONE };

/** Every consent there is, with the invitation `ONE` open where one is. */
const STATES: { readonly [C in ConsentState['consent']]: ConsentState } = {
  no_embargo: NONE,
  invited: { consent: 'invited', invitation: ONE, until: day(20), deadline: day(7) },
  signatory: { consent: 'signatory', until: day(20) },
  declined: { consent: 'declined', by: 'answer' },
  lapsed: { consent: 'lapsed', until: day(20) },
};

function step(
  state: ConsentState,
  event: ConsentEvent,
  now = START,
  mode: ConsentMode = 'per_alert',
  embargo: EmbargoState = ACTIVE,
) {
  return stepConsent({ rules: DEFAULT_EMBARGO, embargo, mode }, state, event, now);
}

test('every event goes where the table says, or is a conflict that names it and the state', () => {
  const events: ConsentEvent[] = [
    INVITE,
    ACCEPT,
    { kind: 'decline', invitation: ONE },
    { kind: 'withdraw' },
    { kind: 'revised', endsAt: day(20) },
    { kind: 'revised', endsAt: day(25) },
    { kind: 'exited' },
    { kind: 'clock' },
  ];
  for (const [name, row] of Object.entries(CONSENT_TRANSITIONS)) {
    for (const from of CONSENTS) {
      const seen = new Set<string>();
      for (const event of events.filter(({ kind }) => kind === name)) {
        for (const mode of ['per_alert', 'standing'] as const) {
          for (const now of [START, day(7)]) {
            try {
              const before = step(STATES[from], { kind: 'clock' }, now, mode).state;
              if (before.consent !== from && name !== 'clock') continue;
              seen.add(step(STATES[from], event, now, mode).state.consent);
            } catch (error) {
              assert.equal((error as { code?: string }).code, 'CONFLICT');
              if (row[from] !== null) continue;
              assert.match(String(error), new RegExp(`for "${name}", found ${from}$`));
            }
          }
        }
      }
      const expected = CONSENTS.filter((to) => row[from]?.includes(to));
      assert.deepEqual(
        CONSENTS.filter((to) => seen.has(to)),
        expected,
        `${name} ${from}`,
      );
    }
  }
});

test('an invitation shows its id, the terms and a deadline, and nothing else', () => {
  const { state, effects } = step(NONE, INVITE);
  assert.deepEqual(state, STATES.invited);
  assert.deepEqual(effects, [
    {
      do: 'send_invitation',
      notice: { invitation: ONE, terms: { until: day(20) }, deadline: day(7) },
    },
  ]);
});

test('a deadline of its own replaces the programme’s, and one that is not ahead is refused', () => {
  const asked = (deadline: Instant) => step(NONE, { ...INVITE, deadline } as ConsentEvent).state;
  assert.deepEqual(asked(plus(START, 1)), { ...STATES.invited, deadline: plus(START, 1) });
  assert.throws(() => asked(START), { code: 'INVALID_INPUT', field: 'deadline' });
});

test('who is invited anew at the deadline has been silent before', () => {
  const { effects } = step(STATES.invited, { ...INVITE, invitation: TWO }, day(7));
  const notice = { invitation: TWO, terms: { until: day(20) }, deadline: day(14) };
  assert.deepEqual(effects, [{ do: 'silent' }, { do: 'send_invitation', notice }]);
});

test('another invitation than the open one is not answered', () => {
  for (const kind of ['accept', 'decline'] as const) {
    assert.throws(() => step(STATES.invited, { kind, invitation: TWO }), {
      code: 'CONFLICT',
      message: 'invitation: expected the open one, found another',
    });
  }
});

test('nobody is invited to an embargo that is not in force, or accepts one that is over', () => {
  const proposed: EmbargoState = { ...NO_EMBARGO, status: 'proposed', proposals: [] };
  for (const embargo of [NO_EMBARGO, proposed]) {
    assert.throws(() => step(NONE, INVITE, START, 'per_alert', embargo), {
      code: 'CONFLICT',
      message: `embargo: expected one in force to consent to, found ${embargo.status}`,
    });
  }
  const invited: ConsentState = {
    consent: 'invited',
    invitation: ONE,
    until: day(20),
    deadline: day(21),
  };
  assert.equal(step(invited, ACCEPT, plus(day(20), -1)).state.consent, 'signatory');
  assert.throws(() => step(invited, ACCEPT, day(20)), { code: 'CONFLICT', message: /exited/ });
});

test('longer terms let signatories and invitees lapse, shorter ones bind them', () => {
  const revised = (from: ConsentState, days: number, mode: ConsentMode = 'per_alert') =>
    step(from, { kind: 'revised', endsAt: day(days) }, START, mode);
  for (const from of [STATES.signatory, STATES.invited]) {
    assert.deepEqual(revised(from, 15), { state: { ...from, until: day(15) }, effects: [] });
    assert.deepEqual(revised(from, 20), { state: from, effects: [] });
    assert.deepEqual(revised(from, 21), {
      state: { consent: 'lapsed', until: day(20) },
      effects: [{ do: 'invite_again' }],
    });
  }
  for (const from of [STATES.signatory, STATES.invited]) {
    const state = { ...from, until: day(21) };
    assert.deepEqual(revised(from, 21, 'standing'), { state, effects: [] });
  }
});

test('silence of somebody who has consented to every embargo since refuses nothing', () => {
  const event: ConsentEvent = { kind: 'clock' };
  assert.equal(step(STATES.invited, event, day(7)).state.consent, 'declined');
  const stays = { state: STATES.invited, effects: [] };
  assert.deepEqual(step(STATES.invited, event, day(7), 'standing'), stays);
});

test('whose agreement consents is not asked, and once out comes back by an answer only', () => {
  const out = step(NONE, { kind: 'withdraw' }, START, 'standing').state;
  assert.deepEqual(out, { consent: 'declined', by: 'withdrawal' });
  for (const state of [NONE, out, STATES.lapsed]) {
    assert.throws(() => step(state, INVITE, START, 'standing'), {
      code: 'CONFLICT',
      message: 'consent: expected a participant that consents per alert',
    });
  }
  const asked = step(out, INVITE).state;
  assert.deepEqual(asked, STATES.invited);
  assert.throws(() => step(NONE, { kind: 'withdraw' }), {
    code: 'CONFLICT',
    message: 'consent: expected one to withdraw, found no_embargo',
  });
});

test('a wave fits when its invitees have answered as it opens', () => {
  assert.deepEqual(consentWindowFits(day(7), day(7)), { fits: true });
  assert.deepEqual(consentWindowFits(day(7), plus(day(7), 1)), {
    fits: false,
    code: 'CONSENT_AFTER_WAVE',
    wave: day(7),
    deadline: plus(day(7), 1),
  });
});
