/** An application is decided, by a second person or a wait: assessed anew, as it is by then. */
import { canonicalJson, type Json } from '../../crypto/canonical.ts';
import { encryptColumn } from '../../crypto/column.ts';
import { type Enrolment, NO_PROFILE, type Profile } from '../../domain/enrolment.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { ApplicationId, PersonId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { accept, shownCriteria } from '../../policy/eligibility/assess.ts';
import { sidesOf } from '../../store/affiliation-store.ts';
import {
  applicationById,
  decideApplication,
  notePart,
  type StoredApplication,
} from '../../store/application-store.ts';
import type { Tx } from '../../store/database.ts';
import { requireApartFrom } from '../affiliations.ts';
import type { Context } from '../context.ts';
import {
  type Assessed,
  assessStored,
  openContent,
  rowOf,
  sponsorsIn,
} from './application-record.ts';

/** The application behind an admission. */
export type AcceptedApplication = {
  readonly id: ApplicationId;
  /** Why, as it is told to the applicant. */
  readonly reason: string;
  readonly contact: string;
};

/** That an application is refused. */
export type RefusedApplication = {
  readonly kind: 'refusal';
  readonly participant: null;
  readonly application: ApplicationId;
  readonly name: string;
  readonly reason: string;
};

type Act = { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant };

/** @throws CONFLICT where it may not be accepted by this person, or shows something else by now. */
export async function concludeAcceptance(
  context: Context,
  tx: Tx,
  act: Act,
  deciders: readonly PersonId[],
  { id, reason }: AcceptedApplication,
  { profile }: Enrolment,
): Promise<void> {
  const stored = await requireUndecided(tx, id);
  await requireNoSponsor(context, tx, stored, deciders);
  const assessed = await requireAcceptable(context, tx, stored, deciders, act.at);
  if (sameProfile(profileOf(assessed, act.at), profile)) {
    return conclude(context, tx, act, deciders, stored, { state: 'accepted', reason });
  }
  throw new TocsinError('CONFLICT', 'application: expected what was shown; propose it again');
}

/** @throws CONFLICT for one that was decided. */
export async function concludeRefusal(
  context: Context,
  tx: Tx,
  act: Act,
  deciders: readonly PersonId[],
  { application, reason }: RefusedApplication,
): Promise<void> {
  const stored = await requireUndecided(tx, application);
  await requireNoSponsor(context, tx, stored, deciders);
  return conclude(context, tx, act, deciders, stored, { state: 'refused', reason });
}

async function conclude(
  context: Context,
  tx: Tx,
  act: Act,
  deciders: readonly PersonId[],
  stored: StoredApplication,
  { state, reason }: { readonly state: 'accepted' | 'refused'; readonly reason: string },
): Promise<void> {
  const row = rowOf(stored.id, 'reason');
  const reasonEnc = encryptColumn(context.keys.standings, row, Buffer.from(reason));
  await decideApplication(tx, act, stored, { state, reasonEnc });
  for (const person of deciders) await notePart(tx, stored.id, person);
}

/**
 * [R32] That nobody who decides stands on the side of a member that vouches.
 * @throws CONFLICT_OF_INTEREST
 */
export async function requireNoSponsor(
  context: Context,
  tx: Tx,
  stored: StoredApplication,
  deciders: readonly PersonId[],
): Promise<void> {
  const sponsors = sponsorsIn(openContent(context, stored));
  for (const person of deciders) await requireApartFrom(tx, person, sponsors);
}

async function requireUndecided(tx: Tx, id: ApplicationId): Promise<StoredApplication> {
  const stored = await applicationById(tx, id);
  if (stored?.state === 'open') return stored;
  throw new TocsinError('CONFLICT', 'application: expected an open one, found one decided');
}

/**
 * An application that these persons may accept at `now`: whoever they are, nothing makes up for
 * what is missing.
 * @throws CONFLICT naming the verdict.
 */
export async function requireAcceptable(
  context: Context,
  tx: Tx,
  stored: StoredApplication,
  deciders: readonly PersonId[],
  now: Instant,
): Promise<Assessed> {
  const assessed = await assessStored(context, tx, stored, now);
  if (assessed === null) {
    throw new TocsinError('CONFLICT', 'policy: expected one that says who may join');
  }
  const { section, application, roll } = assessed;
  for (const person of deciders) {
    const approver = { person, sides: await sidesOf(tx, person) };
    const { refused } = accept(section, application, roll, approver, now);
    if (refused === null) continue;
    const expected = `application: expected one that may be accepted, found ${refused}`;
    throw new TocsinError('CONFLICT', expected, { field: 'application' });
  }
  return assessed;
}

/** What its application shows of a participant to be. */
export function profileOf(assessed: Assessed, now: Instant): Profile {
  const { policy, section, content, application, roll } = assessed;
  const shown = Object.entries(shownCriteria(section, application, roll, now));
  return {
    ...NO_PROFILE,
    roles: content.roles,
    products: content.products,
    criteria: Object.fromEntries(shown.filter(([name]) => policy.criteria.includes(name))),
  };
}

function sameProfile(a: Profile, b: Profile): boolean {
  return canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json);
}
