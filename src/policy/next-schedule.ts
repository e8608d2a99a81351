import type { Instant } from '../domain/instant.ts';
import type { Schedule } from '../domain/schedule.ts';
import type { VulnerabilityFacts } from '../domain/vulnerability.ts';
import { broughtForward, type Policy, scheduleAt } from './policy.ts';
import { waitsForFix } from './timing/notice-clocks.ts';

/** An alert whose policy changes, as far as its schedule turns on it. */
export type Rescheduled = {
  readonly schedule: Schedule;
  /** Whether somebody has approved the schedule that it has. */
  readonly approved: boolean;
  readonly vulnerability: VulnerabilityFacts;
};

/**
 * The schedule of an alert when `after` takes the place of `before` at `now`. Waves that were
 * brought forward stand: persons approved that, or let it be, of this alert, and nobody has taken
 * it back. Where `after` waits for a fix that there is not, they do not. Of a draft nothing was
 * approved: it has what `after` makes of it. Whether anything is given at a wave is for the rules.
 * @throws as `scheduleAt`.
 */
export function scheduleUnderNext(
  before: Policy,
  after: Policy,
  { schedule, approved, vulnerability }: Rescheduled,
  now: Instant,
): Schedule {
  const fresh = scheduleAt(after, schedule.disclosureAt, now);
  if (schedule.disclosureAt <= now) return fresh;
  if (!approved) return broughtForward(after, fresh, vulnerability, now);
  if (waitsForFix(after.timing?.notice ?? null, vulnerability, now)) return fresh;
  const planned = scheduleAt(before, schedule.disclosureAt, now);
  const opensAt = Object.entries(fresh.opensAt).map(([lead, at]) => {
    const stands = schedule.opensAt[lead] ?? at;
    return [lead, isEarlier(stands, planned.opensAt[lead]) && stands < at ? stands : at] as const;
  });
  return { ...fresh, opensAt: Object.fromEntries(opensAt) };
}

function isEarlier(at: Instant, planned: Instant | undefined): boolean {
  return planned !== undefined && at < planned;
}
