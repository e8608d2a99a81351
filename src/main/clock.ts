import { TocsinError } from '../domain/errors.ts';
import { type Instant, instant, SECOND_MS } from '../domain/instant.ts';

/** The one source of time. Everything else is handed an `Instant`. */
export type Clock = {
  /**
   * Now. @throws CLOCK_DOUBT after a jump, until `rebase`: no decision is made at a doubtful time.
   */
  now(): Instant;
  /** What the clock says, jump or not, and whether it jumped; for the clock guard. */
  reading(): { readonly wall: Instant; readonly jumped: boolean };
  /** Takes the wall clock as right from here on. */
  rebase(): void;
  /**
   * The instant the database's clock is replaced by under a virtual clock; null: ask the database.
   */
  readonly database: (() => Instant) | null;
};

/**
 * How far the wall clock may part from the monotonic one: NTP slews by far less between two cycles.
 */
const JUMP_TOLERANCE_MS = 5 * SECOND_MS;

/** The machine's clock, watched against its monotonic clock for jumps either way. */
export function systemClock(): Clock {
  let base = { wall: Date.now(), monotonic: performance.now() };
  const reading = () => {
    const wall = Date.now();
    const monotonic = performance.now();
    const expected = base.wall + (monotonic - base.monotonic);
    const jumped = Math.abs(wall - expected) > JUMP_TOLERANCE_MS;
    // From reading to reading: slow drift is what clock discipline does, and does not add up.
    if (!jumped) base = { wall, monotonic };
    return { wall: instant(wall), jumped };
  };
  return {
    now() {
      const { wall, jumped } = reading();
      if (jumped) throw new TocsinError('CLOCK_DOUBT', 'the clock jumped: releases are held');
      return wall;
    },
    reading,
    rebase() {
      base = { wall: Date.now(), monotonic: performance.now() };
    },
    database: null,
  };
}

/** A clock that stands still until it is set: for the demonstration, rehearsals and tests. */
export type VirtualClock = Clock & { set(at: Instant): void };

export function virtualClock(start: Instant): VirtualClock {
  let at = start;
  return {
    now: () => at,
    reading: () => ({ wall: at, jumped: false }),
    rebase: () => undefined,
    database: () => at,
    set(next) {
      at = next;
    },
  };
}

/** Seconds of real time since it was started, for telling people how long something took. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => Math.round(performance.now() - start) / SECOND_MS;
}
