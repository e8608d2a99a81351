/**
 * Walls for people on both sides: a person of the issuer who also works for a participant takes no
 * part in that participant's matters, and none in looking for whose copy leaked.
 */
import { TocsinError } from '../domain/errors.ts';
import type { ParticipantId, PersonId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import {
  type About,
  type Affiliation,
  affiliationsOf,
  apartWith,
  closeAffiliation,
  hasSideIn,
  isAffiliated,
  putAffiliation,
  sidesOf,
} from '../store/affiliation-store.ts';

export { ABOUT_WHAT } from '../store/affiliation-store.ts';

import type { Tx } from '../store/database.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { holdSides, lockRoles, lockSides } from '../store/locks.ts';
import { enrolmentOf } from '../store/participant-reader.ts';
import { rolesOf } from '../store/role-store.ts';
import { persons } from '../store/token-store.ts';
import { actorOf, once, type PersonCaller, type Role } from './act.ts';
import type { Context } from './context.ts';

/** Whoever may decide what concerns a participant, veto it, and end what is stated here. */
const DECIDING: readonly Role[] = ['manager', 'approver'];
/** So many of them are left apart: whoever states it, and another one. */
const LEFT_APART = 2;

/**
 * Records that a person stands on a participant's side too. One person suffices, of any role that
 * acts and of themselves too, since it only takes away; but of others nobody states so much that
 * the participant's matters would be their own alone. Stated again, nothing changes. The route's
 * path names no participant, so that `once` holds no side here: one held and then taken alone would
 * let two persons who state each other's wait for ever.
 * @throws NOT_FOUND naming `participant` or `person`; CONFLICT where too few would be left.
 */
export async function stateAffiliation(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  { participant, person }: Pick<Affiliation, 'participant' | 'person'>,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ stated: boolean }> {
  return once(context, key, now, async (tx) => {
    await requireMember(tx, programme, participant);
    if (!(await persons(tx)).some(({ id }) => id === person)) {
      throw new TocsinError('NOT_FOUND', 'person: expected one of the issuer', { field: 'person' });
    }
    const act = { programme, actor: actorOf(caller), at: now };
    await lockSides(tx, person);
    // Of two statements at once the second counts what the first has left.
    await lockRoles(tx);
    const stated = await putAffiliation(tx, act, { participant, person, statedBy: caller.id });
    if (stated && person !== caller.id) await requireLeftApart(tx, participant, person);
    return { stated };
  });
}

async function requireLeftApart(
  tx: Tx,
  participant: ParticipantId,
  person: PersonId,
): Promise<void> {
  const roles = (await rolesOf(tx, person)) ?? [];
  // Without whom as many decide as before.
  if (!DECIDING.some((role) => roles.includes(role))) return;
  const left = await apartWith(tx, participant, DECIDING);
  if (left >= LEFT_APART) return;
  const expected = `expected ${LEFT_APART} managers or approvers to be left on no side of it`;
  throw new TocsinError('CONFLICT', `person: ${expected}, found ${left}`, { field: 'person' });
}

/**
 * Records that a person stands on that side no longer.
 * @throws CONFLICT_OF_INTEREST for the person itself; NOT_FOUND where none is in force.
 */
export async function endAffiliation(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  { participant, person }: Pick<Affiliation, 'participant' | 'person'>,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ ended: true }> {
  return once(context, key, now, async (tx) => {
    await requireMember(tx, programme, participant);
    await requireApart(tx, caller.id, 'participant', participant);
    const act = { programme, actor: actorOf(caller), at: now };
    const ended = await closeAffiliation(tx, act, { participant, person, endedBy: caller.id });
    if (ended) return { ended };
    throw new TocsinError('NOT_FOUND', 'affiliation: expected one in force', { field: 'person' });
  });
}

/** Those in force with participants of a programme, oldest first. */
export async function listAffiliations(
  context: Context,
  programme: ProgrammeId,
): Promise<Affiliation[]> {
  return context.store.issuer((tx) => affiliationsOf(tx, programme));
}

/**
 * That the person does not stand on the side of whose matter it is.
 * @throws CONFLICT_OF_INTEREST
 */
export async function requireApart(
  tx: Tx,
  person: PersonId,
  about: About,
  id: string,
): Promise<void> {
  if (await isAffiliated(tx, person, about, id)) throw onBothSides();
}

/** The same of an act that is about many participants. @throws CONFLICT_OF_INTEREST */
export async function requireApartFrom(
  tx: Tx,
  person: PersonId,
  participants: readonly ParticipantId[],
): Promise<void> {
  if (participants.length === 0) return;
  const sides = await sidesOf(tx, person);
  if (participants.some((id) => sides.has(id))) throw onBothSides();
}

/**
 * The same of looking for whose copy leaked, which may be any member's.
 * @throws CONFLICT_OF_INTEREST
 */
export async function requireNoSideIn(
  tx: Tx,
  person: PersonId,
  programme: ProgrammeId,
): Promise<void> {
  if (await hasSideIn(tx, person, programme)) throw onBothSides();
}

function onBothSides(): TocsinError {
  return new TocsinError(
    'CONFLICT_OF_INTEREST',
    'caller: expected a person who does not stand on the side of a participant this is about',
  );
}

/** What a request names, and by which id. */
export type Named = readonly [about: About, id: string];

/** The same of all that a request names, in transactions of their own: before it is looked at. */
export async function requireApartOf(
  context: Context,
  caller: PersonCaller,
  named: readonly Named[],
): Promise<void> {
  for (const [about, id] of named) {
    await context.store.lookup((tx) => requireApart(tx, caller.id, about, id));
  }
}

/** Again in the transaction of the act: what is stated meanwhile comes before it, or waits. */
export function apartWithin(
  caller: PersonCaller,
  named: readonly Named[],
): (tx: Tx) => Promise<void> {
  return async (tx) => {
    if (named.length > 0) await holdSides(tx, caller.id);
    for (const [about, id] of named) await requireApart(tx, caller.id, about, id);
  };
}

/**
 * For an act of an alert on one participant: it is of the alert's programme, and the person does
 * not stand on its side. @throws NOT_FOUND naming `participant`; as `requireApart`.
 */
export async function requireMemberApart(
  tx: Tx,
  person: PersonId,
  programme: ProgrammeId,
  participant: ParticipantId,
): Promise<void> {
  await requireMember(tx, programme, participant);
  await requireApart(tx, person, 'participant', participant);
}

async function requireMember(
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
): Promise<void> {
  if (await enrolmentOf(tx, programme, participant)) return;
  throw new TocsinError('NOT_FOUND', 'participant: expected one of the programme', {
    field: 'participant',
  });
}
