import type { Calendars } from '../../domain/calendar.ts';
import type { Weekday } from '../../domain/zone.ts';
import type { Duration } from './duration.ts';
import type { Window } from './window.ts';

/**
 * What an embargo's length is counted from: the first notice to the list itself, or an event in the
 * world.
 */
export const ORIGINS = ['first_post', 'report', 'candidate_patch', 'release_start'] as const;
/** One of `ORIGINS`. */
export type Origin = (typeof ORIGINS)[number];

/** What may be known of a vulnerability that leaves nothing to keep secret. */
export const NO_EMBARGO_WORDS = ['public', 'exploited', 'ai_found'] as const;
/** One of `NO_EMBARGO_WORDS`. */
export type NoEmbargoWord = (typeof NO_EMBARGO_WORDS)[number];

/** How long an embargo lasts, from its origin to disclosure. */
export type EmbargoSection = {
  readonly from: Origin;
  readonly max: Duration | null;
  readonly warnAbove: Duration | null;
  readonly min: Duration | null;
  /** Reasons for which `min` does not hold. */
  readonly shorterFor: readonly string[];
  /** Reasons for which another maximum holds. */
  readonly longerFor: ReadonlyMap<string, Duration>;
  /**
   * The maximum of an embargo that began on one of `posted`, if disclosure is on one of `falls`.
   */
  readonly stretch: {
    readonly posted: readonly Weekday[];
    readonly falls: readonly Weekday[];
    readonly max: Duration;
  } | null;
};

/** How long before disclosure participants are told. */
export type NoticeSection = {
  /** Holds for every wave. */
  readonly atLeast: Duration | null;
  /** Holds for the first. */
  readonly atMost: Duration | null;
  /** Whose alerts are told only once a fix is ready: all, those that affect a product, none. */
  readonly afterFix: 'all' | readonly string[];
};

/** A time of day in a zone. */
export type TimeOfDay = { readonly hour: string; readonly zone: string };

/** When disclosure must be, or should be. */
export type DisclosureRule = {
  readonly days: readonly Weekday[] | null;
  readonly at: TimeOfDay | null;
  /** Names of calendars; `participants` stands for those of all participants. */
  readonly businessDayOf: readonly string[];
};

/** A public notice, without details, on a weekday of an earlier week. */
export type PreAnnouncementRule = {
  readonly day: Weekday;
  readonly weeksBefore: number;
  readonly at: TimeOfDay;
};

/** The section `timing` of `programme.yaml`: the clock of one programme, or of one list. */
export type Timing = {
  /** Zone of weekdays and dates. */
  readonly zone: string;
  /** Those written in the section; `programme` is what business days are counted in. */
  readonly calendars: Calendars;
  readonly noEmbargoWhen: readonly NoEmbargoWord[];
  /** What makes waves that are still to come open at once. */
  readonly compressWhen: 'exploited' | null;
  readonly embargo: EmbargoSection | null;
  readonly notice: NoticeSection | null;
  readonly must: DisclosureRule | null;
  readonly should: DisclosureRule | null;
  readonly avoid: readonly Window[];
  readonly finalText: Duration | null;
  readonly preAnnouncement: PreAnnouncementRule | null;
  readonly targets: { readonly notice: Duration | null; readonly disclosure: Duration | null };
};

/** The clock of a pack that has none but its leads. */
export const NO_TIMING: Timing = {
  zone: 'UTC',
  calendars: new Map(),
  noEmbargoWhen: [],
  compressWhen: null,
  embargo: null,
  notice: null,
  must: null,
  should: null,
  avoid: [],
  finalText: null,
  preAnnouncement: null,
  targets: { notice: null, disclosure: null },
};

/** Stands for the calendars of all participants where calendars are named. */
export const PARTICIPANTS = 'participants';

/** The calendars a section's clock is asked with: its own, which win, and those of participants. */
export function calendarsFor(timing: Timing, participants: Calendars): Calendars {
  return new Map([...participants, ...timing.calendars]);
}
