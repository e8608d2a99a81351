import { isMap } from 'yaml';
import type { Calendar, Calendars } from '../../domain/calendar.ts';
import type { TocsinError } from '../../domain/errors.ts';
import {
  DAY_MS,
  formatInstant,
  type Instant,
  instant,
  parseInstant,
} from '../../domain/instant.ts';
import type { Lead } from '../../domain/schedule.ts';
import { NO_EVENTS, UNASSESSED } from '../../domain/vulnerability.ts';
import { parseDay } from '../../domain/zone.ts';
import { type Place, refusePack } from '../refuse.ts';
import { entries, type Yaml } from '../yaml.ts';
import type { TimingFacts } from './clock.ts';
import { conflictIn, possible, type Row, rowAt } from './conflict.ts';
import { before } from './duration.ts';
import { groupsOf } from './lists.ts';
import type { Timing } from './section.ts';
import type { Period } from './span.ts';
import { turningInstants } from './turning.ts';

/**
 * A year to try disclosures in: it has every weekday, every yearly window and every change of
 * clocks. Which year does not matter, as holidays and single dates are left out.
 */
const YEAR_FROM = parseInstant('2027-01-01T00:00:00Z');
const YEAR_MS = 366 * DAY_MS;
/** Most sections have a possible disclosure in the first weeks, and there the search ends. */
const STEP_MS = 30 * DAY_MS;
const LONGEST = 'timing.embargo.max';
const COVERS = { from: parseDay('1970-01-01'), to: parseDay('2100-12-31') };
/** Longer before that year than anything that must pass. */
const LONG_AGO = parseInstant('1980-01-01T00:00:00Z');

/**
 * Refuses a section whose clocks no alert could ever satisfy without giving a reason for an
 * exception, however convenient its facts.
 * @throws POLICY_INVALID naming the clocks, the line of the last of them, and a witness.
 */
export function refuseContradictions(
  yaml: Yaml,
  timing: Timing,
  leads: Readonly<Record<string, Lead>>,
): void {
  const sample = { ...timing, avoid: timing.avoid.filter(({ each }) => each !== 'once') };
  const calendars = plain(timing.calendars);
  const rows: Row[] = [];
  for (let from = YEAR_FROM as number; from < YEAR_FROM + YEAR_MS; from += STEP_MS) {
    const facts = convenient(sample, calendars, instant(from));
    const list = { timing: sample, leads, facts, calendars };
    for (const turning of turningInstants([list], instant(from), instant(from + STEP_MS - 1))) {
      for (const at of [turning, instant(turning + 1)]) {
        const facts = convenient(sample, calendars, at);
        const row = rowAt(groupsOf({ ...list, name: '', facts }), at);
        if (possible(row)) return;
        rows.push(row);
      }
    }
  }
  throw refusal(yaml, timing, rows);
}

/** The calendars without their holidays, so that these do not decide. */
function plain(calendars: Calendars): Calendars {
  return new Map(
    [...calendars].map(([name, calendar]): [string, Calendar] => [
      name,
      { ...calendar, covers: COVERS, holidays: new Map() },
    ]),
  );
}

/**
 * Facts that leave a disclosure at `at` as much room as any can: everything that must come first
 * happened long ago, or as late as the longest embargo asks; but not at the very instant at which
 * that begins, since what happens in the world is told a moment later at the soonest.
 */
function convenient({ embargo, notice }: Timing, calendars: Calendars, at: Instant): TimingFacts {
  const longest = counted(embargo) ? embargo?.max : null;
  const start = longest ? before(at, longest, calendars).from + 1 : LONG_AGO;
  const begun = instant(Math.max(LONG_AGO, start));
  const afterFix = notice?.afterFix ?? [];
  return {
    now: LONG_AGO,
    opens: true,
    vulnerability: {
      ...UNASSESSED,
      products: afterFix === 'all' ? [] : afterFix,
      events: { ...NO_EVENTS, fixReadyAt: begun },
    },
    origins: { report: begun, candidate_patch: begun, release_start: begun },
    told: {},
    finalTextAt: LONG_AGO,
    preAnnouncedAt: LONG_AGO,
    reasons: [],
    bids: [],
    participantCalendars: [],
  };
}

function refusal(yaml: Yaml, { embargo }: Timing, rows: readonly Row[]): TocsinError {
  const { at, clocks } = conflictIn(rows) ?? { at: YEAR_FROM, clocks: [] };
  // The origin is as far back as the longest embargo lets it be: where it binds, that does.
  const bound = counted(embargo) && clocks.some(({ field }) => /^timing\.embargo\./.test(field));
  const keyOf = (field: string) => (field === 'timing.embargo.from' ? LONGEST : field);
  const keys = new Set([...(bound ? [LONGEST] : []), ...clocks.map(({ field }) => keyOf(field))]);
  const takes = clocks.map(({ field, notices }) => `${keyOf(field)} takes ${inWords(notices)}`);
  return refusePack(
    placeOf(yaml, [...keys].at(-1) ?? yaml.path),
    `${keys.size > 1 ? 'impossible together' : 'impossible'}: ${[...keys].join(', ')}; for a ` +
      `disclosure at ${formatInstant(at)}, ${takes.join(', ')}`,
    'change one of them',
  );
}

/** Whether an embargo is counted from something in the world, and for so long and no longer. */
function counted(embargo: Timing['embargo']): boolean {
  return embargo !== null && embargo.from !== 'first_post' && embargo.max !== null;
}

/** The notices of a witness, as a person reads them. */
function inWords(notices: readonly Period[]): string {
  if (notices.length === 0) return 'no notice';
  const ends = notices.map(({ from, to }) => {
    const first = from === null ? '' : ` from ${formatInstant(from)}`;
    const last = to === null ? '' : ` until ${formatInstant(to)}`;
    return first + last === '' ? ' at any time' : first + last;
  });
  return `notice${ends.join(' or')}`;
}

/**
 * Where a key stands that is named by its path; the nearest one above where it is not in the file.
 */
function placeOf(yaml: Yaml, path: string): Place {
  if (path === yaml.path || !isMap(yaml.node)) return yaml.place;
  for (const child of entries(yaml).values()) {
    if (path === child.path || path.startsWith(`${child.path}.`)) return placeOf(child, path);
  }
  return yaml.place;
}
