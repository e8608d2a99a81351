import type { PersonId } from '../domain/ids.ts';
import { type Instant, instant } from '../domain/instant.ts';
import type { Tx } from './database.ts';

/** The persisted high-water mark of our clock, and whether releases are held for doubt of it. */
export type ClockMark = {
  readonly highWater: Instant;
  readonly doubtedAt: Instant | null;
  /** Who was the first to confirm the time, and which. */
  readonly firstConfirmation: { readonly person: PersonId; readonly at: Instant } | null;
};

/** The mark; null before the first start. */
export async function clockMark(tx: Tx): Promise<ClockMark | null> {
  return markFrom(await tx.selectFrom('clock_mark').selectAll().executeTakeFirst());
}

/** The same with its row locked. */
export async function clockMarkForUpdate(tx: Tx): Promise<ClockMark | null> {
  return markFrom(await tx.selectFrom('clock_mark').selectAll().forUpdate().executeTakeFirst());
}

type MarkRow = {
  high_water: Instant;
  doubted_at: Instant | null;
  first_confirmation: string | null;
  confirmed_at: Instant | null;
};

function markFrom(row: MarkRow | undefined): ClockMark | null {
  if (!row) return null;
  const { high_water: highWater, doubted_at: doubtedAt, confirmed_at: at } = row;
  const person = row.first_confirmation as PersonId | null;
  const firstConfirmation = person === null || at === null ? null : { person, at };
  return { highWater, doubtedAt, firstConfirmation };
}

export async function putClockMark(tx: Tx, mark: ClockMark): Promise<void> {
  const first = mark.firstConfirmation;
  const columns = {
    high_water: new Date(mark.highWater),
    doubted_at: mark.doubtedAt === null ? null : new Date(mark.doubtedAt),
    first_confirmation: first?.person ?? null,
    confirmed_at: first ? new Date(first.at) : null,
  };
  await tx
    .insertInto('clock_mark')
    .values(columns)
    .onConflict((conflict) => conflict.column('singleton').doUpdateSet(columns))
    .execute();
}

/** The latest instant at which the clock was not doubted. The caller has seen that it is. */
export async function certainUntil(tx: Tx): Promise<Instant> {
  const row = await tx.selectFrom('clock_mark').select('high_water').executeTakeFirstOrThrow();
  return row.high_water;
}

/**
 * The latest instant that has come for certain: `now`, but under a doubt of the clock no later than
 * the last that was not doubted. What is put down for it falls due whichever way the doubt ends.
 */
export async function certainlyCome(tx: Tx, now: Instant): Promise<Instant> {
  const row = await tx
    .selectFrom('clock_mark')
    .select(['high_water', 'doubted_at'])
    .executeTakeFirst();
  return row && row.doubted_at !== null ? instant(Math.min(now, row.high_water)) : now;
}

export async function clockDoubted(tx: Tx): Promise<boolean> {
  const row = await tx.selectFrom('clock_mark').select('doubted_at').executeTakeFirst();
  return row !== undefined && row.doubted_at !== null;
}
