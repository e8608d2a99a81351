import type { Long } from './term.ts';

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

/** The sum, or a throw where Cedar reports an overflow of its 64-bit Long. */
export function add(a: Long, b: Long): Long {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return checked(BigInt(a) + BigInt(b));
}

/** The difference; throws as `add`. */
export function subtract(a: Long, b: Long): Long {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return checked(BigInt(a) - BigInt(b));
}

/** The product; throws as `add`. */
export function multiply(a: Long, b: Long): Long {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // `+ 0` turns −0, which Cedar does not have, into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return checked(BigInt(a) * BigInt(b));
}

/** The negation; throws as `add`. */
export function negate(a: Long): Long {
  return subtract(0, a);
}

/** Equal values have equal representations, so that `===` compares Longs. */
function checked(value: bigint): Long {
  if (value < MIN_LONG || value > MAX_LONG) throw new RangeError('integer overflow');
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
