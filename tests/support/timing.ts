import { type Instant, instant, parseInstant } from '../../src/domain/instant.ts';
import type { Lead } from '../../src/domain/schedule.ts';
import { type AlertEvents, NO_EVENTS, UNASSESSED } from '../../src/domain/vulnerability.ts';
import { checkTiming, type Finding } from '../../src/policy/timing/check.ts';
import type { TimingFacts } from '../../src/policy/timing/clock.ts';
import { parseTiming } from '../../src/policy/timing/parse-timing.ts';
import { calendarsFor, type Timing } from '../../src/policy/timing/section.ts';
import { fields, parseYaml } from '../../src/policy/yaml.ts';

/** 2026, Monday to Friday but for Easter and Christmas; its dates are those of UTC. */
export const CALENDAR_2026 = `
    programme:
      zone: UTC
      weekend: [Sat, Sun]
      covers: 2026-01-01 to 2026-12-31
      holidays: {2026-04-03: Good Friday, 2026-04-06: Easter Monday, 2026-12-25: Christmas}`;

/** The section `timing` with these lines, indented by two, besides those that it must have. */
export function timingOf(lines: string, leads: Readonly<Record<string, Lead>> = {}): Timing {
  const quiet = lines.includes('no_embargo_when:') ? '' : '  no_embargo_when: []\n';
  const source = `timing:\n  zone: UTC\n${quiet}${lines}\n`;
  return parseTiming(fields(parseYaml('programme.yaml', source), ['timing']).timing, {
    leads,
    products: ['kernel', 'editor'],
  });
}

/** `at('2026-03-05T10:00Z', 1)`: that instant and a millisecond. */
export function at(text: string, more = 0): Instant {
  return instant(parseInstant(text.replace(/T(\d\d:\d\d)Z$/, 'T$1:00Z')) + more);
}

/** Facts of an embargo that is being opened, of which nothing is known. */
export function timingFacts(now: Instant, more: Partial<TimingFacts> = {}): TimingFacts {
  return {
    now,
    opens: true,
    vulnerability: UNASSESSED,
    origins: { report: null, candidate_patch: null, release_start: null },
    told: {},
    finalTextAt: null,
    preAnnouncedAt: null,
    reasons: [],
    bids: [],
    participantCalendars: [],
    ...more,
  };
}

/** A vulnerability of which nothing is known but these events. */
export function withEvents(events: Partial<AlertEvents>) {
  return { ...UNASSESSED, events: { ...NO_EVENTS, ...events } };
}

/** What a section finds of one list that is told at `notice`. */
export function findings(
  timing: Timing,
  notice: Instant,
  disclosureAt: Instant,
  more: Partial<TimingFacts> = {},
): Finding[] {
  const facts = timingFacts(more.now ?? instant(Math.min(notice, disclosureAt)), more);
  const schedule = { disclosureAt, opensAt: { list: notice } };
  return checkTiming(timing, { ...facts, schedule }, calendarsFor(timing, new Map()));
}

/** The same, shortened to `reject MAX_EMBARGO` and the like. */
export function verdicts(...args: Parameters<typeof findings>): string[] {
  return findings(...args).map(({ level, code }) => `${level} ${code}`);
}
