/** ln k! for k = 0, 1, …; grows on demand. */
const lnFactorials: number[] = [0];

function lnFactorial(k: number): number {
  for (let i = lnFactorials.length; i <= k; i++) {
    lnFactorials.push((lnFactorials[i - 1] ?? 0) + Math.log(i));
  }
  return lnFactorials[k] ?? 0;
}

/**
 * ln of the binomial probabilities of 0…n ones among `n` at probability `p` strictly between 0 and
 * 1.
 */
export function lnBinomial(n: number, p: number): Float64Array {
  return Float64Array.from(
    { length: n + 1 },
    (_, k) =>
      lnFactorial(n) -
      lnFactorial(k) -
      lnFactorial(n - k) +
      k * Math.log(p) +
      (n - k) * Math.log1p(-p),
  );
}
