import type { Calendar } from '../../domain/calendar.ts';
import {
  type Day,
  formatDay,
  isZone,
  parseDay,
  WEEKDAYS,
  type Weekday,
} from '../../domain/zone.ts';
import { refusePack } from '../refuse.ts';
import { entries, fields, form, list, text, unexpected, word, type Yaml } from '../yaml.ts';
import { PARTICIPANTS } from './section.ts';

const NAME = /^[a-z][a-z0-9_]{0,30}$/;
const COVERS = /^(\S+) to (\S+)$/;

/**
 * Reads calendars by name, a programme's or participants' alike. Each has `zone`, `weekend`,
 * `covers` (`2026-01-01 to 2026-12-31`), and `holidays`: what a day is called, by its date.
 * @throws POLICY_INVALID naming file, line and what is wrong: a date that does not exist or that
 * the calendar does not cover, a weekend of seven days, an unknown zone.
 */
export function parseCalendars(yaml: Yaml): Map<string, Calendar> {
  return new Map(
    [...entries(yaml)].map(([name, body]) => {
      if (!NAME.test(name) || name === PARTICIPANTS) {
        throw refusePack(body.place, `${body.path}: expected a name in lower-case letters`);
      }
      return [name, parseCalendar(name, body)];
    }),
  );
}

function parseCalendar(name: string, yaml: Yaml): Calendar {
  const { zone, weekend, covers, holidays } = fields(yaml, [
    'zone',
    'weekend',
    'covers',
    'holidays',
  ]);
  const range = parseCovers(covers);
  return {
    name,
    zone: parseZone(zone),
    weekend: parseWeekend(weekend),
    covers: range,
    holidays: new Map(
      [...entries(holidays)].map(([date, holiday]) => {
        const day = dayIn(holiday, date);
        if (day < range.from || day > range.to) {
          const ends = `${formatDay(range.from)} to ${formatDay(range.to)}`;
          throw refusePack(holiday.place, `${holiday.path}: ${name} covers ${ends} only`);
        }
        return [day, text(holiday)];
      }),
    ),
  };
}

function parseCovers(yaml: Yaml): Calendar['covers'] {
  const [, first = '', last = ''] = form(yaml, COVERS, 'dates such as 2026-01-01 to 2026-12-31');
  const [from, to] = [dayIn(yaml, first), dayIn(yaml, last)];
  if (to < from) throw unexpected(yaml, 'the earlier date first');
  return { from, to };
}

function parseWeekend(yaml: Yaml): Weekday[] {
  const days = parseWeekdays(yaml);
  if (days.length === WEEKDAYS.length) throw unexpected(yaml, 'a weekday that is worked');
  return days;
}

/** Reads a list of weekdays, none of them twice: `[Mon, Tue]`. @throws POLICY_INVALID */
export function parseWeekdays(yaml: Yaml): Weekday[] {
  const days: Weekday[] = [];
  for (const each of list(yaml)) {
    const day = word(each, WEEKDAYS);
    if (days.includes(day)) throw unexpected(each, 'each weekday once');
    days.push(day);
  }
  return days;
}

/** Reads the name of a zone. @throws POLICY_INVALID */
export function parseZone(yaml: Yaml): string {
  const zone = text(yaml);
  if (!isZone(zone)) throw unexpected(yaml, 'a zone such as UTC or Europe/Berlin');
  return zone;
}

function dayIn(yaml: Yaml, date: string): Day {
  try {
    return parseDay(date);
  } catch {
    // Said again with the line: whoever wrote the file reads this.
    throw refusePack(yaml.place, `${yaml.path}: ${JSON.stringify(date)} is no date that exists`);
  }
}
