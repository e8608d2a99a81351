import type { Calendars } from '../../domain/calendar.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import {
  type Day,
  dayOf,
  instantAt,
  plusDays,
  startOfDay,
  WEEKDAYS,
  weekdayOf,
} from '../../domain/zone.ts';
import { type Clock, onDisclosure, type TimingFacts } from './clock.ts';
import { after, before } from './duration.ts';
import type { PreAnnouncementRule, Timing } from './section.ts';
import { since } from './span.ts';

/**
 * Until when the final text, with date and time, is due on the list. Null: the section asks for
 * none.
 */
export function finalTextDueAt(
  { finalText }: Timing,
  disclosureAt: Instant,
  calendars: Calendars,
): Instant | null {
  if (finalText === null) return null;
  return instant(before(disclosureAt, finalText, calendars).to);
}

/**
 * [R15] When the public is told the date: on the rule's weekday of an earlier week. Weeks begin on
 * Monday, in the section's zone. Null: the section asks for none.
 */
export function preAnnouncementAt(
  { preAnnouncement: rule, zone }: Timing,
  disclosureAt: Instant,
): Instant | null {
  return rule === null ? null : announcedIn(mondayOf(dayOf(disclosureAt, zone)), rule);
}

/** The pre-announcement of a disclosure in the week that begins on `monday`. */
function announcedIn(monday: Day, { day, weeksBefore, at }: PreAnnouncementRule): Instant {
  return instantAt(plusDays(monday, WEEKDAYS.indexOf(day) - 7 * weeksBefore), at.hour, at.zone);
}

function mondayOf(day: Day): Day {
  return plusDays(day, -WEEKDAYS.indexOf(weekdayOf(day)));
}

/** The clocks of what is due before disclosure: the final text, the pre-announcement. */
export function dueClocks(timing: Timing, facts: TimingFacts, calendars: Calendars): Clock[] {
  return [...finalTextClock(timing, facts, calendars), ...preAnnouncementClock(timing, facts)];
}

/** [R08] Without its final text on time, disclosure waits for a person. */
function finalTextClock(timing: Timing, facts: TimingFacts, calendars: Calendars): Clock[] {
  const { finalText } = timing;
  if (finalText === null) return [];
  const { finalTextAt, now } = facts;
  // A text that is not there yet can be sent a moment from now at the soonest.
  const sentAt = finalTextAt ?? instant(now + 1);
  return [
    onDisclosure(
      { code: 'FINAL_TEXT_OVERDUE', level: 'hold', field: 'timing.final_text' },
      (disclosure) => sentAt <= before(disclosure, finalText, calendars).to,
      () => since(after(sentAt, finalText, calendars).from),
    ),
  ];
}

function preAnnouncementClock(timing: Timing, { preAnnouncedAt, now }: TimingFacts): Clock[] {
  const { preAnnouncement: rule, zone } = timing;
  if (rule === null) return [];
  const toldAt = preAnnouncedAt ?? now;
  return [
    onDisclosure(
      { code: 'PRE_ANNOUNCEMENT_MISSED', level: 'warn', field: 'timing.pre_announcement' },
      (disclosure) => toldAt <= announcedIn(mondayOf(dayOf(disclosure, zone)), rule),
      () => {
        let monday = mondayOf(dayOf(toldAt, zone));
        while (announcedIn(monday, rule) < toldAt) monday = plusDays(monday, 7);
        return since(startOfDay(monday, zone));
      },
    ),
  ];
}
