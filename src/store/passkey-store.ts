import type { Selectable } from 'kysely';
import type { Credential } from '../crypto/passkey.ts';
import { newId } from '../crypto/random.ts';
import type { Actor } from '../domain/event.ts';
import type { ParticipantId, PersonId, ReaderId } from '../domain/ids.ts';
import { HOUR_MS, type Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { recordEvent } from './event-writer.ts';
import type { TokenHolder } from './programme-store.ts';
import type { Database } from './schema.ts';
import { lockHolder } from './token-store.ts';

/** Who acted, when: what concerns the installation and no programme. */
export type SiteAct = { readonly actor: Actor; readonly at: Instant };

export type Passkey = Credential & {
  readonly id: string;
  readonly label: string;
  readonly createdAt: Instant;
  /** By the hour; null: never. */
  readonly usedAt: Instant | null;
};

/** A holder with what a session of theirs may do. */
export type SignedHolder = {
  readonly holder: TokenHolder;
  /** Null for persons of the issuer. */
  readonly participant: ParticipantId | null;
  readonly scopes: readonly string[];
};

/** The two columns that name a holder. */
export function heldBy({ kind, id }: TokenHolder) {
  return kind === 'person'
    ? { person_id: id, reader_id: null }
    : { person_id: null, reader_id: id };
}

export function holderIn(row: { person_id: string | null; reader_id: string | null }): TokenHolder {
  return row.person_id === null
    ? { kind: 'reader', id: row.reader_id as ReaderId }
    : { kind: 'person', id: row.person_id as PersonId };
}

function column({ kind }: TokenHolder): 'person_id' | 'reader_id' {
  return kind === 'person' ? 'person_id' : 'reader_id';
}

function asPasskey(row: Selectable<Database['passkey']>): Passkey {
  return {
    id: row.id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    label: row.label,
    createdAt: row.created_at,
    usedAt: row.used_at,
  };
}

/** Returns its id, or null where the credential is registered already, whoever's it is. */
export async function insertPasskey(
  tx: Tx,
  { actor, at }: SiteAct,
  holder: TokenHolder,
  credential: Credential & { readonly label: string },
): Promise<string | null> {
  const id = newId();
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('passkey')
    .values({
      id,
      credential_id: credential.credentialId,
      ...heldBy(holder),
      public_key: credential.publicKey,
      counter: credential.counter,
      label: credential.label,
      created_at: new Date(at),
      used_at: null,
      removed_at: null,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return null;
  const data = { passkey: id, holder: holder.id };
  await recordEvent(tx, { type: 'passkey_registered', at, programme: null, actor, data });
  return id;
}

/**
 * The passkey of a credential id, its holder locked: of two answers at once the second sees the
 * counter of the first. Null where there is none, or its holder is out.
 */
export async function shownPasskey(
  tx: Tx,
  credentialId: Buffer,
): Promise<(SignedHolder & { readonly passkey: Passkey }) | null> {
  const find = () =>
    tx
      .selectFrom('passkey')
      .selectAll()
      .where('credential_id', '=', credentialId)
      .where('removed_at', 'is', null)
      .executeTakeFirst();
  const row = await find();
  const known = row && (await lockSigned(tx, holderIn(row)));
  // Read again under the lock.
  const locked = known && (await find());
  return known && locked ? { ...known, passkey: asPasskey(locked) } : null;
}

/**
 * Locks who signs in (`lockHolder`), and what they may do; null where they are out: removed, a
 * machine, or without any scope.
 */
export async function lockSigned(tx: Tx, holder: TokenHolder): Promise<SignedHolder | null> {
  if (!(await lockHolder(tx, holder))) return null;
  if (holder.kind === 'person') {
    const row = await tx
      .selectFrom('person')
      .select('scopes')
      .where('id', '=', holder.id)
      .executeTakeFirst();
    if (!row || row.scopes.length === 0) return null;
    return { holder, participant: null, scopes: row.scopes };
  }
  const row = await tx
    .selectFrom('reader')
    .select('participant_id')
    .where('id', '=', holder.id)
    .where('joined_at', 'is not', null)
    .where('removed_at', 'is', null)
    // A machine has its token, and nothing to sign in with.
    .where('role', '<>', 'machine')
    .executeTakeFirst();
  if (!row) return null;
  return { holder, participant: row.participant_id as ParticipantId, scopes: ['reader'] };
}

/** A passkey was used; when, is kept by the hour. */
export async function notePasskeyUse(
  tx: Tx,
  id: string,
  counter: number,
  at: Instant,
): Promise<void> {
  const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
  await tx
    .updateTable('passkey')
    .set({ counter, used_at: new Date(hour) })
    .where('id', '=', id)
    .execute();
}

/** All of a holder's that are of use, oldest first. */
export async function passkeysOf(tx: Tx, holder: TokenHolder): Promise<Passkey[]> {
  const rows = await tx
    .selectFrom('passkey')
    .selectAll()
    .where(column(holder), '=', holder.id)
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(asPasskey);
}

/** Ends one of a holder's passkeys, or all. Returns how many. */
export async function removePasskeys(
  tx: Tx,
  { actor, at }: SiteAct,
  holder: TokenHolder,
  only: string | null = null,
): Promise<number> {
  const removed = await tx
    .updateTable('passkey')
    .set({ removed_at: new Date(at) })
    .where(column(holder), '=', holder.id)
    .where('removed_at', 'is', null)
    .$if(only !== null, (query) => query.where('id', '=', only ?? ''))
    .returning('id')
    .execute();
  for (const { id: passkey } of removed) {
    const data = { passkey };
    await recordEvent(tx, { type: 'passkey_removed', at, programme: null, actor, data });
  }
  return removed.length;
}

/** Keeps a one-time link by its hash. */
export async function insertPasskeyLink(
  tx: Tx,
  { actor, at }: SiteAct,
  holder: TokenHolder,
  link: { readonly hash: Buffer; readonly codeHash: Buffer | null; readonly expiresAt: Instant },
): Promise<void> {
  const id = newId();
  await tx
    .insertInto('passkey_link')
    .values({
      id,
      hash: link.hash,
      ...heldBy(holder),
      created_at: new Date(at),
      expires_at: new Date(link.expiresAt),
      ended_at: null,
      code_hash: link.codeHash,
    })
    .execute();
  const data = { link: id, holder: holder.id };
  await recordEvent(tx, { type: 'passkey_link_made', at, programme: null, actor, data });
}

/**
 * Whether a link of a holder's that went with a code was neither used nor ended: also one that
 * nobody used in time, for whoever was to come with the code has not come yet.
 */
export async function awaitsCode(tx: Tx, holder: TokenHolder): Promise<boolean> {
  const found = await tx
    .selectFrom('passkey_link')
    .select('id')
    .where(column(holder), '=', holder.id)
    .where('code_hash', 'is not', null)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Whose an open link is, locked, so that it serves once. Null: it is not open, or goes with another
 * code, or they are out. A code where none belongs does no harm.
 */
export async function lockLink(
  tx: Tx,
  { link, code }: { readonly link: Buffer; readonly code: Buffer | null },
  now: Instant,
): Promise<SignedHolder | null> {
  const find = () =>
    tx
      .selectFrom('passkey_link')
      .select(['person_id', 'reader_id'])
      .where('hash', '=', link)
      .where((any) => any.or([any('code_hash', 'is', null), any('code_hash', '=', code)]))
      .where('ended_at', 'is', null)
      .where('expires_at', '>', timestamp(now))
      .executeTakeFirst();
  const row = await find();
  const known = row && (await lockSigned(tx, holderIn(row)));
  return known && (await find()) ? known : null;
}

/** Ends every open link of a holder: the one that was used, and those made beside it. */
export async function endPasskeyLinks(tx: Tx, holder: TokenHolder, at: Instant): Promise<void> {
  await tx
    .updateTable('passkey_link')
    .set({ ended_at: new Date(at) })
    .where(column(holder), '=', holder.id)
    .where('ended_at', 'is', null)
    .execute();
}
