import type { Bid } from './clock.ts';

/**
 * [R58] Of several dates asked for, the earliest: the shortest proposal wins, and so does an
 * earlier date of who found the vulnerability, who is named where others asked for the same. Null:
 * nobody asked for any.
 */
export function settle(bids: readonly Bid[]): Bid | null {
  const [first] = [...bids].sort(
    (a, b) => a.disclosureAt - b.disclosureAt || Number(b.discoverer) - Number(a.discoverer),
  );
  return first ?? null;
}
