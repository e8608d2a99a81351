/**
 * A seeded generator: equal seeds give the same people, the same reader, the same wear of a text.
 * It is sfc32 (Doty-Humphrey), which passes PractRand. Never for keys.
 */
export type Seeded = {
  /** Uniform in [0, 2^32). */
  readonly uint32: () => number;
  /** Uniform in [0, 1). */
  readonly unit: () => number;
  /** Uniform in {0, …, n − 1}. */
  readonly below: (n: number) => number;
};

/** Starts a generator. */
export function seeded(seed: number): Seeded {
  let [a, b, c, counter] = [0, 0x9e37_79b9, seed | 0, 1];
  const uint32 = () => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + out;
    c |= 0;
    return out >>> 0;
  };
  for (let i = 0; i < 15; i++) uint32();
  const unit = () => uint32() / 2 ** 32;
  return { uint32, unit, below: (n) => Math.floor(unit() * n) };
}

/** The items in a random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Seeded): T[] {
  const list = [...items];
  for (let left = list.length; left > 1; left--) {
    const [chosen] = list.splice(random.below(left), 1);
    if (chosen !== undefined) list.push(chosen);
  }
  return list;
}
