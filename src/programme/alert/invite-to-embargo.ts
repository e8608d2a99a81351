import { newId } from '../../crypto/random.ts';
import type { ConsentState, InvitationId } from '../../domain/embargo.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { stepConsent } from '../../policy/embargo/consent.ts';
import type { Policy } from '../../policy/policy.ts';
import { alertById } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import {
  insertInvitations,
  lastInvitations,
  type NewInvitation,
} from '../../store/invitation-store.ts';
import { lockToChange } from '../../store/locks.ts';
import {
  type AlertRelation,
  type Enrolled,
  enrolmentOf,
  enrolmentsPage,
  NO_RELATION,
  relationsTo,
} from '../../store/participant-reader.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireApart } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';
import { unknownAlert } from './draft-alert.ts';
import {
  consentState,
  type EmbargoTerms,
  embargoTo,
  opensToSignatory,
  windowFault,
} from './embargo-consent.ts';
import { type AlertFacts, alertFacts } from './grant-due.ts';
import { lapseDue } from './lapse-invitations.ts';

/** Whom to ask, and until when an answer counts. */
export type InviteRequest = {
  readonly alert: AlertId;
  /** Null: after the programme's own time. */
  readonly deadline: Instant | null;
  /** One, also if it has declined; null: all that have not been asked, or not answered. */
  readonly participant: ParticipantId | null;
};

export type Invited = {
  /** End of the embargo that was asked for. */
  readonly until: Instant;
  readonly deadline: Instant;
  readonly invited: readonly ParticipantId[];
  /** How many were not told, because the rules would give them nothing before T0. */
  readonly passedOver: number;
};

const PAGE = 500;

/**
 * Invites participants that consent per alert to the embargo of an approved alert: all or nobody.
 * An invitation is a decided release, though it shows nothing of the alert.
 * @throws CONFLICT for an alert that is not approved, or one participant that cannot be asked;
 * INVALID_INPUT for a deadline at which a wave would have gone without an answer; CLOCK_DOUBT while
 * nobody knows whose deadline has come.
 */
export async function inviteToEmbargo(
  context: Context,
  caller: PersonCaller,
  request: InviteRequest,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<Invited> {
  return once(context, key, now, async (tx) => {
    await requireCertainTime(tx);
    const known = await alertById(tx, request.alert);
    if (!known) throw unknownAlert();
    await lockToChange(tx, known.programme);
    const alert = await alertById(tx, request.alert);
    if (alert?.state !== 'approved') {
      throw new TocsinError('CONFLICT', `alert: expected an approved one, found ${alert?.state}`);
    }
    const policy = await context.policies.active(tx, alert.programme);
    if (policy.shadow) {
      throw new TocsinError('CONFLICT', 'policy: expected one that sends, found one in shadow');
    }
    // The worker may be late: a lapsed invitation is no open one, and may be followed by another.
    while ((await lapseDue(context, tx, policy, alert.programme, now, PAGE)) === PAGE);
    const facts = await alertFacts(context, tx, alert);
    if (facts.mode === 'rehearsal') {
      throw new TocsinError('CONFLICT', 'alert: expected one that others may learn of');
    }
    const asking: Asking = {
      policy,
      facts,
      terms: await embargoTo(tx, policy, facts),
      deadline: request.deadline ?? ((now + policy.embargo.answerWithinMs) as Instant),
      now,
    };
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    const invited: ParticipantId[] = [];
    let passedOver = 0;
    const { disclosureAt: until } = alert.schedule;
    if (request.participant !== null) {
      await requireApart(tx, caller.id, 'participant', request.participant);
      const one = await inviteOne(tx, asking, request.participant);
      await insertInvitations(tx, act, alert.id, [one]);
      return { until, deadline: asking.deadline, invited: [one.participant], passedOver };
    }
    for (let after: ParticipantId | null = null; ; ) {
      const page: Enrolled[] = await enrolmentsPage(tx, alert.programme, after, PAGE);
      const waiting = await unanswered(tx, asking, page);
      const found = waiting.map((each) => invitationFor(asking, each));
      const fresh = found.filter((one) => one !== null);
      await insertInvitations(tx, act, alert.id, fresh);
      invited.push(...fresh.map(({ participant }) => participant));
      passedOver += found.length - fresh.length;
      after = page.at(-1)?.participant ?? null;
      if (page.length < PAGE) break;
    }
    return { until, deadline: asking.deadline, invited, passedOver };
  });
}

type Asking = {
  readonly policy: Policy;
  readonly facts: AlertFacts;
  readonly terms: EmbargoTerms;
  readonly deadline: Instant;
  readonly now: Instant;
};

type Waiting = {
  readonly enrolled: Enrolled;
  readonly relation: AlertRelation;
  readonly state: ConsentState;
};

/** Those who consent per alert and have neither said anything nor are being asked. */
async function unanswered(
  tx: Tx,
  asking: Asking,
  page: readonly Enrolled[],
): Promise<readonly Waiting[]> {
  const perAlert = page.filter(({ enrolment }) => enrolment.consentMode === 'per_alert');
  const all = await statesOf(tx, asking, perAlert);
  return all.filter(
    ({ state }) =>
      state.consent === 'no_embargo' ||
      state.consent === 'lapsed' ||
      (state.consent === 'declined' && state.by === 'silence'),
  );
}

async function statesOf(
  tx: Tx,
  { facts: { alert } }: Asking,
  page: readonly Enrolled[],
): Promise<readonly Waiting[]> {
  const ids = page.map(({ participant }) => participant);
  const relations = await relationsTo(tx, alert.id, ids);
  const last = await lastInvitations(tx, alert.id, ids);
  return page.map((enrolled) => {
    const { participant } = enrolled;
    const relation = relations.get(participant) ?? NO_RELATION;
    const invitation = last.get(participant) ?? null;
    const state = consentState(relation.consent, invitation, alert.schedule.disclosureAt);
    return { enrolled, relation, state };
  });
}

async function inviteOne(
  tx: Tx,
  asking: Asking,
  participant: ParticipantId,
): Promise<NewInvitation> {
  const { programme } = asking.facts.alert;
  const enrolled = await enrolmentOf(tx, programme, participant);
  const [waiting] = enrolled ? await statesOf(tx, asking, [enrolled]) : [];
  if (!waiting) {
    throw new TocsinError('NOT_FOUND', "participant: expected one of the alert's programme", {
      field: 'participant',
    });
  }
  const invitation = invitationFor(asking, waiting);
  if (invitation) return invitation;
  throw new TocsinError(
    'CONFLICT',
    'participant: expected one to whom the rules would give something before disclosure',
    { field: 'participant' },
  );
}

/** The invitation of one participant; null where consent would bring it nothing. */
function invitationFor(
  { policy, facts, terms, deadline, now }: Asking,
  { enrolled, relation, state: before }: Waiting,
): NewInvitation | null {
  const { participant, enrolment } = enrolled;
  const id = newId<InvitationId>();
  const context = { ...terms, mode: enrolment.consentMode };
  const event = { kind: 'invite', invitation: id, deadline } as const;
  const { effects } = stepConsent(context, before, event, now);
  const opens = opensToSignatory(policy, facts, enrolled, relation, now);
  if (opens === null) return null;
  const fault = windowFault(facts.alert, opens, deadline, now);
  if (fault !== null) throw new TocsinError('INVALID_INPUT', fault, { field: 'deadline' });
  const sent = effects.find((effect) => effect.do === 'send_invitation');
  return sent ? { id, participant, until: sent.notice.terms.until, deadline } : null;
}
