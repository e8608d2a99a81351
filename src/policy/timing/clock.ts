import type { Tier } from '../../domain/enrolment.ts';
import type { Instant } from '../../domain/instant.ts';
import type { VulnerabilityFacts } from '../../domain/vulnerability.ts';
import { ALWAYS, contains, NEVER, type Spans } from './span.ts';

/** What a finding says. `LEAD` and `TOLD` stand for what is given: when a wave opens, or has. */
export const TIMING_CODES = [
  'PAST',
  'NOTICE_AFTER_DISCLOSURE',
  'NOTICE_BEFORE_ORIGIN',
  'ORIGIN_UNKNOWN',
  'MAX_EMBARGO',
  'LONG_EMBARGO',
  'MIN_EMBARGO',
  'NOTICE_TOO_EARLY',
  'NOTICE_TOO_LATE',
  'LEAD',
  'TOLD',
  'FIX_NOT_READY',
  'TRIAGE_OVERDUE',
  'DISCLOSURE_OVERDUE',
  'WEEKDAY',
  'HOUR',
  'HOLIDAY',
  'WINDOW',
  'FINAL_TEXT_OVERDUE',
  'PRE_ANNOUNCEMENT_MISSED',
  'NO_EMBARGO_POSSIBLE',
  'SHORTER_PROPOSED',
] as const;
/** One of `TIMING_CODES`. */
export type TimingCode = (typeof TIMING_CODES)[number];

/**
 * `reject`: cannot be saved; `hold`: needs a person's decision; `warn`: can be saved with a
 * recorded reason.
 */
export const LEVELS = ['reject', 'hold', 'warn'] as const;
/** One of `LEVELS`. */
export type Level = (typeof LEVELS)[number];

/** A date for disclosure that somebody asked for. */
export type Bid = {
  readonly by: string;
  readonly disclosureAt: Instant;
  /** Whether it is who found the vulnerability. */
  readonly discoverer: boolean;
};

/** What a clock may depend on besides the schedule itself. */
export type TimingFacts = {
  readonly now: Instant;
  /** Whether this opens an embargo; otherwise it moves one that is open. */
  readonly opens: boolean;
  readonly vulnerability: VulnerabilityFacts;
  /** When each event that an embargo may be counted from happened; null: not known. */
  readonly origins: {
    readonly report: Instant | null;
    readonly candidate_patch: Instant | null;
    readonly release_start: Instant | null;
  };
  /** When the tiers that know already were told. */
  readonly told: Readonly<Record<Tier, Instant>>;
  /** When the final text with date and time went to the list; null: it has not. */
  readonly finalTextAt: Instant | null;
  /** When the public was told the date; null: it has not been. */
  readonly preAnnouncedAt: Instant | null;
  /** Recorded reasons, in the section's words, for another minimum or maximum. */
  readonly reasons: readonly string[];
  /** Dates others asked for. */
  readonly bids: readonly Bid[];
  /** Names of the calendars of participants. */
  readonly participantCalendars: readonly string[];
};

/**
 * One rule about notice and disclosure, for given facts, as a relation of two instants: which
 * notices a disclosure may have.
 */
export type Clock = {
  readonly code: TimingCode;
  readonly level: Level;
  /** The key that says so, as a path: `timing.embargo.max`. */
  readonly field: string;
  /** What the key itself does not say: a window, a calendar, an event. */
  readonly name: string | null;
  /** Whether it is the first notice that must conform, or the notice of every wave. */
  readonly of: 'first' | 'every';
  /** Which of the two instants would have to change. */
  readonly asks: 'notice' | 'disclosure';
  readonly notices: (disclosure: Instant) => Spans;
  /** The instants it would take: notices or disclosures, as it asks. */
  readonly expected: (notice: Instant, disclosure: Instant) => Spans;
};

/** What a clock says of itself, without its relation. */
export type ClockHead = Pick<Clock, 'code' | 'level' | 'field'> & Partial<Pick<Clock, 'name'>>;

/** A rule about disclosure alone. `near` are instants it would take, near a given one. */
export function onDisclosure(
  head: ClockHead,
  allows: (disclosure: Instant) => boolean,
  near: (disclosure: Instant) => Spans,
): Clock {
  return {
    name: null,
    ...head,
    of: 'first',
    asks: 'disclosure',
    notices: (disclosure) => (allows(disclosure) ? ALWAYS : NEVER),
    expected: (_, disclosure) => near(disclosure),
  };
}

/** A rule that disclosure is within a fixed set. */
export function disclosureWithin(head: ClockHead, spans: Spans): Clock {
  return onDisclosure(
    head,
    (disclosure) => contains(spans, disclosure),
    () => spans,
  );
}

/** A rule about notice, given disclosure. */
export function onNotice(
  head: ClockHead & Partial<Pick<Clock, 'of'>>,
  notices: (disclosure: Instant) => Spans,
): Clock {
  return {
    name: null,
    of: 'first',
    ...head,
    asks: 'notice',
    notices,
    expected: (_, disclosure) => notices(disclosure),
  };
}
