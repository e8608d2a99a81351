/** One result line of a bench; `case` names the peer or the size, `limit:…` a physical limit. */
export type BenchRow = {
  readonly bench: string;
  readonly case: string;
  readonly ours: number;
  readonly peer: number;
  /** Ours against the peer, above 1 when we are better; for a limit the fraction of it we reach. */
  readonly ratio: number;
  readonly unit: string;
  readonly [more: string]: string | number;
};

/** One line of JSON per case, or with no `--json` a line for people. */
export function print(row: BenchRow): void {
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const { bench, case: name, ours, peer, ratio, unit, ...more } = row;
  const extra = Object.entries(more).map(([key, value]) => `${key} ${value}`);
  const figures = `ours ${round(ours)} ${unit}, peer ${round(peer)}, ratio ${round(ratio)}`;
  process.stdout.write(`${[`${bench} ${name}: ${figures}`, ...extra].join(', ')}\n`);
}

/** Three significant digits. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Operations per second of `work` over about `ms` milliseconds; `work(n)` does the n-th operation.
 */
export function rate(work: (n: number) => void, ms: number): number {
  const start = performance.now();
  let n = 0;
  while (performance.now() - start < ms) {
    for (let inner = 0; inner < 16; inner++) work(n++);
  }
  return (n * 1000) / (performance.now() - start);
}

/** The same for work that has to be waited for, one after the other. */
export async function rateAsync(
  work: (n: number) => Promise<unknown>,
  ms: number,
): Promise<number> {
  const start = performance.now();
  let n = 0;
  while (performance.now() - start < ms) await work(n++);
  return (n * 1000) / (performance.now() - start);
}

/**
 * Measures two sides in turn, `rounds` times, and gives the median of each. Interleaving cancels
 * what the machine does meanwhile; one uncounted round warms both up.
 */
export async function interleave(
  rounds: number,
  ours: () => number | Promise<number>,
  peer: () => number | Promise<number>,
): Promise<{ ours: number; peer: number }> {
  const a: number[] = [];
  const b: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const [x, y] = [await ours(), await peer()];
    if (round > 0) {
      a.push(x);
      b.push(y);
    }
  }
  return { ours: median(a), peer: median(b) };
}
