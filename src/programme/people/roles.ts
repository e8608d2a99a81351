/** Who may do what: granted by two persons, withdrawn by one. */
import { canonicalJson } from '../../crypto/canonical.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId, randomBytes } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { PersonId } from '../../domain/ids.ts';
import { DAY_MS, type Instant, instant, plus } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lapseProposals } from '../../store/lapse-store.ts';
import { lockRoles } from '../../store/locks.ts';
import { insertPerson } from '../../store/programme-store.ts';
import {
  allRoles,
  decideStoredGrant,
  type GrantOutcome,
  grantRoles,
  insertGrant,
  lockGrant,
  openGrants,
  rolesOf,
  type StoredGrant,
  withdrawRoles,
} from '../../store/role-store.ts';
import { type PersonRow, persons } from '../../store/token-store.ts';
import { actorOf, once, type PersonCaller, ROLES, type Role, SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { hashCode, lockOwn, makePasskeyLink, pageOf } from './passkeys.ts';
import { addPerson, checkPersonName } from './people.ts';

export type { GrantOutcome } from '../../store/role-store.ts';

const OPEN_DAYS = 7;

/** Whose roles are to grow: a person's, or those of somebody new. */
export type Grantee =
  | { readonly person: PersonId; readonly name: null }
  | { readonly person: null; readonly name: string };

/** What waits, and the code that somebody new needs beside their link; null for a person. */
export type ProposedGrant = {
  readonly grant: string;
  readonly person: PersonId;
  readonly digest: string;
  readonly code: string | null;
};

/**
 * Proposes roles for a person, or for somebody new; they are had when another person confirms the
 * digest. The code of somebody new is told to who proposes, this once. It ends after a week.
 * @param caller null: the server's own machine.
 * @throws NOT_FOUND; CONFLICT where the person has all of them; INVALID_INPUT
 */
export async function proposeGrant(
  context: Context,
  caller: PersonCaller | null,
  grantee: Grantee,
  roles: readonly Role[],
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<ProposedGrant> {
  const wanted = ROLES.filter((role) => roles.includes(role));
  if (wanted.length === 0) throw invalid('roles', `one or more of ${ROLES.join(', ')}`, 'none');
  return once(context, key, now, async (tx) => {
    await lockRoles(tx);
    if (caller) await requireOperator(tx, caller);
    const person = grantee.person ?? newId<PersonId>();
    if (grantee.person === null) checkPersonName(grantee.name);
    else await requireNew(tx, person, wanted);
    const id = newId();
    const { name } = grantee;
    const code = name === null ? null : randomBytes(12).toString('hex');
    const digest = digestOf({ id, person, name, roles: wanted });
    const codeHash = code === null ? null : hashCode(code);
    const proposer = caller?.id ?? null;
    const stored = { id, person, name, roles: wanted, digest, codeHash, proposer };
    await insertGrant(tx, { actor: caller ? actorOf(caller) : SYSTEM, at: now }, stored);
    return { grant: id, person, digest, code };
  });
}

/** Of exactly what is granted, and to whom. */
function digestOf(of: Pick<StoredGrant, 'id' | 'person' | 'name' | 'roles'>): string {
  const { id: grant, person, name, roles } = of;
  return sha256Hex(Buffer.from(canonicalJson({ v: 1, grant, person, name, roles: [...roles] })));
}

async function requireNew(tx: Tx, person: PersonId, roles: readonly Role[]): Promise<void> {
  const known = await rolesOf(tx, person);
  if (known === null) throw unknownPerson();
  if (roles.some((role) => !known.includes(role))) return;
  throw new TocsinError('CONFLICT', 'roles: expected one that the person has not');
}

/**
 * Another person confirms or refuses. Somebody new is added with a link to register a passkey,
 * which serves with the code alone: neither of the two persons can come in their place.
 * @throws SECOND_PERSON for who proposed it and for whom it is about; APPROVAL_VOID for another
 *   digest; CONFLICT for one decided or older than a week, and where its proposer is no operator
 *   any more; NOT_FOUND.
 */
export async function decideGrant(
  context: Context,
  caller: PersonCaller,
  id: string,
  stated: { readonly decision: 'confirm' | 'refuse'; readonly digest: string },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ outcome: GrantOutcome; link: string | null }> {
  return once(context, key, now, async (tx) => {
    await lockRoles(tx);
    await requireOperator(tx, caller);
    const found = await lockGrant(tx, id);
    if (!found) throw new TocsinError('NOT_FOUND', 'grant: expected one of this installation');
    checkOpen(found, stated.digest, now);
    const act = { actor: actorOf(caller), at: now };
    if (stated.decision === 'refuse') {
      await decideStoredGrant(tx, act, id, { outcome: 'refused', decider: caller.id });
      return { outcome: 'refused', link: null } as const;
    }
    const { person, name, roles, proposer, codeHash } = found;
    if (proposer === caller.id || person === caller.id) throw notOneself();
    if (proposer !== null && !(await rolesOf(tx, proposer))?.includes('operator')) {
      throw new TocsinError('CONFLICT', 'grant: expected a proposer who is an operator still');
    }
    await decideStoredGrant(tx, act, id, { outcome: 'confirmed', decider: caller.id });
    if (name !== null) await insertPerson(tx, { id: person, name }, act.actor, now);
    await grantRoles(tx, act, person, roles);
    if (codeHash === null) return { outcome: 'confirmed', link: null } as const;
    const holder = { kind: 'person', id: person } as const;
    const link = await makePasskeyLink(tx, holder, act.actor, now, codeHash);
    return { outcome: 'confirmed', link: pageOf(context, link) } as const;
  });
}

function checkOpen({ outcome, at, digest }: StoredGrant, stated: string, now: Instant): void {
  if (outcome !== null || now >= plus(at, OPEN_DAYS * DAY_MS)) {
    throw new TocsinError('CONFLICT', 'grant: expected an open one, found one decided or over');
  }
  if (digest === stated) return;
  const expected = 'digest: expected that of the proposal; look at it again';
  throw new TocsinError('APPROVAL_VOID', expected, { field: 'digest' });
}

/**
 * Takes roles from a person, at once: it only narrows, so that one person does. What they alone had
 * proposed lapses, by whichever role: none of it takes effect for somebody who may not do it now.
 * @throws CONFLICT for the last operator, and where the person has none of them; NOT_FOUND
 */
export async function withdraw(
  context: Context,
  caller: PersonCaller,
  person: PersonId,
  roles: readonly Role[],
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ roles: readonly Role[] }> {
  return once(context, key, now, async (tx) => {
    await lockRoles(tx);
    await requireOperator(tx, caller);
    const known = await rolesOf(tx, person);
    if (known === null) throw unknownPerson();
    if (!roles.some((role) => known.includes(role))) {
      throw new TocsinError('CONFLICT', 'roles: expected one that the person has');
    }
    if (roles.includes('operator')) await requireOtherOperator(tx, person);
    const act = { actor: actorOf(caller), at: now };
    await withdrawRoles(tx, act, person, roles);
    await lapseProposals(tx, act, person);
    return { roles: ROLES.filter((role) => known.includes(role) && !roles.includes(role)) };
  });
}

async function requireOtherOperator(tx: Tx, person: PersonId): Promise<void> {
  const all = await allRoles(tx);
  if (all.some(([id, roles]) => id !== person && roles.includes('operator'))) return;
  throw new TocsinError('CONFLICT', 'roles: expected another operator to be left');
}

/** Under the lock: what the token said may have been withdrawn since it was looked at. */
async function requireOperator(tx: Tx, caller: PersonCaller): Promise<void> {
  await lockOwn(tx, caller);
  if ((await rolesOf(tx, caller.id))?.includes('operator')) return;
  throw new TocsinError('SCOPE_MISSING', 'token: expected one of an operator');
}

/** A proposal as persons of the issuer see it. */
export type GrantView = Omit<StoredGrant, 'codeHash' | 'outcome'>;

/** The issuer's persons with their roles, and what waits for another person. */
export async function listRoles(
  context: Context,
  now: Instant,
): Promise<{ readonly people: readonly PersonRow[]; readonly open: readonly GrantView[] }> {
  return context.store.issuer(async (tx) => {
    const open = await openGrants(tx, instant(now - OPEN_DAYS * DAY_MS));
    return { people: await persons(tx), open };
  });
}

/**
 * Whether the server's own machine may still give roles alone: while there are no two persons who
 * may do anything, or none of them could confirm a grant.
 */
export async function grantsAlone(tx: Tx): Promise<boolean> {
  const all = await allRoles(tx);
  return all.length < 2 || !all.some(([, roles]) => roles.includes('operator'));
}

/** What came of an addition on the server's own machine: one of the two is null. */
export type Added = {
  readonly person: PersonId;
  readonly token: string | null;
  readonly proposal: Omit<ProposedGrant, 'person'> | null;
};

/**
 * Somebody new, from the server's own machine: with a token as long as that may give roles alone,
 * else proposed, for a person to confirm.
 */
export async function addOrPropose(
  context: Context,
  name: string,
  roles: readonly Role[],
  now: Instant,
): Promise<Added> {
  const added = await context.store.issuer(async (tx) => {
    await lockRoles(tx);
    return (await grantsAlone(tx)) ? addPerson(tx, name, roles, now) : null;
  });
  if (added) return { ...added, proposal: null };
  const whom = { person: null, name } as const;
  const { person, ...proposal } = await proposeGrant(context, null, whom, roles, now);
  return { person, token: null, proposal };
}

function unknownPerson(): TocsinError {
  return new TocsinError('NOT_FOUND', 'person: expected one of this installation', {
    field: 'person',
  });
}

function notOneself(): TocsinError {
  return new TocsinError(
    'SECOND_PERSON',
    'decision: expected a person who did not propose it, and whom it is not about',
  );
}
