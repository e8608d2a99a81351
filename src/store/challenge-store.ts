import { sql } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';

/** What nobody answered in time goes with the next that are asked, a few at a time. */
const SWEPT_AT_ONCE = 20;

/** Keeps a challenge in place of the last one that is bound alike. One statement. */
export async function putChallenge(
  tx: Tx,
  challenge: { readonly bound: Buffer; readonly hash: Buffer; readonly expiresAt: Instant },
  now: Instant,
): Promise<void> {
  const { bound, hash } = challenge;
  await sql`
    with over as (
      delete from challenge where bound in (
        select bound from challenge
        where expires_at <= ${new Date(now)} and bound <> ${bound}
        order by expires_at limit ${SWEPT_AT_ONCE} for update skip locked))
    insert into challenge (bound, hash, expires_at)
    values (${bound}, ${hash}, ${new Date(challenge.expiresAt)})
    on conflict (bound) do update set hash = excluded.hash, expires_at = excluded.expires_at
  `.execute(tx);
}

/** Takes a challenge out: whoever comes second finds none. One statement. */
export async function takeStoredChallenge(
  tx: Tx,
  { bound, hash }: { readonly bound: Buffer; readonly hash: Buffer },
  now: Instant,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('challenge')
    .where('bound', '=', bound)
    .where('hash', '=', hash)
    .where('expires_at', '>', timestamp(now))
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
