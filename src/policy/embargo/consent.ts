import type {
  ConsentState,
  EmbargoState,
  InvitationId,
  InvitationNotice,
} from '../../domain/embargo.ts';
import type { ConsentMode } from '../../domain/enrolment.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import { formatInstant, type Instant, plus } from '../../domain/instant.ts';
import { clock } from './clock.ts';
import type { EmbargoRules } from './rules.ts';
import { CONSENT_TRANSITIONS, type ConsentEvent, expectPlace } from './transitions.ts';

/** What a consent turns on besides itself: the alert's embargo, how the participant consents. */
export type ConsentContext = {
  readonly rules: EmbargoRules;
  readonly embargo: EmbargoState;
  readonly mode: ConsentMode;
};

/**
 * What a transition asks of whoever applies it. `send_invitation`: show the participant this and
 * nothing else. `invite_again`: it stands outside terms that were lengthened. `silent`: it let a
 * deadline pass, which reviews count.
 */
export type ConsentEffect =
  | { readonly do: 'send_invitation'; readonly notice: InvitationNotice }
  | { readonly do: 'invite_again' }
  | { readonly do: 'silent' };

/** The consent after an event, and what is to be done about it. */
export type ConsentStep = {
  readonly state: ConsentState;
  readonly effects: readonly ConsentEffect[];
};

type Invited = Extract<ConsentState, { readonly consent: 'invited' }>;

/**
 * Steps the consent of one participant. A deadline that has passed by `now` comes first: an answer
 * after it finds a refusal, however late the worker is, and needs a new invitation.
 * @throws CONFLICT for an event without a place in the state, naming both, for an invitation other
 * than the open one, and where no embargo is in force to consent to; INVALID_INPUT for a deadline
 * that is not ahead.
 */
export function stepConsent(
  context: ConsentContext,
  before: ConsentState,
  event: ConsentEvent,
  now: Instant,
): ConsentStep {
  const due = lapse(context.mode, before, now);
  expectPlace('consent', CONSENT_TRANSITIONS[event.kind], event.kind, due.state.consent);
  const { state, effects } = apply(context, due.state, event, now);
  return { state, effects: [...due.effects, ...effects] };
}

/** Silence up to the deadline is a refusal [R37]; not of what an agreement consents to since. */
function lapse(mode: ConsentMode, state: ConsentState, now: Instant): ConsentStep {
  if (state.consent !== 'invited' || now < state.deadline) return { state, effects: [] };
  if (mode === 'standing') return { state, effects: [] };
  return { state: { consent: 'declined', by: 'silence' }, effects: [{ do: 'silent' }] };
}

function apply(
  context: ConsentContext,
  state: ConsentState,
  event: ConsentEvent,
  now: Instant,
): ConsentStep {
  switch (event.kind) {
    case 'clock':
      return { state, effects: [] };
    case 'invite':
      return invite(context, event.invitation, event.deadline, now);
    case 'accept': {
      const { until } = expectInvited(state, event.invitation);
      expectInForce(context, now);
      return { state: { consent: 'signatory', until }, effects: [] };
    }
    case 'decline':
      expectInvited(state, event.invitation);
      return { state: { consent: 'declined', by: 'answer' }, effects: [] };
    case 'withdraw':
      return withdraw(context.mode, state);
    case 'revised':
      return revise(context.mode, state, event.endsAt);
    case 'exited':
      return {
        state: state.consent === 'invited' ? { consent: 'no_embargo' } : state,
        effects: [],
      };
  }
}

function invite(
  context: ConsentContext,
  invitation: InvitationId,
  asked: Instant | null,
  now: Instant,
): ConsentStep {
  const until = expectInForce(context, now);
  // An agreement has answered already. Who has stepped out of one embargo in spite of it is asked
  // only once its enrolment consents per alert: until it answers, it has then nothing.
  if (context.mode === 'standing') {
    throw new TocsinError('CONFLICT', 'consent: expected a participant that consents per alert');
  }
  const deadline = asked ?? plus(now, context.rules.answerWithinMs);
  if (deadline <= now) throw invalid('deadline', 'a time ahead', formatInstant(deadline));
  return {
    state: { consent: 'invited', invitation, until, deadline },
    effects: [{ do: 'send_invitation', notice: { invitation, terms: { until }, deadline } }],
  };
}

function withdraw(mode: ConsentMode, { consent }: ConsentState): ConsentStep {
  if (consent === 'no_embargo' && mode === 'per_alert') {
    throw new TocsinError('CONFLICT', 'consent: expected one to withdraw, found no_embargo');
  }
  return { state: { consent: 'declined', by: 'withdrawal' }, effects: [] };
}

/**
 * Shorter terms bind whoever accepted longer ones. Longer terms bind nobody who has not seen them,
 * unless its agreement consents to every embargo.
 */
function revise(mode: ConsentMode, state: ConsentState, until: Instant): ConsentStep {
  if (state.consent !== 'invited' && state.consent !== 'signatory') return { state, effects: [] };
  if (until <= state.until || mode === 'standing') {
    return { state: { ...state, until }, effects: [] };
  }
  return { state: { consent: 'lapsed', until: state.until }, effects: [{ do: 'invite_again' }] };
}

function expectInvited(state: ConsentState, invitation: InvitationId): Invited {
  if (state.consent === 'invited' && state.invitation === invitation) return state;
  throw new TocsinError('CONFLICT', 'invitation: expected the open one, found another');
}

/** When the embargo that is in force ends. @throws CONFLICT when none is. */
function expectInForce({ rules, embargo }: ConsentContext, now: Instant): Instant {
  const { state } = clock(rules, embargo, now);
  if (state.status === 'active' || state.status === 'revise') return state.terms.endsAt;
  throw new TocsinError(
    'CONFLICT',
    `embargo: expected one in force to consent to, found ${state.status}`,
  );
}
