import type { Tier } from '../../domain/enrolment.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { TimingFacts } from './clock.ts';
import { waitsForFix } from './notice-clocks.ts';
import type { Timing } from './section.ts';

/** A schedule whose waves were brought forward, and why. */
export type Compressed = {
  readonly schedule: Schedule;
  readonly because: 'exploited';
  readonly exploitedAt: Instant;
  /** The tiers whose waves open now instead of later. */
  readonly tiers: readonly Tier[];
};

/**
 * [R17] Re-plans to now the waves that have not opened, when the vulnerability is exploited.
 * Disclosure stays where it is. Where the list waits for a fix and there is none, nothing moves.
 * Null: there is nothing to re-plan.
 */
export function compress(
  timing: Timing,
  schedule: Schedule,
  { now, vulnerability, told }: Pick<TimingFacts, 'now' | 'vulnerability' | 'told'>,
): Compressed | null {
  const { exploitedAt } = vulnerability.events;
  if (timing.compressWhen !== 'exploited' || exploitedAt === null || exploitedAt > now) return null;
  if (waitsForFix(timing.notice, vulnerability, now)) return null;
  const tiers = Object.entries(schedule.opensAt)
    .filter(([tier, opensAt]) => opensAt > now && told[tier] === undefined)
    .map(([tier]) => tier);
  if (tiers.length === 0) return null;
  const opensAt = { ...schedule.opensAt };
  for (const tier of tiers) opensAt[tier] = now;
  return { schedule: { ...schedule, opensAt }, because: 'exploited', exploitedAt, tiers };
}
