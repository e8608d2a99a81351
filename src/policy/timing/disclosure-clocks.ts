import {
  addBusinessDays,
  type Calendar,
  type Calendars,
  calendarNamed,
  isBusinessDay,
} from '../../domain/calendar.ts';
import {
  type Day,
  dayOf,
  endOfDay,
  instantAt,
  plusDays,
  startOfDay,
  type Weekday,
  weekdayOf,
} from '../../domain/zone.ts';
import { type Clock, type Level, onDisclosure, type TimingFacts } from './clock.ts';
import { type DisclosureRule, PARTICIPANTS, type TimeOfDay, type Timing } from './section.ts';
import { between, type Spans } from './span.ts';

/** The clocks of `disclosure`: its weekday, its hour, and whose business day it is. */
export function disclosureClocks(
  timing: Timing,
  facts: TimingFacts,
  calendars: Calendars,
): Clock[] {
  const { must, should, zone } = timing;
  const clocks = (rule: DisclosureRule | null, word: 'must' | 'should', level: Level): Clock[] => {
    if (rule === null) return [];
    const field = `timing.disclosure.${word}`;
    return [
      ...(rule.days === null ? [] : [weekday(rule.days, zone, level, `${field}.days`)]),
      ...(rule.at === null ? [] : [timeOfDay(rule.at, level, `${field}.at`)]),
      ...calendarsOf(rule, facts).map((name) =>
        businessDay(calendarNamed(calendars, name), level, `${field}.business_day_of`),
      ),
    ];
  };
  // [R09] [R10] What a programme insists on, and what it merely prefers.
  return [...clocks(must, 'must', 'reject'), ...clocks(should, 'should', 'warn')];
}

function calendarsOf({ businessDayOf }: DisclosureRule, facts: TimingFacts): string[] {
  const names = businessDayOf.flatMap((name) =>
    name === PARTICIPANTS ? facts.participantCalendars : name,
  );
  return [...new Set(names)];
}

function weekday(days: readonly Weekday[], zone: string, level: Level, field: string): Clock {
  const fits = (day: Day) => days.includes(weekdayOf(day));
  return onDisclosure(
    { code: 'WEEKDAY', level, field },
    (disclosure) => fits(dayOf(disclosure, zone)),
    (disclosure) => {
      const today = dayOf(disclosure, zone);
      const next = [1, 2, 3, 4, 5, 6].map((days) => plusDays(today, days)).find(fits);
      return next === undefined ? [] : allOf(next, zone);
    },
  );
}

function timeOfDay({ hour, zone }: TimeOfDay, level: Level, field: string): Clock {
  return onDisclosure(
    { code: 'HOUR', level, field },
    (disclosure) => disclosure === instantAt(dayOf(disclosure, zone), hour, zone),
    (disclosure) => {
      const at = instantAt(dayOf(disclosure, zone), hour, zone);
      return between(at, at);
    },
  );
}

function businessDay(calendar: Calendar, level: Level, field: string): Clock {
  const { name, zone } = calendar;
  return onDisclosure(
    { code: 'HOLIDAY', level, field, name },
    (disclosure) => isBusinessDay(calendar, dayOf(disclosure, zone)),
    (disclosure) => allOf(addBusinessDays(calendar, dayOf(disclosure, zone), 1), zone),
  );
}

function allOf(day: Day, zone: string): Spans {
  return between(startOfDay(day, zone), endOfDay(day, zone));
}
