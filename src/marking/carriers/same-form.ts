import type { Gate, ProposedBit } from './carrier.ts';
import { thin } from './thin.ts';
import { variantOf } from './variant.ts';

/**
 * The gate of a format with a canonical form: each slot alone and all of them together give a text
 * of the same form. `canonicalOf` gives null for what does not parse. Of more than `most` slots the
 * others are dropped.
 */
export function sameForm(canonicalOf: (text: string) => string | null, most: number): Gate {
  return (text, chosen) => {
    const authored = canonicalOf(text);
    const same = (slots: readonly ProposedBit[]) =>
      canonicalOf(variantOf(text, slots)) === authored;
    const thinned = thin(chosen, most);
    const alone = thinned.kept.filter((slot) => same([slot]));
    const kept = same(alone) ? alone : [];
    const failed = thinned.kept
      .filter((slot) => !kept.includes(slot))
      .map(({ family, what }) => ({ family, what, reason: 'other canonical form' }));
    return { kept, dropped: [...thinned.dropped, ...failed] };
  };
}
