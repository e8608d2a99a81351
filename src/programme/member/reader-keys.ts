import { invalid } from '../../domain/errors.ts';
import type { ProgrammeId, ReaderId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { programmeById } from '../../store/programme-store.ts';
import {
  type KeyRow,
  keysOf,
  putKeyMaxAge,
  takeUpKeys,
  warnOfKeys,
} from '../../store/reader-key-store.ts';
import { actorOf, once, type PersonCaller, type ReaderCaller, SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';

/** A key of the caller's participant, and which of them is the caller's own. */
export type OwnKeys = { readonly reader: ReaderId; readonly keys: readonly KeyRow[] };

/** The keys of all readers of the caller's participant, and until when they are in force. */
export async function readOwnKeys(
  context: Context,
  { id, participant }: ReaderCaller,
): Promise<OwnKeys> {
  const keys = await context.store.participant(participant, (tx) => keysOf(tx, participant));
  return { reader: id, keys };
}

const MOST_DAYS = 3_650;

/**
 * How old a key may get to which copies of this programme are sealed, where it does not say itself
 * when it ends; null: any age. In force at once, for the keys that are there and have not ended.
 * @throws INVALID_INPUT unless 1 to 3650 days; NOT_FOUND.
 */
export async function limitKeyAge(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  days: number | null,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ days: number | null }> {
  if (days !== null && !(Number.isSafeInteger(days) && days >= 1 && days <= MOST_DAYS)) {
    throw invalid('days', `1 to ${MOST_DAYS}, or null`, days);
  }
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    await programmeById(tx, programme);
    await putKeyMaxAge(tx, { programme, actor: actorOf(caller), at: now }, days);
    return { days };
  });
}

/** Takes up the keys whose day of waiting is over, a batch to a transaction. */
export async function takeUpDue(context: Context, now: Instant): Promise<void> {
  while ((await context.store.issuer((tx) => takeUpKeys(tx, SYSTEM, now))) > 0);
}

/** Tells participants of keys that end soon, a batch to a transaction. */
export async function warnDue(context: Context, now: Instant): Promise<void> {
  while ((await context.store.issuer((tx) => warnOfKeys(tx, SYSTEM, now))) > 0);
}
