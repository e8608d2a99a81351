import { addBusinessDays, type Calendars, calendarNamed } from './calendar.ts';
import type { Tier } from './enrolment.ts';
import { invalid } from './errors.ts';
import { formatInstant, type Instant, plus } from './instant.ts';
import { dayOf, instantAt } from './zone.ts';

/**
 * How long before disclosure a tier is served. A `business` lead is the `days`-th business day
 * before the date of disclosure, both in the calendar's zone, at `hour` (`HH:MM`) in its own
 * `zone`.
 */
export type Lead =
  | { readonly unit: 'calendar'; readonly ms: number }
  | {
      readonly unit: 'business';
      readonly days: number;
      readonly hour: string;
      readonly zone: string;
      readonly calendar: string;
    };

/** The absolute instants of one alert, resolved once and stored with its approved plan. */
export type Schedule = {
  readonly disclosureAt: Instant;
  /** When each tier's wave opens. Every tier of the pack is present. */
  readonly opensAt: Readonly<Record<Tier, Instant>>;
};

/**
 * The instants of a disclosure at `disclosureAt`. `calendars` are those that business leads name.
 * @throws INVALID_INPUT for a calendar that is missing or has a gap, and for a lead whose wave
 * would open after disclosure.
 */
export function resolveSchedule(
  disclosureAt: Instant,
  leads: Readonly<Record<Tier, Lead>>,
  calendars: Calendars = new Map(),
): Schedule {
  const opensAt: Record<Tier, Instant> = {};
  for (const [tier, lead] of Object.entries(leads)) {
    const at = leadInstant(disclosureAt, lead, calendars);
    if (at > disclosureAt) {
      throw invalid(`leads.${tier}`, 'a wave no later than disclosure', formatInstant(at));
    }
    opensAt[tier] = at;
  }
  return { disclosureAt, opensAt };
}

/**
 * When a wave with this lead opens, which may be after disclosure where the hour of a business lead
 * is. @throws INVALID_INPUT for a calendar that is missing or has a gap.
 */
export function leadInstant(disclosureAt: Instant, lead: Lead, calendars: Calendars): Instant {
  if (lead.unit === 'calendar') return plus(disclosureAt, -lead.ms);
  const calendar = calendarNamed(calendars, lead.calendar);
  const day = addBusinessDays(calendar, dayOf(disclosureAt, calendar.zone), -lead.days);
  return instantAt(day, lead.hour, lead.zone);
}

/** The distinct instants at which a wave opens, in order, ending with disclosure. */
export function waves(schedule: Schedule): Instant[] {
  const all = new Set<Instant>([...Object.values(schedule.opensAt), schedule.disclosureAt]);
  return [...all].sort((a, b) => a - b);
}

/** The first of them. */
export function firstWave({ opensAt, disclosureAt }: Schedule): Instant {
  let first = disclosureAt;
  for (const tier in opensAt) {
    const at = opensAt[tier];
    if (at !== undefined && at < first) first = at;
  }
  return first;
}

/**
 * The schedule of an alert whose embargo ends at `end`: what had not opened opens then. It asks no
 * calendar, so that no gap in one can stand in the way of an emergency.
 */
export function endedAt({ opensAt }: Schedule, end: Instant): Schedule {
  const opening = Object.entries(opensAt).map(([lead, at]) => [lead, at < end ? at : end] as const);
  return { disclosureAt: end, opensAt: Object.fromEntries(opening) };
}
