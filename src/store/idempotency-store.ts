import { TocsinError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';

export type IdempotencyKey = {
  readonly token: string;
  readonly key: string;
  /** Keyed: whoever holds the database cannot try what a short request said. 64 hex digits. */
  readonly requestMac: string;
  /** What is asked first in the transaction of the act, whether it is done or was before. */
  readonly admits?: (tx: Tx) => Promise<void>;
};

/**
 * Claims a key in the transaction of the act itself, so that act and answer are remembered together
 * or not at all. Returns the remembered answer of an earlier request with this key, or null when
 * the act is to be done now. A second request at the same moment waits for the first one's commit.
 * @throws IDEMPOTENCY_REUSED when the key was used for a different request.
 */
export async function claimKey(
  tx: Tx,
  claim: IdempotencyKey,
  at: Instant,
): Promise<{ status: number; response_enc: Buffer } | null> {
  const added = await tx
    .insertInto('idempotency')
    .values({
      token_id: claim.token,
      key: claim.key,
      request_mac: claim.requestMac,
      at: new Date(at),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 1n) return null;
  const row = await tx
    .selectFrom('idempotency')
    .select(['request_mac', 'status', 'response_enc'])
    .where('token_id', '=', claim.token)
    .where('key', '=', claim.key)
    .executeTakeFirstOrThrow();
  if (row.request_mac !== claim.requestMac || row.status === null || row.response_enc === null) {
    throw new TocsinError(
      'IDEMPOTENCY_REUSED',
      'Idempotency-Key: expected a new key or the same request again, found another request',
      { field: 'Idempotency-Key' },
    );
  }
  return { status: row.status, response_enc: row.response_enc };
}

/** Remembers the answer beside the act. */
export async function rememberAnswer(
  tx: Tx,
  claim: IdempotencyKey,
  answer: { readonly status: number; readonly response_enc: Buffer },
): Promise<void> {
  await tx
    .updateTable('idempotency')
    .set(answer)
    .where('token_id', '=', claim.token)
    .where('key', '=', claim.key)
    .execute();
}
