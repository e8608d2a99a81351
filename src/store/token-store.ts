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
  /** Scopes of each token that is not revoked, oldest first. */
  readonly tokens: readonly (readonly string[])[];
};

/** All persons of the issuer, in the order in which they were added. */
export async function persons(tx: Tx): Promise<PersonRow[]> {
  const people = await tx
    .selectFrom('person')
    .select(['id', 'name'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const tokens = await tx
    .selectFrom('token')
    .select(['person_id', 'scopes'])
    .where('person_id', 'is not', null)
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .execute();
  return people.map(({ id, name }) => ({
    id: id as PersonId,
    name,
    tokens: tokens.filter((token) => token.person_id === id).map(({ scopes }) => scopes),
  }));
}

/** Whether there is such a person or reader. */
export async function holderExists(tx: Tx, { kind, id }: TokenHolder): Promise<boolean> {
  const found = await tx
    .selectFrom(kind === 'person' ? 'person' : 'reader')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst();
  return found !== undefined;
}

/** Ends every token of the holder that is not ended yet. Returns how many that were. */
export async function revokeTokens(
  tx: Tx,
  { kind, id }: TokenHolder,
  actor: Actor,
  at: Instant,
): Promise<number> {
  const revoked = await tx
    .updateTable('token')
    .set({ revoked_at: new Date(at) })
    .where(kind === 'person' ? 'person_id' : 'reader_id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute();
  for (const { id: token } of revoked) {
    await recordEvent(tx, {
      type: 'token_revoked',
      at,
      programme: null,
      actor,
      data: { token },
    });
  }
  if (revoked.length > 0) await tellCut(tx, id);
  return revoked.length;
}
