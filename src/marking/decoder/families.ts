import { knownWordOf, mixedWithMaster } from './known-word.ts';
import { isRead, type ReadSlot, type TracedSlot } from './slots.ts';

/**
 * How one carrier's family of slots came out. How far its share of authored texts is from that of a
 * copy stays inside: for a family with a single slot read, that number is the slot's secret bias.
 */
export type FamilyReport = {
  readonly family: string;
  readonly slots: number;
  readonly read: number;
  /** Whether the family looks normalised, so that none of the slots looked at counts. */
  readonly erased: boolean;
};

/**
 * Beyond this many standard deviations a family counts as normalised; a single copy: about 7e-6.
 */
const NORMALISED_Z = 4.5;

/** What the families say together. */
export type Families = {
  readonly reports: readonly FamilyReport[];
  /** Whether what counts is a mixture of copies with the text as authored. */
  readonly mixed: boolean;
};

/**
 * Finds families that somebody wrote back to the authored form, or away from it. One that is
 * authored throughout says nothing of any copy and is erased. In what is left, a mixture with the
 * master is told apart first: the authored word is given there, and no family erased for it. Else
 * each that leans too far either way is erased.
 *
 * With secret polarity neither an all-1 nor an all-0 coalition looks like that. It sees the reading
 * and the secret biases, no codeword, so erasing by its answer leaves every p-value valid.
 */
export function examineFamilies(slots: readonly TracedSlot[]): Families {
  const names = [...new Set(slots.map(({ family }) => family))].sort();
  const families = names.map((family) => {
    const own = slots.filter((slot) => slot.family === family);
    const read = own.filter(isRead);
    return { family, slots: own.length, read, whole: knownWordOf(read) !== null };
  });
  const mixed = mixedWithMaster(families.filter(({ whole }) => !whole).flatMap(({ read }) => read));
  const reports = families.map(({ family, slots: all, read, whole }) => {
    const z = leaning(read);
    const erased = whole || z < -NORMALISED_Z || (z > NORMALISED_Z && !mixed);
    return { family, slots: all, read: read.length, erased };
  });
  return { reports, mixed };
}

/** How many standard deviations the share of authored texts is above that of a copy. */
function leaning(read: readonly ReadSlot[]): number {
  let excess = 0;
  let variance = 0;
  for (const { value, authored } of read) {
    excess += (value === 0 ? 1 : 0) - authored;
    variance += authored * (1 - authored);
  }
  return read.length === 0 ? 0 : excess / Math.sqrt(variance);
}
