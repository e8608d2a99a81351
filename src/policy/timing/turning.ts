import type { Calendars } from '../../domain/calendar.ts';
import { calendarNamed } from '../../domain/calendar.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import { dayOf, instantAt, plusDays } from '../../domain/zone.ts';
import { before, type Duration } from './duration.ts';
import type { List } from './lists.ts';
import type { TimeOfDay, Timing } from './section.ts';
import { settle } from './settle.ts';

/** A list, without its name. */
type Clocked = Omit<List, 'name'>;

/**
 * All instants from `from` to `to` at which the answer of any list to a disclosure can change, at
 * the instant itself or a millisecond later; `from` is one.
 *
 * What a clock compares is a fixed instant, an hour or a beginning of a day, or a notice; and a
 * notice is bounded by those or by a fixed time before disclosure. So answers change only where
 * disclosure is at one of the fixed instants, hours or days, or such a time after one.
 */
export function turningInstants(
  lists: readonly Clocked[],
  from: Instant,
  to: Instant,
): readonly Instant[] {
  const lengths = lists.flatMap(lengthsOf);
  const calendar = lengths.flatMap((length) => (length.unit === 'calendar' ? length.ms : []));
  const starts = lists.flatMap(({ timing, leads, calendars }) =>
    lengthsOf({ timing, leads }).map((length) => before(from, length, calendars).from),
  );
  const earliest = instant(Math.max(0, Math.min(from, ...starts)));
  const bases = [...lists.flatMap((list) => fixed(list)), ...hours(lists, earliest, to)];
  const found = new Set<number>([from]);
  for (const base of bases) {
    for (const ms of [0, ...calendar]) {
      const at = base + ms;
      if (from <= at && at <= to) found.add(at);
    }
  }
  return [...found].sort((a, b) => a - b).map((at) => instant(at));
}

function lengthsOf({ timing, leads }: Pick<List, 'timing' | 'leads'>): Duration[] {
  const { embargo, notice, finalText, targets } = timing;
  const found = [
    ...[embargo?.max, embargo?.warnAbove, embargo?.min, embargo?.stretch?.max],
    ...(embargo?.longerFor.values() ?? []),
    ...[notice?.atLeast, notice?.atMost, finalText, targets.notice, targets.disclosure],
    ...Object.values(leads).filter((lead) => lead.unit === 'calendar'),
  ];
  return found.flatMap((length) => length ?? []);
}

function fixed({ facts }: Clocked): Instant[] {
  const { now, origins, told, finalTextAt, preAnnouncedAt, vulnerability, bids } = facts;
  const found = [
    ...[now, finalTextAt, preAnnouncedAt, vulnerability.events.fixReadyAt],
    ...[settle(bids)?.disclosureAt, ...Object.values(origins), ...Object.values(told)],
  ];
  return found.flatMap((at) => at ?? []);
}

/** Every time of day that a list names, and every midnight of its zones, on every date. */
function hours(lists: readonly Clocked[], from: Instant, to: Instant): Instant[] {
  const named = new Map(lists.flatMap(hoursOf).map((time) => [`${time.hour} ${time.zone}`, time]));
  return [...named.values()].flatMap(({ hour, zone }) => {
    const found: Instant[] = [];
    const last = dayOf(to, zone);
    for (let day = dayOf(from, zone); day <= last; day = plusDays(day, 1)) {
      found.push(instantAt(day, hour, zone));
    }
    return found;
  });
}

function hoursOf({ timing, leads, calendars }: Clocked): TimeOfDay[] {
  return [
    ...zonesOf(timing, calendars).map((zone) => ({ hour: '00:00', zone })),
    ...[timing.must?.at, timing.should?.at].flatMap((at) => at ?? []),
    ...Object.values(leads).flatMap((lead) =>
      lead.unit === 'calendar'
        ? []
        : [
            { hour: lead.hour, zone: lead.zone },
            { hour: '00:00', zone: calendarNamed(calendars, lead.calendar).zone },
          ],
    ),
  ];
}

function zonesOf({ zone }: Timing, calendars: Calendars): string[] {
  return [zone, ...[...calendars.values()].map((calendar) => calendar.zone)];
}
