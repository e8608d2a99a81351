import { lnBinomial } from './binomial.ts';
import { BANK, FIXED, type Hypothesis, READ_ERROR } from './hypotheses.ts';
import { lnLikelihood } from './portfolio.ts';
import { authoredBit, type ReadSlot } from './slots.ts';
import { groupSlots } from './words.ts';

/** Texts that everybody, or nobody outside, has: they are no recipient's copy. */
export type KnownWord = 'master';

/** A copy is taken for the master with probability at most 1e-6, whatever its word. */
const LN_EVIDENCE = Math.log(1e6);

/** The master, read with `READ_ERROR` wrong, is missed with about this probability. */
const MISS = 1e-3;

/**
 * Whether a reading is that of the text as authored: the unmarked master, which only the issuer's
 * side had, or, once it is public, the public text; the two are the same words. Both conditions
 * look at the reading and the secret biases only:
 *
 * - the authored word explains it 1e6 times better than a copy does. That ratio has mean 1 over the
 *   code, so by Markov's inequality it is rare for any copy. Fewer than about 17 slots never
 *   suffice;
 * - the reads that are not authored are no more than read errors would make. More than those are a
 *   mixture with somebody's copy, and that is to be scored.
 */
export function knownWordOf(slots: readonly ReadSlot[]): KnownWord | null {
  const others = slots.filter(({ value }) => value === 1).length;
  const explained = slots.reduce((sum, slot) => sum + lnRatio(slot), 0) >= LN_EVIDENCE;
  return explained && chanceOfErrors(slots.length, others) >= MISS ? 'master' : null;
}

/**
 * A copy is taken for a mixture with the master with probability at most 2e-3, whatever its word.
 */
const LN_MIXED = Math.log(1e3);

/** The master among two and among three texts that were mixed. */
const MIXTURES: readonly Hypothesis[] = [2, 3].map((colluders) => ({
  strategy: 'interleave',
  colluders,
}));

/**
 * Whether copies were mixed with the text as authored, which after publication everybody has: that
 * explains the leaked word 1000 times better than any coalition without it. Whoever scores then
 * takes the authored word as given. With secret polarity no strategy of copies alone looks like it;
 * and the question sees the reading and the secret biases only.
 */
export function mixedWithMaster(slots: readonly ReadSlot[]): boolean {
  const given = groupSlots(slots, [slots.map(authoredBit)]).classes;
  const plain = groupSlots(slots).classes;
  const mixed = MIXTURES.map((hypothesis) => lnLikelihood(hypothesis, given));
  const copies = [...BANK, ...FIXED].map(({ hypothesis }) => lnLikelihood(hypothesis, plain));
  return Math.max(...mixed) - Math.max(...copies) >= LN_MIXED;
}

function lnRatio({ value, authored }: ReadSlot): number {
  const readAuthored = (1 - READ_ERROR) * authored + READ_ERROR * (1 - authored);
  return value === 0
    ? Math.log((1 - READ_ERROR) / readAuthored)
    : Math.log(READ_ERROR / (1 - readAuthored));
}

/** Chance of at least `errors` wrong reads among `slots`. */
function chanceOfErrors(slots: number, errors: number): number {
  return lnBinomial(slots, READ_ERROR)
    .subarray(errors)
    .reduce((sum, ln) => sum + Math.exp(ln), 0);
}
