import { type Selectable, sql } from 'kysely';
import type { PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { recordEvent } from './event-writer.ts';
import type { SiteAct } from './passkey-store.ts';
import type { Database } from './schema.ts';
import { revokeTokens } from './token-store.ts';

export type GrantOutcome = 'confirmed' | 'refused';

/** Roles that somebody is to have. */
export type StoredGrant = {
  readonly id: string;
  readonly person: PersonId;
  /** Of somebody new; null: the person is one already. */
  readonly name: string | null;
  readonly roles: readonly string[];
  /** SHA-256 of what is granted to whom, hex. */
  readonly digest: string;
  readonly codeHash: Buffer | null;
  /** Null: on the server's own machine. */
  readonly proposer: PersonId | null;
  readonly at: Instant;
  /** Null: open. */
  readonly outcome: GrantOutcome | 'lapsed' | null;
};

/** What a person has; null: there is none. */
export async function rolesOf(tx: Tx, id: PersonId): Promise<readonly string[] | null> {
  const row = await tx
    .selectFrom('person')
    .select('scopes')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.scopes ?? null;
}

/** The roles of everybody who has any. The caller holds `lockRoles`, where it acts by them. */
export async function allRoles(tx: Tx): Promise<(readonly [PersonId, readonly string[]])[]> {
  const rows = await tx.selectFrom('person').select(['id', 'scopes']).execute();
  return rows
    .filter(({ scopes }) => scopes.length > 0)
    .map(({ id, scopes }) => [id as PersonId, scopes]);
}

/** The person may do this too, with tokens made and sessions begun from now on. */
export async function grantRoles(
  tx: Tx,
  { actor, at }: SiteAct,
  person: PersonId,
  roles: readonly string[],
): Promise<void> {
  const known = (await rolesOf(tx, person)) ?? [];
  const more = roles.filter((role) => !known.includes(role));
  if (more.length === 0) return;
  await tx
    .updateTable('person')
    .set({ scopes: [...known, ...more].toSorted() })
    .where('id', '=', person)
    .execute();
  const data = { person, roles: more.join('+') };
  await recordEvent(tx, { type: 'roles_granted', at, programme: null, actor, data });
}

/**
 * The person may not do this any more. From the commit on no token or session of theirs does; one
 * with which nothing else could be done ends.
 */
export async function withdrawRoles(
  tx: Tx,
  { actor, at }: SiteAct,
  person: PersonId,
  roles: readonly string[],
): Promise<void> {
  const known = (await rolesOf(tx, person)) ?? [];
  const lost = known.filter((role) => roles.includes(role));
  if (lost.length === 0) return;
  const kept = known.filter((role) => !lost.includes(role));
  await tx.updateTable('person').set({ scopes: kept }).where('id', '=', person).execute();
  const { rows } = await sql<{ id: string; scopes: string[] }>`
    update token set scopes = array(
      select scope from unnest(scopes) with ordinality as s (scope, n)
      where scope <> all (${lost}::text[]) order by n)
    where person_id = ${person} and revoked_at is null
    returning id, scopes`.execute(tx);
  const data = { person, roles: lost.join('+') };
  await recordEvent(tx, { type: 'roles_withdrawn', at, programme: null, actor, data });
  for (const { id, scopes } of rows) {
    if (scopes.length > 0) continue;
    await revokeTokens(tx, { kind: 'person', id: person }, actor, at, { id });
  }
}

export async function insertGrant(
  tx: Tx,
  { actor, at }: SiteAct,
  grant: Omit<StoredGrant, 'at' | 'outcome'>,
): Promise<void> {
  const { id, person, name, roles, digest, codeHash, proposer } = grant;
  await tx
    .insertInto('role_grant')
    .values({
      ...{ id, person_id: person, name, roles: [...roles], digest, code_hash: codeHash },
      ...{ proposer_id: proposer, at: new Date(at) },
      ...{ decider_id: null, outcome: null, decided_at: null },
    })
    .execute();
  const data = { grant: id, person, roles: roles.join('+'), digest };
  await recordEvent(tx, { type: 'role_grant_proposed', at, programme: null, actor, data });
}

/** Locked: of two decisions the second sees the first. */
export async function lockGrant(tx: Tx, id: string): Promise<StoredGrant | null> {
  const row = await tx
    .selectFrom('role_grant')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ? asGrant(row) : null;
}

/** What waits for another person and was proposed after an instant, oldest first. */
export async function openGrants(tx: Tx, after: Instant): Promise<StoredGrant[]> {
  const rows = await tx
    .selectFrom('role_grant')
    .selectAll()
    .where('outcome', 'is', null)
    .where('at', '>', timestamp(after))
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map(asGrant);
}

function asGrant(row: Selectable<Database['role_grant']>): StoredGrant {
  return {
    id: row.id,
    person: row.person_id as PersonId,
    name: row.name,
    roles: row.roles,
    digest: row.digest,
    codeHash: row.code_hash,
    proposer: row.proposer_id as PersonId | null,
    at: row.at,
    outcome: row.outcome,
  };
}

/** The database refuses who proposed it and whom it is about, save to refuse it. */
export async function decideStoredGrant(
  tx: Tx,
  { actor, at }: SiteAct,
  id: string,
  decided: { readonly outcome: GrantOutcome; readonly decider: PersonId },
): Promise<void> {
  const { outcome, decider } = decided;
  await tx
    .updateTable('role_grant')
    .set({ outcome, decider_id: decider, decided_at: new Date(at) })
    .where('id', '=', id)
    .execute();
  const data = { grant: id, outcome };
  await recordEvent(tx, { type: 'role_grant_decided', at, programme: null, actor, data });
}
