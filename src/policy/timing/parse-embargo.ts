import type { Calendars } from '../../domain/calendar.ts';
import { refusePack } from '../refuse.ts';
import { entries, fields, form, list, optional, unexpected, word, type Yaml } from '../yaml.ts';
import { type Duration, parseDuration } from './duration.ts';
import { parseWeekdays } from './parse-calendars.ts';
import { type EmbargoSection, ORIGINS } from './section.ts';

const OPTIONAL = ['max', 'warn_above', 'min', 'shorter_for', 'longer_for', 'stretch'] as const;
type Keys = Partial<Record<(typeof OPTIONAL)[number], Yaml>>;

const REASON_WORDS = 'a reason in lower-case letters';
const REASON = /^[a-z][a-z0-9_]{0,30}$/;

/**
 * Reads `timing.embargo`. @throws POLICY_INVALID, also for a key that can never change an answer.
 */
export function parseEmbargo(yaml: Yaml, calendars: Calendars): EmbargoSection {
  const root = fields(yaml, ['from'], OPTIONAL);
  const length = (each: Yaml) => parseDuration(each, calendars);
  const section: EmbargoSection = {
    from: word(root.from, ORIGINS),
    max: optional(root.max, length, null),
    warnAbove: optional(root.warn_above, length, null),
    min: optional(root.min, length, null),
    shorterFor: optional(root.shorter_for, (reasons) => list(reasons).map(parseReason), []),
    longerFor: optional(root.longer_for, (reasons) => parseLonger(reasons, calendars), new Map()),
    stretch: optional(root.stretch, (each) => parseStretch(each, calendars), null),
  };
  refuseIdle(root, section);
  return section;
}

function parseLonger(yaml: Yaml, calendars: Calendars): Map<string, Duration> {
  return new Map(
    [...entries(yaml)].map(([reason, each]) => {
      if (REASON.test(reason)) return [reason, parseDuration(each, calendars)];
      throw refusePack(each.place, `${each.path}: expected ${REASON_WORDS}`);
    }),
  );
}

function parseReason(yaml: Yaml): string {
  return form(yaml, REASON, REASON_WORDS)[0];
}

function parseStretch(yaml: Yaml, calendars: Calendars) {
  const { posted, falls, max } = fields(yaml, ['posted', 'falls', 'max']);
  for (const days of [posted, falls]) {
    if (list(days).length === 0) throw unexpected(days, 'at least one weekday');
  }
  return {
    posted: parseWeekdays(posted),
    falls: parseWeekdays(falls),
    max: parseDuration(max, calendars),
  };
}

/** What could never change an answer is a mistake of whoever wrote it. */
function refuseIdle(root: Keys, { max, min, warnAbove, longerFor, stretch }: EmbargoSection): void {
  if (min === null) refuseKey(root.shorter_for, 'there is no min');
  if (max === null) {
    refuseKey(root.longer_for, 'there is no max');
    refuseKey(root.stretch, 'there is no max');
    return;
  }
  for (const [reason, each] of longerFor) {
    const yaml = root.longer_for && entries(root.longer_for).get(reason);
    if (noLonger(each, max)) refuseKey(yaml, 'it is no longer than max');
  }
  if (stretch !== null && noLonger(stretch.max, max)) {
    refuseKey(root.stretch, 'it is no longer than max');
  }
  const longest = [max, ...longerFor.values(), ...(stretch === null ? [] : [stretch.max])];
  if (warnAbove !== null && longest.every((each) => noLonger(each, warnAbove))) {
    refuseKey(root.warn_above, 'no embargo may be longer');
  }
}

function refuseKey(yaml: Yaml | undefined, why: string): void {
  if (yaml === undefined) return;
  throw refusePack(yaml.place, `${yaml.path} can never fire: ${why}`, 'change it or leave it out');
}

/** Business days and calendar time are not compared: that depends on the dates. */
function noLonger(a: Duration, b: Duration): boolean {
  if (a.unit === 'calendar') return b.unit === 'calendar' && a.ms <= b.ms;
  return b.unit === 'business' && a.days <= b.days;
}
