import type { GateAnswer, ProposedBit } from './carrier.ts';

/**
 * At most `most` of the slots, spread evenly, so that an excerpt keeps its share; the others are
 * dropped. A gate's cost grows with the square of a text's length, and a few dozen slots suffice.
 */
export function thin(slots: readonly ProposedBit[], most: number): GateAnswer {
  const share = (index: number): number => Math.floor((index * most) / slots.length);
  const spared = (index: number): boolean =>
    slots.length <= most || share(index + 1) > share(index);
  return {
    kept: slots.filter((_, index) => spared(index)),
    dropped: slots
      .filter((_, index) => !spared(index))
      .map(({ family, what }) => ({ family, what, reason: `more than ${most} slots in all` })),
  };
}
