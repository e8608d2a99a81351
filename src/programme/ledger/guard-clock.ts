import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import { HOUR_MS, type Instant, instant, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { waves } from '../../domain/schedule.ts';
import { alertById } from '../../store/alert-reader.ts';
import {
  advanceClockMark,
  clockDoubted,
  clockMark,
  clockMarkForUpdate,
  lockClockMark,
  putClockMark,
} from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import { resolveWorkItems } from '../../store/delivery-writer.ts';
import { alertsAhead, releasesBetween } from '../../store/due-reader.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { reschedule } from '../../store/policy-store.ts';
import { programmes } from '../../store/programme-store.ts';
import { actorOf, once, type PersonCaller, SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { runTick } from './run-tick.ts';

/** Largest step back that ordinary clock discipline may make. */
const BACKWARD_TOLERANCE_MS = 2 * SECOND_MS;
/** Largest difference between our clock and the database's. */
const DISAGREEMENT_TOLERANCE_MS = MINUTE_MS;
/** How long an ordinary restart takes: an upgrade, a reboot. */
const RESTART_TOLERANCE_MS = 10 * MINUTE_MS;
/** How long two persons may take to confirm one time. */
const CONFIRMATION_MS = HOUR_MS;

/** What was read from the clocks. */
export type ClockReading = {
  readonly wall: Instant;
  readonly database: (tx: Tx) => Promise<Instant>;
  /** Whether ours jumped against a monotonic one. */
  readonly jumped: boolean;
  /** Our clock, read again: waiting for the database may take longer than a clock may step back. */
  readonly again?: () => Instant;
  /** That it jumped was met with a hold, as this process has seen. */
  readonly held?: boolean;
  /** Nothing has watched our clock since the high-water mark: this process has just started. */
  readonly starting: boolean;
};

/** What came of comparing the clocks. */
export type ClockLook = {
  readonly doubted: boolean;
  /** Set: two persons ended the hold by another process, whose clock says what ours says. */
  readonly confirmed?: boolean;
};

/**
 * Compares the clocks with each other and with the persisted high-water mark. On any doubt releases
 * are held, in the database, for every process, until two persons confirm the time.
 *
 * Ordinarily that is one statement, which asks as it writes: whatever other processes do meanwhile,
 * it meets the mark as they leave it. Where it writes nothing, the row is locked and looked at.
 */
export async function guardClock(context: Context, reading: ClockReading): Promise<ClockLook> {
  const { lookup, issuer } = context.store;
  const { wall } = reading;
  const database = await lookup(reading.database);
  const seen = { database, isFar: isFar(reading, database) };
  if (!reading.starting && !reading.jumped && !seen.isFar) {
    const advanced = await lookup((tx) => advanceClockMark(tx, wall, BACKWARD_TOLERANCE_MS));
    if (advanced) return { doubted: false };
  }
  // Not waiting for whoever confirms the time just now: what was read before is not what they say.
  if (await lookup(clockDoubted)) return { doubted: true };
  return issuer((tx) => lookClosely(tx, reading, seen));
}

/**
 * Days between high-water mark and start are ordinary, and so is a clock that is days ahead after a
 * flat battery or a restored machine; with a database on the same machine nothing tells them apart.
 * So what would be released for the gap alone decides (decision 0014).
 */
async function lookClosely(
  tx: Tx,
  reading: ClockReading,
  { database, isFar }: { readonly database: Instant; readonly isFar: boolean },
): Promise<ClockLook> {
  const { wall, starting, jumped } = reading;
  const { highWater, doubtedAt } = await lockClockMark(tx, wall);
  if (doubtedAt !== null) return { doubted: true };
  // While this one waited for the row, another process may have moved the mark past what was read.
  const now = nowBy(reading);
  const confirmed = jumped && isConfirmed(reading, now, highWater);
  const doubted =
    isFar ||
    (jumped && !confirmed) ||
    now < highWater - BACKWARD_TOLERANCE_MS ||
    (starting &&
      wall - highWater > RESTART_TOLERANCE_MS &&
      (await releasesBetween(tx, highWater, wall)));
  if (!doubted) {
    const next = instant(Math.max(wall, highWater));
    await putClockMark(tx, { highWater: next, doubtedAt: null, firstConfirmation: null });
    return confirmed ? { doubted: false, confirmed } : { doubted: false };
  }
  await putClockMark(tx, { highWater, doubtedAt: wall, firstConfirmation: null });
  await recordEvent(tx, {
    type: 'clock_doubted',
    // The doubt is not stamped with the time in doubt: it would wait for that time.
    at: instant(Math.min(wall, highWater)),
    programme: null,
    actor: SYSTEM,
    data: { wall, highWater, database },
  });
  return { doubted: true };
}

/** Processes of one installation have one time, or two persons have confirmed none. */
const CONFIRMED_TOLERANCE_MS = 5 * SECOND_MS;

/** Whether the hold that our jump led to was ended, by a process whose clock agrees with ours. */
function isConfirmed({ held }: ClockReading, now: Instant, highWater: Instant): boolean {
  return held === true && Math.abs(now - highWater) <= CONFIRMED_TOLERANCE_MS;
}

function nowBy({ wall, again }: ClockReading): Instant {
  return again?.() ?? wall;
}

/** Whether the database's clock was far from all that ours said while it was read. */
function isFar(reading: ClockReading, database: Instant): boolean {
  const { wall } = reading;
  return (
    database < wall - DISAGREEMENT_TOLERANCE_MS ||
    database > nowBy(reading) + DISAGREEMENT_TOLERANCE_MS
  );
}

/**
 * By a clock that was ahead, waves were done too early, or everybody was to be decided again at a
 * time that has not come: waves to come by the right time are laid out anew from the schedule.
 * Where decisions may have been made after the right time, `sinceThen`, everybody is decided again.
 */
async function layOutWaves(tx: Tx, actor: Actor, now: Instant, sinceThen: boolean): Promise<void> {
  for (const { id: programme } of await programmes(tx)) {
    await lockToChange(tx, programme);
    for (const id of await alertsAhead(tx, programme, now, sinceThen)) {
      const alert = await alertById(tx, id);
      if (!alert) continue;
      const act = { programme, actor, at: now };
      await reschedule(tx, act, id, alert.schedule, waves(alert.schedule));
    }
  }
}

/**
 * For an act that sets a time by the present one, or ends what a time would end.
 * @throws CLOCK_DOUBT until two persons have confirmed the time.
 */
export async function requireCertainTime(tx: Tx): Promise<void> {
  if (!(await clockDoubted(tx))) return;
  throw new TocsinError('CLOCK_DOUBT', 'clock: expected one that nobody doubts; confirm the time');
}

/**
 * A person confirms that the clock is right; the second, another person, ends the hold, unless the
 * clock has moved on by more than the two may need: then theirs is the first. What was promised
 * before the doubt gets its tick first, by the time it was promised in: the time that is confirmed
 * may be past all promises.
 * @param ended is called when this call has ended the hold, and not for the answer to an earlier
 *   one: a clock that has jumped since was confirmed by nobody. If the answer of the commit was
 *   lost, it is not called either, and the time is to be confirmed once more.
 * @throws CONFLICT when nothing is doubted; SECOND_PERSON when the same person confirms twice.
 */
export async function confirmClock(
  context: Context,
  caller: PersonCaller,
  now: Instant,
  key: IdempotencyKey | null = null,
  ended: () => void = () => undefined,
): Promise<{ confirmed: boolean }> {
  const before = await context.store.issuer(clockMark);
  if (before !== null && before.firstConfirmation !== null) await runTick(context, now);
  let isEnded = false;
  const answer = await once(context, key, now, async (tx) => {
    const mark = await clockMarkForUpdate(tx);
    if (!mark || mark.doubtedAt === null) {
      throw new TocsinError('CONFLICT', 'clock: expected a doubt to confirm, found none');
    }
    const first = mark.firstConfirmation;
    if (first === null || !isOfOneTime(first.at, now)) {
      const firstConfirmation = { person: caller.id, at: now };
      await putClockMark(tx, { ...mark, firstConfirmation });
      return { confirmed: false };
    }
    if (first.person === caller.id) {
      throw new TocsinError('SECOND_PERSON', 'clock: expected another person to confirm');
    }
    await putClockMark(tx, { highWater: now, doubtedAt: null, firstConfirmation: null });
    await layOutWaves(tx, actorOf(caller), now, now < mark.highWater);
    await resolveWorkItems(tx, 'CLOCK_DOUBT', now, null);
    await recordEvent(tx, {
      type: 'clock_confirmed',
      at: now,
      programme: null,
      actor: actorOf(caller),
      data: { wall: now },
    });
    isEnded = true;
    return { confirmed: true };
  });
  if (isEnded) ended();
  return answer;
}

/** Whether two persons speak of one time: a clock that jumped in between is another. */
function isOfOneTime(first: Instant, second: Instant): boolean {
  const later = second - first;
  return later >= -BACKWARD_TOLERANCE_MS && later <= CONFIRMATION_MS;
}
