import type { Calendars } from '../../domain/calendar.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import {
  type Day,
  dayOf,
  endOfDay,
  plusDays,
  startOfDay,
  type Weekday,
  weekdayOf,
} from '../../domain/zone.ts';
import {
  type Clock,
  type ClockHead,
  disclosureWithin,
  onDisclosure,
  onNotice,
  type TimingFacts,
} from './clock.ts';
import { after, before, type Duration } from './duration.ts';
import type { EmbargoSection, Timing } from './section.ts';
import { contains, intersect, NEVER, type Spans, since, unite, until } from './span.ts';

/** A relation of an embargo's origin and its end, read both ways. */
type Length = {
  readonly ends: (origin: Instant) => Spans;
  readonly origins: (end: Instant) => Spans;
};

/** The clocks of `embargo`: how long from its origin to disclosure. */
export function embargoClocks(timing: Timing, facts: TimingFacts, calendars: Calendars): Clock[] {
  const { embargo, zone } = timing;
  if (embargo === null) return [];
  const { from, max, warnAbove, min, shorterFor } = embargo;
  const origin = from === 'first_post' ? null : facts.origins[from];
  const field = 'timing.embargo';
  if (from !== 'first_post' && origin === null) {
    // Nobody can say how long it has lasted: a person has to find out when it began.
    const head = { code: 'ORIGIN_UNKNOWN', level: 'hold', name: from } as const;
    return [disclosureWithin({ ...head, field: `${field}.from` }, NEVER)];
  }
  const clock = (head: ClockHead, length: Length): Clock =>
    origin === null
      ? { ...onNotice(head, length.origins), asks: 'disclosure', expected: length.ends }
      : onDisclosure(
          head,
          (end) => contains(length.origins(end), origin),
          () => length.ends(origin),
        );
  const clocks: Clock[] = [];
  if (origin !== null) {
    const head = { code: 'NOTICE_BEFORE_ORIGIN', level: 'reject', name: from } as const;
    clocks.push(onNotice({ ...head, field: `${field}.from` }, () => since(origin)));
  }
  if (max !== null) {
    // [R01] [R05] [R11] An embargo lasts no longer than the list takes, or the reason allows.
    const head = { code: 'MAX_EMBARGO', level: 'reject', field: `${field}.max` } as const;
    const longest = [max, ...longerFor(embargo, facts)];
    clocks.push(
      clock(
        head,
        anyOf([
          ...longest.map((each) => atMost(each, calendars)),
          ...stretched(embargo, zone, calendars),
        ]),
      ),
    );
  }
  if (warnAbove !== null) {
    // [R02] A long embargo can be had, with a reason on record.
    const head = { code: 'LONG_EMBARGO', level: 'warn', field: `${field}.warn_above` } as const;
    clocks.push(clock(head, atMost(warnAbove, calendars)));
  }
  if (min !== null && !shorterFor.some((reason) => facts.reasons.includes(reason))) {
    // [R02] A shorter embargo than this needs one of the section's reasons.
    const head = { code: 'MIN_EMBARGO', level: 'reject', field: `${field}.min` } as const;
    clocks.push(clock(head, atLeast(min, calendars)));
  }
  return clocks;
}

function longerFor({ longerFor: reasons }: EmbargoSection, facts: TimingFacts): Duration[] {
  return facts.reasons.flatMap((reason) => reasons.get(reason) ?? []);
}

function atMost(duration: Duration, calendars: Calendars): Length {
  return {
    ends: (origin) => until(after(origin, duration, calendars).to),
    origins: (end) => since(before(end, duration, calendars).from),
  };
}

function atLeast(duration: Duration, calendars: Calendars): Length {
  return {
    ends: (origin) => since(after(origin, duration, calendars).from),
    origins: (end) => until(before(end, duration, calendars).to),
  };
}

function anyOf(lengths: readonly Length[]): Length {
  return {
    ends: (origin) => unite(lengths.flatMap(({ ends }) => ends(origin))),
    origins: (end) => unite(lengths.flatMap(({ origins }) => origins(end))),
  };
}

/**
 * [R03] What was posted late in a week may take longer, so that disclosure falls early in another.
 */
function stretched({ stretch }: EmbargoSection, zone: string, calendars: Calendars): Length[] {
  if (stretch === null) return [];
  const { posted, falls, max } = stretch;
  const length = atMost(max, calendars);
  const on = (at: Instant, days: readonly Weekday[]) => days.includes(weekdayOf(dayOf(at, zone)));
  return [
    {
      ends: (origin) => {
        if (!on(origin, posted)) return NEVER;
        const { to } = after(origin, max, calendars);
        return intersect(length.ends(origin), weekdays(origin, instant(to), falls, zone));
      },
      origins: (end) => {
        if (!on(end, falls)) return NEVER;
        const { from } = before(end, max, calendars);
        return intersect(length.origins(end), weekdays(instant(from), end, posted, zone));
      },
    },
  ];
}

/** All of the days of `names` that have a part between two instants. */
function weekdays(from: Instant, to: Instant, names: readonly Weekday[], zone: string): Spans {
  const found: Day[] = [];
  const last = dayOf(to, zone);
  for (let day = dayOf(from, zone); day <= last; day = plusDays(day, 1)) {
    if (names.includes(weekdayOf(day))) found.push(day);
  }
  return unite(found.map((day) => ({ from: startOfDay(day, zone), to: endOfDay(day, zone) })));
}
