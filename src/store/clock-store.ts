import { sql } from 'kysely';
import { TocsinError } from '../domain/errors.ts';
import type { PersonId } from '../domain/ids.ts';
import { type Instant, instant, plus } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';

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

/**
 * Moves the mark on to `wall`, or leaves the later one. It asks and writes in one statement, so
 * that nothing comes in between: PostgreSQL waits for whoever is changing the row, and asks again
 * of what it is then.
 * @returns false, and nothing is written, when the clock is doubted, `wall` is further behind the
 *   mark than `toleranceMs`, or there is no mark yet.
 */
export async function advanceClockMark(
  tx: Tx,
  wall: Instant,
  toleranceMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('clock_mark')
    .set({ high_water: sql`greatest(high_water, ${timestamp(wall)})` })
    .where('doubted_at', 'is', null)
    .where('high_water', '<=', timestamp(plus(wall, toleranceMs)))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The mark with its row locked; `first` is the first one, and there is none before it. */
export async function lockClockMark(tx: Tx, first: Instant): Promise<ClockMark> {
  // Two processes may start at once: a row that is not there cannot be locked.
  await tx
    .insertInto('clock_mark')
    .values({ high_water: new Date(first) })
    .onConflict((conflict) => conflict.column('singleton').doNothing())
    .execute();
  const mark = await clockMarkForUpdate(tx);
  if (!mark) throw new TocsinError('INTERNAL', 'clock: expected the mark just written');
  return mark;
}

/** The caller holds the lock of the row. */
export async function putClockMark(tx: Tx, mark: ClockMark): Promise<void> {
  const first = mark.firstConfirmation;
  await tx
    .updateTable('clock_mark')
    .set({
      high_water: new Date(mark.highWater),
      doubted_at: mark.doubtedAt === null ? null : new Date(mark.doubtedAt),
      first_confirmation: first?.person ?? null,
      confirmed_at: first ? new Date(first.at) : null,
    })
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
