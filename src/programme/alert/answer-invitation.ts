import type { InvitationId, InvitationNotice } from '../../domain/embargo.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { type ConsentContext, stepConsent } from '../../policy/embargo/consent.ts';
import { type AlertRow, alertById } from '../../store/alert-reader.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import {
  closeInvitation,
  type Invitation,
  invitationById,
  ownInvitations,
} from '../../store/invitation-store.ts';
import { lockForRelease, lockToChange } from '../../store/locks.ts';
import { enrolmentOf, NO_RELATION, relationsTo } from '../../store/participant-reader.ts';
import { putConsent } from '../../store/participant-writer.ts';
import { actorOf, once, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { requireCertainTime } from '../ledger/guard-clock.ts';
import { consentState, embargoEnd, embargoTo, opensToSignatory } from './embargo-consent.ts';
import { alertFacts, grantNow } from './grant-due.ts';

/** What a participant can say to an invitation. */
export const SPOKEN = ['accept', 'decline'] as const;
export type Spoken = (typeof SPOKEN)[number];

/**
 * All invitations that wait for the caller's participant. Its own login sees no more of them than
 * is shown; whether each is still to be shown is decided again, as when it was made.
 */
export async function offersTo(
  context: Context,
  caller: ReaderCaller,
  now: Instant,
): Promise<readonly InvitationNotice[]> {
  const own = await context.store.participant(caller.participant, (tx) => ownInvitations(tx, now));
  if (own.length === 0) return [];
  return context.store.issuer(async (tx) => {
    const offered: InvitationNotice[] = [];
    if (await clockDoubted(tx)) return offered;
    for (const notice of own) {
      const offer = await offerTo(context, tx, caller, notice.invitation, lockForRelease, now);
      if (offer !== null) offered.push(notice);
    }
    return offered;
  });
}

/** One page of them, after the invitation `after`. */
export async function readInvitations(
  context: Context,
  caller: ReaderCaller,
  after: InvitationId | null,
  limit: number,
  now: Instant,
): Promise<{ items: readonly InvitationNotice[]; next: InvitationId | null }> {
  const offered = await offersTo(context, caller, now);
  const left = offered.filter((each) => after === null || each.invitation > after);
  const items = left.slice(0, limit);
  return { items, next: left.length > limit ? (items.at(-1)?.invitation ?? null) : null };
}

/**
 * Takes a participant's answer to an invitation. Who accepts is decided at once, for what is due
 * already. Answer, consent and grants commit together.
 * @throws NOT_FOUND for an invitation that is not there for the caller to answer, whatever the
 * cause, its deadline among them; CLOCK_DOUBT while nobody knows whether a deadline has come.
 */
export async function answerInvitation(
  context: Context,
  caller: ReaderCaller,
  reply: { readonly invitation: InvitationId; readonly answer: Spoken },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ invitation: InvitationId; answer: Spoken }> {
  const { invitation, answer } = reply;
  return once(context, key, now, async (tx) => {
    await requireCertainTime(tx);
    const offer = await offerTo(context, tx, caller, invitation, lockToChange, now);
    if (offer === null)
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    const { alert, terms } = offer;
    const before = consentState('invited', offer.invitation, offer.invitation.until);
    const { state } = stepConsent(terms, before, { kind: answer, invitation }, now);
    const { participant } = caller;
    const act = { programme: alert.programme, actor: actorOf(caller), at: now };
    await putConsent(tx, act, { alert: alert.id, participant, consent: state.consent });
    await closeInvitation(tx, act, offer.invitation, answer);
    if (answer === 'accept') await grantNow(context, tx, alert.programme, participant, now);
    return { invitation, answer };
  });
}

type Offer = {
  readonly invitation: Invitation;
  readonly alert: AlertRow;
  readonly terms: ConsentContext;
};

/**
 * An open invitation of the caller, if the rules would still give its participant something for its
 * consent; null otherwise. Nobody waits for the lock who has no such invitation.
 */
async function offerTo(
  context: Context,
  tx: Tx,
  { participant }: ReaderCaller,
  id: InvitationId,
  lock: (tx: Tx, programme: ProgrammeId) => Promise<void>,
  now: Instant,
): Promise<Offer | null> {
  const known = await invitationById(tx, id);
  if (known?.participant !== participant) return null;
  const where = await alertById(tx, known.alert);
  if (!where) return null;
  await lock(tx, where.programme);
  const invitation = await invitationById(tx, id);
  const alert = await alertById(tx, known.alert);
  const enrolled = await enrolmentOf(tx, where.programme, participant);
  if (!invitation || !alert || !enrolled) return null;
  const { consentMode: mode } = enrolled.enrolment;
  if (invitation.answer !== null || now >= invitation.deadline) return null;
  if (alert.state !== 'approved' || mode !== 'per_alert') return null;
  const policy = await context.policies.active(tx, alert.programme);
  if (policy.shadow) return null;
  const facts = await alertFacts(context, tx, alert);
  const terms = { ...(await embargoTo(tx, policy, facts)), mode };
  if (embargoEnd(terms, now) !== null) return null;
  const relations = await relationsTo(tx, alert.id, [participant]);
  const relation = relations.get(participant) ?? NO_RELATION;
  if (opensToSignatory(policy, facts, enrolled, relation, now) === null) return null;
  return { invitation, alert, terms };
}
