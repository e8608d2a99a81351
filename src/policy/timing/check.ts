import type { Calendars } from '../../domain/calendar.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import { OWN_LEAD } from '../lead.ts';
import type { Clock, Level, TimingCode, TimingFacts } from './clock.ts';
import { clocksOf } from './clocks.ts';
import type { Timing } from './section.ts';
import { contains, type Period, periods } from './span.ts';

/** A schedule that somebody wants, and what there is to know about it. */
export type Proposal = TimingFacts & { readonly schedule: Schedule };

/** What is wrong with a proposal. */
export type Finding = {
  readonly code: TimingCode;
  readonly level: Level;
  /** The key that says so, as a path: `timing.embargo.max`. */
  readonly field: string;
  /** The window, calendar, event or person it is about; null where the key says it all. */
  readonly name: string | null;
  readonly asks: 'notice' | 'disclosure';
  /** When it would have been right, all else unchanged; empty: at no time. */
  readonly expected: readonly Period[];
  readonly found: Instant;
};

/**
 * Holds a proposed schedule against the clock of its programme or list. Without findings nothing
 * stands against it; of a disclosure in the past that alone is said. `calendars`: the section's
 * own, and those of the participants.
 * @throws INVALID_INPUT for a calendar that is missing or has a gap at a date that is asked for,
 * and for a reason that the section does not know.
 */
export function checkTiming(timing: Timing, proposal: Proposal, calendars: Calendars): Finding[] {
  const { disclosureAt } = proposal.schedule;
  const { first, last } = noticesOf(proposal);
  const findings = clocksOf(timing, proposal, calendars).flatMap((clock) => {
    const allowed = clock.notices(disclosureAt);
    const asked = clock.of === 'first' ? [first] : [last, first];
    const wrong = asked.find((notice) => !contains(allowed, notice));
    return wrong === undefined ? [] : [findingOf(clock, wrong, disclosureAt)];
  });
  const past = findings.find(({ code }) => code === 'PAST');
  return past === undefined ? findings : [past];
}

/**
 * When the first of all is told, and the last of the tiers: as it was, or as planned, but not
 * before now. Without anybody to tell, at disclosure.
 */
function noticesOf({ schedule, told, now }: Proposal): { first: Instant; last: Instant } {
  const { disclosureAt, opensAt } = schedule;
  const planned = Object.entries(opensAt).filter(([tier]) => told[tier] === undefined);
  const tiers = planned.filter(([tier]) => !tier.startsWith(OWN_LEAD));
  const at = (waves: typeof planned) => [
    ...Object.values(told),
    ...waves.map(([, opens]) => Math.max(opens, now)),
  ];
  const [all, last] = [at(planned), at(tiers)];
  return {
    first: all.length > 0 ? instant(Math.min(...all)) : disclosureAt,
    last: last.length > 0 ? instant(Math.max(...last)) : disclosureAt,
  };
}

function findingOf(clock: Clock, notice: Instant, disclosure: Instant): Finding {
  const { code, level, field, name, asks } = clock;
  const expected = periods(clock.expected(notice, disclosure));
  const found = asks === 'notice' ? notice : disclosure;
  return { code, level, field, name, asks, expected, found };
}

/** What may be done with a proposal. */
export type Verdict = 'save' | 'reason_missing' | 'hold' | 'reject';

/**
 * What the findings come to. A warning is accepted with a recorded reason, by its code; nothing
 * else lifts it, and no reason lifts anything but a warning.
 */
export function verdictOf(
  findings: readonly Finding[],
  accepted: Readonly<Partial<Record<TimingCode, string>>>,
): Verdict {
  const levels = new Set(
    findings
      .filter(({ level, code }) => level !== 'warn' || (accepted[code] ?? '').trim() === '')
      .map(({ level }) => level),
  );
  if (levels.has('reject')) return 'reject';
  if (levels.has('hold')) return 'hold';
  return levels.has('warn') ? 'reason_missing' : 'save';
}
