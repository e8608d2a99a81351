import type { Calendars } from '../../domain/calendar.ts';
import { isHour, isZone, WEEKDAYS, type Weekday } from '../../domain/zone.ts';
import { refusePack } from '../refuse.ts';
import { fields, form, list, optional, unexpected, word, type Yaml } from '../yaml.ts';
import { parseWeekdays } from './parse-calendars.ts';
import {
  type DisclosureRule,
  PARTICIPANTS,
  type PreAnnouncementRule,
  type TimeOfDay,
} from './section.ts';

const MAX_WEEKS = 8;

/** Both parts of `timing.disclosure`. */
type Disclosure = { readonly must: DisclosureRule | null; readonly should: DisclosureRule | null };

/**
 * Reads `timing.disclosure`. @throws POLICY_INVALID, also for a preference that `must` leaves
 * nothing to.
 */
export function parseDisclosure(yaml: Yaml, calendars: Calendars): Disclosure {
  const { must, should } = fields(yaml, [], ['must', 'should']);
  const rule = (each: Yaml) => parseRule(each, calendars);
  const found = { must: optional(must, rule, null), should: optional(should, rule, null) };
  if (should !== undefined) refuseIdle(should, found);
  return found;
}

function parseRule(yaml: Yaml, calendars: Calendars): DisclosureRule {
  const { days, at, business_day_of: names } = fields(yaml, [], ['days', 'at', 'business_day_of']);
  const known = [...calendars.keys(), PARTICIPANTS];
  if (!days && !at && !names) throw unexpected(yaml, 'days, at or business_day_of');
  return {
    days: optional(days, someWeekdays, null),
    at: optional(at, parseTimeOfDay, null),
    businessDayOf: optional(names, (each) => list(each).map((name) => word(name, known)), []),
  };
}

function someWeekdays(yaml: Yaml): Weekday[] {
  const days = parseWeekdays(yaml);
  if (days.length === 0) throw unexpected(yaml, 'at least one weekday');
  if (days.length < WEEKDAYS.length) return days;
  throw refusePack(yaml.place, `${yaml.path} can never fire: it has all seven`, 'leave it out');
}

function parseTimeOfDay(yaml: Yaml): TimeOfDay {
  const expected = 'a time and its zone such as 16:00 Europe/Berlin';
  const [, hour = '', zone = ''] = form(yaml, /^(\S+) (\S+)$/, expected);
  if (!isHour(hour) || !isZone(zone)) throw unexpected(yaml, expected);
  return { hour, zone };
}

function refuseIdle(yaml: Yaml, { must, should }: Disclosure): void {
  const idle = (key: string) =>
    refusePack(
      yaml.place,
      `${yaml.path}.${key} can never fire, or always does: must.${key} decides`,
      'leave it out',
    );
  if (should?.at && must?.at) throw idle('at');
  const asked = should?.days;
  if (asked && must?.days?.every((day) => asked.includes(day))) throw idle('days');
  const twice = should?.businessDayOf.find((name) => must?.businessDayOf.includes(name));
  if (twice !== undefined) throw idle('business_day_of');
}

/** Reads `timing.pre_announcement`. @throws POLICY_INVALID */
export function parsePreAnnouncement(yaml: Yaml): PreAnnouncementRule {
  const { day, weeks_before: weeks, at } = fields(yaml, ['day', 'weeks_before', 'at']);
  const count: unknown = weeks.node?.toJSON();
  const weeksBefore = [...Array(MAX_WEEKS + 1).keys()].find((each) => each === count);
  if (weeksBefore === undefined) throw unexpected(weeks, `whole weeks up to ${MAX_WEEKS}`);
  return { day: word(day, WEEKDAYS), weeksBefore, at: parseTimeOfDay(at) };
}
