import { CompiledQuery, sql } from 'kysely';
import { TocsinError } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type { PersonId, ProgrammeId, ReaderId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ReaderRole } from '../domain/reader-role.ts';
import type { Tx } from './database.ts';
import { recordEvent } from './event-writer.ts';
import type { SignedInBy } from './sign-in-schema.ts';

export type ProgrammeRow = {
  readonly id: ProgrammeId;
  readonly name: string;
  readonly pack: string;
  /** Declared cap on readers ever: the N of every trace (docs/decisions/0008). */
  readonly readerCap: number;
};

export type PolicyFiles = { readonly sha256: string; readonly files: Record<string, string> };

const SYSTEM: Actor = { kind: 'system', id: null };

export async function insertProgramme(tx: Tx, programme: ProgrammeRow, at: Instant): Promise<void> {
  await tx
    .insertInto('programme')
    .values({
      id: programme.id,
      name: programme.name,
      pack: programme.pack,
      reader_cap: programme.readerCap,
      created_at: new Date(at),
    })
    .execute();
  await recordEvent(tx, {
    type: 'programme_created',
    at,
    programme: programme.id,
    actor: SYSTEM,
    data: { pack: programme.pack },
  });
}

/** The caller holds the exclusive release lock. */
export async function activatePolicy(
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
  policy: PolicyFiles & { readonly pack: string },
): Promise<void> {
  await tx
    .updateTable('policy_version')
    .set({ active: false })
    .where('programme_id', '=', act.programme)
    .execute();
  await tx
    .insertInto('policy_version')
    .values({
      programme_id: act.programme,
      sha256: policy.sha256,
      files: JSON.stringify(policy.files),
      activated_at: new Date(act.at),
      active: true,
    })
    .onConflict((conflict) =>
      conflict.columns(['programme_id', 'sha256']).doUpdateSet({ active: true }),
    )
    .execute();
  await recordEvent(tx, {
    type: 'policy_activated',
    ...act,
    data: { pack: policy.pack, sha256: policy.sha256 },
  });
}

/** SHA-256 of the policy in force, without its text. @throws NOT_FOUND for an unknown programme. */
export async function activePolicyHash(tx: Tx, programme: ProgrammeId): Promise<string> {
  const row = await tx
    .selectFrom('policy_version')
    .select('sha256')
    .where('programme_id', '=', programme)
    .where('active', '=', true)
    .executeTakeFirst();
  if (!row) throw new TocsinError('NOT_FOUND', 'programme: expected one with a policy in force');
  return row.sha256;
}

export type PolicyInForce = { readonly programme: ProgrammeId; readonly sha256: string };

/** The same of all programmes, in order of their ids. */
export async function policiesInForce(tx: Tx): Promise<PolicyInForce[]> {
  const rows = await tx
    .selectFrom('policy_version')
    .select(['programme_id', 'sha256'])
    .where('active', '=', true)
    .orderBy('programme_id')
    .execute();
  return rows.map((row) => ({ programme: row.programme_id as ProgrammeId, sha256: row.sha256 }));
}

/**
 * SHA-256 of the policy that was in force at an instant; null: before the first, or its event was
 * erased.
 */
export async function policyHashAt(
  tx: Tx,
  programme: ProgrammeId,
  at: Instant,
): Promise<string | null> {
  const { rows } = await sql<{ sha256: string | null }>`
    select issuer_body::json -> 'data' ->> 'sha256' as sha256 from event
    where type = 'policy_activated' and programme_id = ${programme} and at <= ${new Date(at)}
    order by serial desc limit 1`.execute(tx);
  return rows[0]?.sha256 ?? null;
}

/** The text of one policy version. */
export async function policyFiles(
  tx: Tx,
  programme: ProgrammeId,
  sha256: string,
): Promise<Record<string, string>> {
  const row = await tx
    .selectFrom('policy_version')
    .select('files')
    .where('programme_id', '=', programme)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  if (!row) throw new TocsinError('NOT_FOUND', 'policy: expected a stored version');
  return row.files;
}

/** All programmes of this installation, oldest first. */
export async function programmes(tx: Tx): Promise<ProgrammeRow[]> {
  const rows = await tx
    .selectFrom('programme')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(programmeFrom);
}

function programmeFrom(row: {
  readonly id: string;
  readonly name: string;
  readonly pack: string;
  readonly reader_cap: number;
}): ProgrammeRow {
  const { id, name, pack, reader_cap: readerCap } = row;
  return { id: id as ProgrammeId, name, pack, readerCap };
}

/** @throws NOT_FOUND for an unknown programme. */
export async function programmeById(tx: Tx, id: ProgrammeId): Promise<ProgrammeRow> {
  const found = await tx
    .selectFrom('programme')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (found) return programmeFrom(found);
  throw new TocsinError('NOT_FOUND', 'programme: expected a known one', { field: 'programme' });
}

export async function setting(tx: Tx, name: string): Promise<Buffer | null> {
  const row = await tx
    .selectFrom('setting')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value ?? null;
}

export async function putSetting(tx: Tx, name: string, value: Buffer): Promise<void> {
  await tx
    .insertInto('setting')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

export async function insertPerson(
  tx: Tx,
  person: { readonly id: PersonId; readonly name: string },
  actor: Actor,
  at: Instant,
): Promise<void> {
  await tx
    .insertInto('person')
    .values({ id: person.id, name: person.name, created_at: new Date(at) })
    .execute();
  await recordEvent(tx, {
    type: 'person_added',
    at,
    programme: null,
    actor,
    data: { person: person.id },
  });
}

export type TokenHolder =
  | { readonly kind: 'person'; readonly id: PersonId }
  | { readonly kind: 'reader'; readonly id: ReaderId };

/** Stores the hash of a token, never the token. */
export async function insertToken(
  tx: Tx,
  token: {
    readonly id: string;
    readonly hash: Buffer;
    readonly holder: TokenHolder;
    readonly scopes: readonly string[];
    readonly label: string | null;
    readonly expiresAt: Instant | null;
  },
  actor: Actor,
  at: Instant,
): Promise<void> {
  await tx
    .insertInto('token')
    .values({
      id: token.id,
      hash: token.hash,
      person_id: token.holder.kind === 'person' ? token.holder.id : null,
      reader_id: token.holder.kind === 'reader' ? token.holder.id : null,
      scopes: [...token.scopes],
      label: token.label,
      expires_at: token.expiresAt === null ? null : new Date(token.expiresAt),
      created_at: new Date(at),
    })
    .execute();
  await recordEvent(tx, {
    type: 'token_issued',
    at,
    programme: null,
    actor,
    data: { token: token.id, scope: token.scopes.join('+') },
  });
}

type TokenColumns = {
  hash: Buffer;
  id: string;
  person_id: string | null;
  reader_id: string | null;
  scopes: string[];
  participant_id: string | null;
  role: ReaderRole | null;
  kind: 'api' | 'session';
  expires_at: Instant | null;
  used_at: Instant | null;
  signed_in_by: SignedInBy | null;
  verified_at: Instant | null;
  passkey_since: Instant | null;
  sign_key: Buffer | null;
  must_sign: boolean;
};

/**
 * As text, because it stands before every request. What was reported signs nothing any more. With
 * `offset 0` one participant is looked up; without, PostgreSQL may hash all enrolments for it.
 */
const TOKENS = `select t.hash, t.id, t.person_id, t.reader_id, t.scopes, r.participant_id, r.role,
    t.kind, t.expires_at, t.used_at, t.signed_in_by, t.verified_at, t.passkey_since,
    case when r.key_reported is null then r.sign_key end as sign_key,
    exists (select from enrolment e join programme p on p.id = e.programme_id
      where e.participant_id = r.participant_id and p.signed_requests offset 0) as must_sign
  from token t left join reader r on r.id = t.reader_id
  where t.revoked_at is null and r.removed_at is null`;

const TOKENS_BY_HASH = `${TOKENS} and t.hash = any($1)`;

const TOKEN_OF_READER = `${TOKENS} and t.reader_id = $1 and t.kind = 'api'
  and (t.expires_at is null or t.expires_at > $2) order by t.created_at, t.id limit 1`;

export type FoundToken = {
  readonly id: string;
  readonly holder: TokenHolder;
  readonly participant: string | null;
  /** Of a reader; null: a person of the issuer. */
  readonly role: ReaderRole | null;
  readonly scopes: readonly string[];
  readonly expiresAt: Instant | null;
  /** Of a session; null: this is a token. */
  readonly session: {
    readonly by: SignedInBy;
    readonly usedAt: Instant;
    readonly verifiedAt: Instant | null;
    /** Since when there is the passkey that verified its user last. */
    readonly passkeySince: Instant | null;
  } | null;
  /** The signing key of a reader that is in force, 32 bytes; null: there is none. */
  readonly signKey: Buffer | null;
  /** Whether a programme of the reader's wants its requests signed. */
  readonly mustSign: boolean;
};

/**
 * Who holds the tokens with these hashes, by the hash in hex; without those that were revoked, or
 * whose reader was removed.
 */
export async function tokensByHash(
  tx: Tx,
  hashes: readonly Buffer[],
): Promise<Map<string, FoundToken>> {
  const query = CompiledQuery.raw(TOKENS_BY_HASH, [hashes]);
  const { rows } = await tx.executeQuery(query as CompiledQuery<TokenColumns>);
  return new Map(rows.map((row) => [row.hash.toString('hex'), foundToken(row)]));
}

/**
 * The oldest token of a reader's that goes on; null where all were ended, or the reader removed.
 */
export async function tokenOfReader(
  tx: Tx,
  reader: string,
  now: Instant,
): Promise<FoundToken | null> {
  const query = CompiledQuery.raw(TOKEN_OF_READER, [reader, new Date(now)]);
  const { rows } = await tx.executeQuery(query as CompiledQuery<TokenColumns>);
  const [row] = rows;
  return row === undefined ? null : foundToken(row);
}

function foundToken(row: TokenColumns): FoundToken {
  const holder: TokenHolder = row.person_id
    ? { kind: 'person', id: row.person_id as PersonId }
    : { kind: 'reader', id: row.reader_id as ReaderId };
  const { id, participant_id: participant, role, scopes, expires_at: expiresAt } = row;
  const { kind, signed_in_by: by, used_at: usedAt, verified_at: verifiedAt } = row;
  const isSession = kind === 'session' && by !== null && usedAt !== null;
  const { passkey_since: passkeySince, sign_key: signKey, must_sign: mustSign } = row;
  const session = isSession ? { by, usedAt, verifiedAt, passkeySince } : null;
  return { id, holder, participant, role, scopes, expiresAt, session, signKey, mustSign };
}
