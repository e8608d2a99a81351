import { sql } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** More than come with each request, so that none stay. */
const SWEPT_AT_ONCE = 20;

/** Keeps what makes a request the only one of its kind. False: it came before. One statement. */
export async function takeNonce(
  tx: Tx,
  hash: Buffer,
  expiresAt: Instant,
  now: Instant,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    with over as (
      delete from request_nonce where hash in (
        select hash from request_nonce
        where expires_at <= ${timestamp(now)} and hash <> ${hash}
        order by expires_at limit ${SWEPT_AT_ONCE} for update skip locked))
    insert into request_nonce (hash, expires_at) values (${hash}, ${timestamp(expiresAt)})
    on conflict (hash) do nothing`.execute(tx);
  return numAffectedRows === 1n;
}

/** False: there is no such programme. */
export async function setRequestSigning(tx: Tx, act: Act, required: boolean): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('programme')
    .set({ signed_requests: required })
    .where('id', '=', act.programme)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  const state = required ? 'required' : 'optional';
  await recordEvent(tx, { type: 'request_signing_changed', ...act, data: { state } });
  return true;
}
