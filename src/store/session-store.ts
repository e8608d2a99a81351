import { sql } from 'kysely';
import type { ParticipantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { recordEvent } from './event-writer.ts';
import { heldBy, type SignedHolder, type SiteAct } from './passkey-store.ts';
import type { TokenHolder } from './programme-store.ts';
import type { SignedInBy } from './sign-in-schema.ts';

/** Keeps a session by the hash of its secret. */
export async function insertSession(
  tx: Tx,
  { actor, at }: SiteAct,
  { holder, scopes }: SignedHolder,
  session: {
    readonly id: string;
    readonly hash: Buffer;
    readonly by: SignedInBy;
    readonly passkey: string | null;
    readonly passkeySince: Instant | null;
    readonly expiresAt: Instant;
  },
): Promise<void> {
  const { id, hash, by, passkey, passkeySince } = session;
  await tx
    .insertInto('token')
    .values({
      id,
      hash,
      ...heldBy(holder),
      scopes: [...scopes],
      created_at: new Date(at),
      revoked_at: null,
      kind: 'session',
      label: null,
      expires_at: new Date(session.expiresAt),
      used_at: new Date(at),
      signed_in_by: by,
      verified_at: by === 'passkey' ? new Date(at) : null,
      passkey_since: passkeySince === null ? null : new Date(passkeySince),
    })
    .execute();
  const data = { session: id, by, passkey };
  await recordEvent(tx, { type: 'session_opened', at, programme: null, actor, data });
}

/** A session is used; one statement. */
export async function noteSessionUse(tx: Tx, id: string, at: Instant): Promise<void> {
  await tx
    .updateTable('token')
    .set({ used_at: new Date(at) })
    .where('id', '=', id)
    .execute();
}

/** Tokens were used, each at its instant; one statement. */
export async function noteTokenUses(tx: Tx, uses: ReadonlyMap<string, Instant>): Promise<void> {
  const at = [...uses.values()].map((instant) => new Date(instant));
  await sql`
    update token set used_at = use.at
    from unnest(${[...uses.keys()]}::uuid[], ${at}::timestamptz[]) as use (id, at)
    where token.id = use.id and (token.used_at is null or token.used_at < use.at)`.execute(tx);
}

/** The session goes on under another secret, its user verified at this instant by a passkey. */
export async function reverifySession(
  tx: Tx,
  id: string,
  { hash, passkeySince }: { readonly hash: Buffer; readonly passkeySince: Instant },
  at: Instant,
): Promise<void> {
  const verified = { verified_at: new Date(at), passkey_since: new Date(passkeySince) };
  await tx
    .updateTable('token')
    .set({ hash, used_at: new Date(at), ...verified })
    .where('id', '=', id)
    .execute();
}

/** A token or session as its holder sees it; never the secret. */
export type OwnToken = {
  readonly id: string;
  readonly kind: 'api' | 'session';
  readonly label: string | null;
  readonly scopes: readonly string[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly usedAt: Instant | null;
  readonly signedInBy: SignedInBy | null;
};

/** Those of a holder that have not ended, newest first. */
export async function tokensOf(
  tx: Tx,
  { kind, id }: TokenHolder,
  now: Instant,
): Promise<OwnToken[]> {
  const rows = await tx
    .selectFrom('token')
    .selectAll()
    .where(kind === 'person' ? 'person_id' : 'reader_id', '=', id)
    .where('revoked_at', 'is', null)
    .where((any) => any.or([any('expires_at', 'is', null), any('expires_at', '>', timestamp(now))]))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    label: row.label,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    signedInBy: row.signed_in_by,
  }));
}

/** The sessions of all readers of a participant end: what may be had now is asked for anew. */
export async function endSessionsOf(
  tx: Tx,
  { actor, at }: SiteAct,
  participant: ParticipantId,
): Promise<void> {
  const ended = await tx
    .updateTable('token')
    .set({ revoked_at: new Date(at) })
    .where('kind', '=', 'session')
    .where('revoked_at', 'is', null)
    .where('reader_id', 'in', (query) =>
      query.selectFrom('reader').select('id').where('participant_id', '=', participant),
    )
    .returning('id')
    .execute();
  for (const { id: session } of ended) {
    await recordEvent(tx, { type: 'session_ended', at, programme: null, actor, data: { session } });
  }
}
