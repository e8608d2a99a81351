import type { Actor } from '../domain/event.ts';
import type { PersonId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';
import { recordEvent } from './event-writer.ts';
import type { TokenHolder } from './programme-store.ts';
import { tellCut } from './tell-cut.ts';

export type PersonRow = {
  readonly id: PersonId;
  readonly name: string;
  /** What it may do when it signs in. */
  readonly scopes: readonly string[];
  /** Scopes of each token that is not revoked, oldest first. */
  readonly tokens: readonly (readonly string[])[];
};

/** All persons of the issuer, in the order in which they were added. */
export async function persons(tx: Tx): Promise<PersonRow[]> {
  const people = await tx
    .selectFrom('person')
    .select(['id', 'name', 'scopes'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const tokens = await tx
    .selectFrom('token')
    .select(['person_id', 'scopes'])
    .where('person_id', 'is not', null)
    .where('kind', '=', 'api')
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .execute();
  return people.map(({ id, name, scopes }) => ({
    id: id as PersonId,
    name,
    scopes,
    tokens: tokens.filter((token) => token.person_id === id).map((token) => token.scopes),
  }));
}

/**
 * Locks a person or reader against everything else that gives them a way in or ends their ways in:
 * what is made while all of it ends would outlive that. False: there is no such holder.
 */
export async function lockHolder(tx: Tx, { kind, id }: TokenHolder): Promise<boolean> {
  const found = await tx
    .selectFrom(kind === 'person' ? 'person' : 'reader')
    .select('id')
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return found !== undefined;
}

/** A machine of a participant has its token, and signs in by nothing else. */
export async function isMachine(tx: Tx, { kind, id }: TokenHolder): Promise<boolean> {
  if (kind === 'person') return false;
  const row = await tx.selectFrom('reader').select('role').where('id', '=', id).executeTakeFirst();
  return row?.role === 'machine';
}

/** Whether a token or session goes on; asked under the lock of its holder. */
export async function goesOn(tx: Tx, id: string): Promise<boolean> {
  const found = await tx
    .selectFrom('token')
    .select('id')
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return found !== undefined;
}

/** Which of a holder's: all, or one of them, by its kind too where that is known. */
export type WhichTokens = {
  readonly id?: string;
  readonly kind?: 'api' | 'session';
  /** The one that its holder ends from it: what is under way there is the answer to that. */
  readonly from?: boolean;
};

/**
 * Ends tokens and sessions of the holder that are not ended yet; all, where none is named. Returns
 * how many that were.
 */
export async function revokeTokens(
  tx: Tx,
  { kind, id }: TokenHolder,
  actor: Actor,
  at: Instant,
  which: WhichTokens = {},
): Promise<number> {
  const revoked = await tx
    .updateTable('token')
    .set({ revoked_at: new Date(at) })
    .where(kind === 'person' ? 'person_id' : 'reader_id', '=', id)
    .where('revoked_at', 'is', null)
    .$if(which.id !== undefined, (query) => query.where('id', '=', which.id ?? ''))
    .$if(which.kind !== undefined, (query) => query.where('kind', '=', which.kind ?? 'api'))
    .returning(['id', 'kind'])
    .execute();
  for (const { id: ended, kind: of } of revoked) {
    const act = { at, programme: null, actor };
    if (of === 'api') {
      await recordEvent(tx, { type: 'token_revoked', ...act, data: { token: ended } });
    } else {
      await recordEvent(tx, { type: 'session_ended', ...act, data: { session: ended } });
    }
  }
  if (revoked.length > 0 && which.from !== true) await tellCut(tx, which.id ?? id);
  return revoked.length;
}
