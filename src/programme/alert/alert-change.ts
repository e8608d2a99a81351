import { canonicalJson } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import type { Consent, Involvement } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ChangeId, ParticipantId, PersonId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { waves } from '../../domain/schedule.ts';
import type { Assessment } from '../../domain/vulnerability.ts';
import { putNamed } from '../../store/affiliation-store.ts';
import {
  changeById,
  decideChange,
  insertChange,
  type StoredChange,
} from '../../store/alert-change-store.ts';
import { type AlertRow, alertById } from '../../store/alert-reader.ts';
import { insertAuthor, putHead, touchAlert } from '../../store/alert-writer.ts';
import { certainlyCome } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { closeInvitation, lastInvitations } from '../../store/invitation-store.ts';
import { putConsent, putInvolvement } from '../../store/participant-writer.ts';
import { reschedule } from '../../store/policy-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireApart } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { decryptFor, encryptFor } from '../keyring.ts';
import { announce } from '../people/announce.ts';
import { type Concluder, concludedBy, requireAnother } from '../people/conclude.ts';
import { readHead, sealHead } from './alert-head.ts';
import { applyEvent } from './apply-event.ts';
import { lockedAlert, unknownAlert } from './draft-alert.ts';
import { grantNow } from './grant-due.ts';
import { type Happened, withHappened } from './happened.ts';
import type { Supposed } from './plan-alert.ts';
import { compareOpenings, type OpeningDifference } from './plan-difference.ts';

/** A change of an alert that may open more of it. */
export type AlertChange =
  | { readonly kind: 'assessment'; readonly assessment: Assessment }
  | { readonly kind: 'event'; readonly happened: Happened }
  | {
      readonly kind: 'involvement';
      readonly participant: ParticipantId;
      readonly involvement: Involvement;
    }
  | { readonly kind: 'consent'; readonly participant: ParticipantId; readonly consent: Consent };

/** A change that waits for a second person, and the digest that this person approves. */
export type ProposedChange = {
  readonly proposal: ChangeId;
  readonly alert: AlertId;
  readonly change: AlertChange;
  readonly digest: string;
  readonly difference: OpeningDifference;
};

type Act = Parameters<typeof touchAlert>[1];

/**
 * A change of an alert that was approved. What opens nothing more to anybody is in force at once,
 * and everybody concerned is decided again; else it is kept until a second person puts it in force,
 * and returned. The caller holds the exclusive release lock and the alert's row.
 */
export async function changeApproved(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  alert: AlertRow,
  change: AlertChange,
  now: Instant,
): Promise<ProposedChange | null> {
  const proposed = await proposeIfMore(context, tx, caller, alert, change, now);
  if (proposed !== null) return proposed;
  const act = { programme: alert.programme, actor: actorOf(caller), at: now };
  await apply(context, tx, act, alert, change, caller.id);
  return null;
}

/** Keeps the change for a second person if it opens more; else null, and nothing is done. */
export async function proposeIfMore(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  alert: AlertRow,
  change: AlertChange,
  now: Instant,
): Promise<ProposedChange | null> {
  const act = { programme: alert.programme, actor: actorOf(caller), at: now };
  const id = newId<ChangeId>();
  const proposed = await shown(context, tx, alert, { id, change }, now);
  const { more, everybody } = proposed.difference;
  if (more === 0 && !everybody) return null;
  const keys = await context.keys.alert(tx, alert.id);
  const changeEnc = encryptFor(keys, rowOf(id), Buffer.from(canonicalJson(plainOf(change))));
  const stored = { id, alert: alert.id, changeEnc, proposer: caller.id, kind: change.kind };
  await insertChange(tx, act, stored);
  if ('participant' in change) await putNamed(tx, id, [change.participant]);
  const { digest } = proposed;
  await announce(tx, act, { act: 'alert_change', id, digest, proposer: caller.id });
  return proposed;
}

/** What an open proposal would change as things are now. @throws NOT_FOUND */
export async function readChange(
  context: Context,
  id: ChangeId,
  now: Instant,
): Promise<ProposedChange> {
  return context.store.issuer(async (tx) => {
    const stored = await openChange(tx, id);
    const alert = await alertById(tx, stored.alert);
    if (!alert) throw unknownAlert();
    const change = await opened(context, tx, stored);
    return shown(context, tx, alert, { id, change }, now);
  });
}

/**
 * A second person puts a proposed change in force, bound to the digest of what was shown. One
 * transaction: killed before its commit, nothing has changed.
 * @throws SECOND_PERSON for the proposer; APPROVAL_VOID where a plan is not the one shown.
 */
export async function approveChange(
  context: Context,
  caller: PersonCaller,
  id: ChangeId,
  digest: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ alert: AlertId }> {
  return once(context, key, now, (tx) =>
    concludeChange(context, tx, concludedBy(caller), id, digest, now),
  );
}

/** The same within a transaction, by whoever concludes it. */
export async function concludeChange(
  context: Context,
  tx: Tx,
  by: Concluder,
  id: ChangeId,
  digest: string,
  now: Instant,
): Promise<{ alert: AlertId }> {
  const known = await openChange(tx, id);
  const { alert } = await lockedAlert(tx, known.alert, null);
  // Read again under the lock: two approvals of it wait for each other there.
  const stored = await openChange(tx, id);
  requireAnother(by, stored.proposer, 'approval');
  const change = await opened(context, tx, stored);
  if ('participant' in change) {
    // Of what nobody vetoed, who proposed it is the only one who had a part in it.
    const person = by.person ?? stored.proposer;
    await requireApart(tx, person, 'participant', change.participant);
  }
  if ((await shown(context, tx, alert, { id, change }, now)).digest !== digest) {
    throw new TocsinError(
      'APPROVAL_VOID',
      'digest: expected that of the plans as they are now; look at the proposal again',
      { field: 'digest' },
    );
  }
  const act = { programme: alert.programme, actor: by.actor, at: now };
  await decideChange(tx, act, stored, by.person);
  await apply(context, tx, act, alert, change, stored.proposer);
  return { alert: alert.id };
}

async function openChange(tx: Tx, id: ChangeId): Promise<StoredChange> {
  const change = await changeById(tx, id);
  if (change && change.decidedAt === null) return change;
  throw new TocsinError('NOT_FOUND', 'proposal: expected an open one', { field: 'proposal' });
}

async function opened(context: Context, tx: Tx, stored: StoredChange): Promise<AlertChange> {
  const keys = await context.keys.alert(tx, stored.alert);
  const json = decryptFor(keys, rowOf(stored.id), stored.changeEnc).toString();
  return JSON.parse(json) as AlertChange;
}

/** `proposer` is who said that it is so. */
async function apply(
  context: Context,
  tx: Tx,
  act: Act,
  alert: AlertRow,
  change: AlertChange,
  proposer: PersonId,
): Promise<void> {
  switch (change.kind) {
    case 'assessment':
      await putHead(tx, alert.id, await headUnder(context, tx, alert, change.assessment));
      await touchAlert(tx, act, alert.id, alert.version + 1, proposer);
      await reschedule(tx, act, alert.id, alert.schedule, waves(alert.schedule));
      return;
    case 'event':
      await applyEvent(context, tx, act, alert, change.happened, proposer);
      return;
    case 'involvement':
      await putInvolvement(tx, act, { alert: alert.id, ...change }, proposer);
      await grantNow(context, tx, alert.programme, change.participant, act.at);
      return;
    case 'consent':
      await putConsentByHand(tx, act, { alert: alert.id, ...change }, proposer);
      await grantNow(context, tx, alert.programme, change.participant, act.at);
      return;
  }
}

/**
 * Whoever is still being asked has been overtaken by what reached the issuer. Who recorded it has a
 * part in the alert's plan.
 */
export async function putConsentByHand(
  tx: Tx,
  act: Act,
  change: Parameters<typeof putConsent>[2],
  author?: PersonId,
): Promise<void> {
  const { alert, participant } = change;
  await insertAuthor(tx, act, alert, author);
  await putConsent(tx, act, change);
  const last = (await lastInvitations(tx, alert, [participant])).get(participant);
  if (last?.answer === null) await closeInvitation(tx, act, last, 'overtaken');
}

/** The alert's encrypted head with another assessment. Events are nobody's to assess. */
export async function headUnder(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  assessment: Assessment,
): Promise<Buffer> {
  const head = await readHead(context, tx, alert);
  const keys = await context.keys.alert(tx, alert.id);
  const facts = { ...assessment, events: head.facts.events };
  return sealHead(keys, alert.id, { ...head, facts });
}

async function shown(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  { id, change }: { readonly id: ChangeId; readonly change: AlertChange },
  now: Instant,
): Promise<ProposedChange> {
  const changed = await under(context, tx, alert, change, now);
  const relations = relationsUnder(change);
  // By a clock that may be days ahead, what is still to open would seem to have passed.
  const from = await certainlyCome(tx, now);
  const compared = await compareOpenings(context, tx, [alert, changed], relations, from);
  const { before, after, difference } = compared;
  const seen = { v: 1, proposal: id, before, after, everybody: difference.everybody };
  const digest = sha256Hex(Buffer.from(canonicalJson(seen)));
  return { proposal: id, alert: alert.id, change, digest, difference };
}

/** The alert as it would be. */
async function under(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  change: AlertChange,
  now: Instant,
): Promise<AlertRow> {
  switch (change.kind) {
    case 'assessment':
      return { ...alert, headEnc: await headUnder(context, tx, alert, change.assessment) };
    case 'event': {
      const head = withHappened(await readHead(context, tx, alert), change.happened, now);
      const keys = await context.keys.alert(tx, alert.id);
      return { ...alert, headEnc: sealHead(keys, alert.id, head) };
    }
    case 'involvement':
    case 'consent':
      return alert;
  }
}

/** What the participant would be to the alert. */
function relationsUnder(change: AlertChange): Required<Supposed>['relations'] {
  switch (change.kind) {
    case 'involvement':
      return new Map([[change.participant, { involvement: change.involvement }]]);
    case 'consent':
      return new Map([[change.participant, { consent: change.consent }]]);
    case 'assessment':
    case 'event':
      return new Map();
  }
}

function plainOf(change: AlertChange) {
  switch (change.kind) {
    case 'assessment': {
      const { impacts, products, ...rest } = change.assessment;
      const assessment = { ...rest, impacts: [...impacts], products: [...products] };
      return { kind: change.kind, assessment };
    }
    case 'event':
      return { kind: change.kind, happened: { ...change.happened } };
    case 'involvement':
    case 'consent':
      return { ...change };
  }
}

/** Associated data of an encrypted change. */
function rowOf(id: ChangeId): string {
  return `alert_change/${id}`;
}
