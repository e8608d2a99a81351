import type { Tx } from './database.ts';
import { recordEvent } from './event-writer.ts';
import { heldBy, holderIn, type SiteAct } from './passkey-store.ts';
import type { TokenHolder } from './programme-store.ts';

/** Whose a subject of the identity provider is. One statement. */
export async function holderOfSubject(tx: Tx, hash: Buffer): Promise<TokenHolder | null> {
  const row = await tx
    .selectFrom('oidc_subject')
    .select(['person_id', 'reader_id'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row ? holderIn(row) : null;
}

/** The subject means this holder from now on; false where it means another. */
export async function putSubject(
  tx: Tx,
  { actor, at }: SiteAct,
  holder: TokenHolder,
  hash: Buffer,
): Promise<boolean> {
  await dropSubject(tx, holder);
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('oidc_subject')
    .values({ hash, ...heldBy(holder), at: new Date(at) })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  const data = { holder: holder.id };
  await recordEvent(tx, { type: 'oidc_subject_set', at, programme: null, actor, data });
  return true;
}

/** No subject means this holder any more. */
export async function dropSubject(tx: Tx, { kind, id }: TokenHolder): Promise<void> {
  await tx
    .deleteFrom('oidc_subject')
    .where(kind === 'person' ? 'person_id' : 'reader_id', '=', id)
    .execute();
}
