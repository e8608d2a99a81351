import { isRead, type TracedSlot } from './slots.ts';

/**
 * How one carrier's family of slots came out. How far its share of authored texts is from that of a
 * copy stays inside: for a family with a single slot read, that number is the slot's secret bias.
 */
export type FamilyReport = {
  readonly family: string;
  readonly slots: number;
  readonly read: number;
  /** Whether the family looks normalised, so that none of its slots counts. */
  readonly erased: boolean;
};

/**
 * Beyond this many standard deviations a family counts as normalised; a single copy: about 7e-6.
 */
const NORMALISED_Z = 4.5;

/**
 * Finds families that somebody wrote back to the authored form, or away from it, throughout. With
 * secret polarity neither an all-1 nor an all-0 coalition looks like that. It sees the reading and
 * the secret biases, no codeword, so erasing by its answer leaves every p-value valid.
 */
export function examineFamilies(slots: readonly TracedSlot[]): FamilyReport[] {
  const names = [...new Set(slots.map(({ family }) => family))].sort();
  return names.map((family) => examine(family, slots));
}

function examine(family: string, all: readonly TracedSlot[]): FamilyReport {
  const slots = all.filter((slot) => slot.family === family);
  const read = slots.filter(isRead);
  let excess = 0;
  let variance = 0;
  for (const { value, authored } of read) {
    excess += (value === 0 ? 1 : 0) - authored;
    variance += authored * (1 - authored);
  }
  const z = read.length === 0 ? 0 : excess / Math.sqrt(variance);
  return {
    family,
    slots: slots.length,
    read: read.length,
    erased: Math.abs(z) > NORMALISED_Z,
  };
}
