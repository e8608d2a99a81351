import type { Tier } from './enrolment.ts';
import { invalid } from './errors.ts';
import { type Instant, plus } from './instant.ts';

/**
 * How long before disclosure a tier is served. `business` leads need a calendar and come with the
 * planner's calendars; the shape is final, the resolver refuses them until then.
 */
export type Lead =
  | { readonly unit: 'calendar'; readonly ms: number }
  | {
      readonly unit: 'business';
      readonly days: number;
      readonly hour: string;
      readonly zone: string;
      readonly calendar: string;
    };

/** The absolute instants of one alert, resolved once and stored with its approved plan. */
export type Schedule = {
  readonly disclosureAt: Instant;
  /** When each tier's wave opens. Every tier of the pack is present. */
  readonly opensAt: Readonly<Record<Tier, Instant>>;
};

/** @throws INVALID_INPUT for a business lead or a negative one. */
export function resolveSchedule(
  disclosureAt: Instant,
  leads: Readonly<Record<Tier, Lead>>,
): Schedule {
  const opensAt: Record<Tier, Instant> = {};
  for (const [tier, lead] of Object.entries(leads)) {
    if (lead.unit !== 'calendar') {
      throw invalid(`leads.${tier}`, 'a calendar lead (business leads need a calendar)', lead.unit);
    }
    if (lead.ms < 0) throw invalid(`leads.${tier}`, 'a lead of zero or more', lead.ms);
    opensAt[tier] = plus(disclosureAt, -lead.ms);
  }
  return { disclosureAt, opensAt };
}

/** The distinct instants at which a wave opens, in order, ending with disclosure. */
export function waves(schedule: Schedule): Instant[] {
  const all = new Set<Instant>([...Object.values(schedule.opensAt), schedule.disclosureAt]);
  return [...all].sort((a, b) => a - b);
}
