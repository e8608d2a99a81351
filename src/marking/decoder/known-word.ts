import { lnBinomial } from './binomial.ts';
import { READ_ERROR } from './hypotheses.ts';
import type { ReadSlot } from './slots.ts';

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
