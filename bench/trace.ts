/**
 * How long one hypothesis takes to score a million recipients over 1 024 slots, codewords given
 * bit-packed, the exact tails of all above screening included.
 */
import { BIASES } from '../src/marking/code.ts';
import { createScanner } from '../src/marking/decoder/bulk.ts';
import { chanceOfOne, type Hypothesis } from '../src/marking/decoder/hypotheses.ts';
import { judge, type Portfolio, portfolioFor } from '../src/marking/decoder/portfolio.ts';
import { JUDGED } from '../src/marking/decoder/stage.ts';
import { codeClasses, type Statistic } from '../src/marking/decoder/statistic.ts';
import { type Seeded, seeded } from '../tests/support/seeded.ts';
import { bitOf, type Codewords, drawCodewords } from './codewords.ts';

const RECIPIENTS = 1_000_000;
const SLOTS = 1_024;
const ERASED = 0.15;
const ROUNDS = 7;

/** Recipients the naive loop scores; its time is scaled up to all of them. */
const PEER_SAMPLE = 20_000;

const COPY: Hypothesis = { strategy: 'interleave', colluders: 1 };
const NOTE =
  'ms = the hypotheses of the portfolio together / their number; aloneMs = one by itself. ' +
  `Peer: one hypothesis, slot by slot, no tails, ${PEER_SAMPLE} recipients scaled to a million.`;

const random = seeded(1);
const codewords = drawCodewords(SLOTS, RECIPIENTS, random);
const rounds = Array.from({ length: ROUNDS }, () => round(codewords, random));
// The first round warms the compiler up and is not counted.
const counted = rounds.slice(1);
const ours = median(counted.map(({ portfolioMs, hypotheses }) => portfolioMs / hypotheses));
const peer = median(counted.map(({ peerMs }) => peerMs));
const line = {
  bench: 'trace',
  case: '1e6x1024',
  ours: digits(ours),
  peer: digits(peer),
  ratio: digits(peer / ours),
  unit: 'ms',
  ms: digits(ours),
  aloneMs: digits(median(counted.map(({ aloneMs }) => aloneMs))),
  tails: median(counted.map(({ tails }) => tails)),
  note: NOTE,
};
console.log(
  process.argv.includes('--json')
    ? JSON.stringify(line)
    : `trace 1e6x1024: ${line.ms} ms per hypothesis, ${line.aloneMs} alone, naive ${line.peer}`,
);

/** One leaked copy, traced by the portfolio, by one hypothesis, and by the naive loop. */
function round(all: Codewords, source: Seeded) {
  const leaker = source.below(RECIPIENTS);
  const columns = leakedColumns(all, leaker, source);
  const whole = timed(() => trace(all, columns, (portfolio) => portfolio));
  const alone = timed(() =>
    trace(all, columns, ({ classes, members }) => ({ classes, members: members.slice(0, 1) })),
  );
  const portfolio = portfolioFor(codeClasses(sizesOf(columns)));
  const naive = timed(() => scoreNaively(all, columns, portfolio.members[0]?.statistic));
  for (const { best } of [whole.result, alone.result]) {
    if (best !== leaker) throw new Error(`expected recipient ${leaker}, found ${best}`);
  }
  return {
    portfolioMs: whole.ms,
    hypotheses: portfolio.members.length,
    aloneMs: alone.ms,
    peerMs: (naive.ms * RECIPIENTS) / PEER_SAMPLE,
    tails: whole.result.tails,
  };
}

/**
 * Everything that depends on the leaked word: tables, tails, the scan and the p-values of its hits.
 */
function trace(
  all: Codewords,
  columns: readonly (number | null)[],
  choose: (portfolio: Portfolio) => Portfolio,
) {
  const portfolio = choose(portfolioFor(codeClasses(sizesOf(columns))));
  const scanner = createScanner(columns, portfolio, Math.log(JUDGED / RECIPIENTS));
  const hits = scanner.scan(all.words);
  const judged = hits.map(({ row, ones }) => ({ row, lnP: judge(portfolio, ones).lnP }));
  const best = judged.reduce((a, b) => (b.lnP < a.lnP ? b : a), { row: -1, lnP: 1 });
  return { best: best.row, tails: hits.length * portfolio.members.length };
}

function leakedColumns(all: Codewords, leaker: number, source: Seeded): (number | null)[] {
  return all.levels.map((level, slot) => {
    const p = BIASES[level] ?? BIASES[1];
    const one = chanceOfOne(COPY, p / 65_536, 1, bitOf(all, leaker, slot));
    const y = source.unit() < one ? 1 : 0;
    return source.unit() < ERASED ? null : 2 * level + y;
  });
}

function sizesOf(columns: readonly (number | null)[]): number[] {
  return [0, 1, 2, 3, 4, 5].map((g) => columns.filter((column) => column === g).length);
}

function scoreNaively(
  { words, rowWords }: Codewords,
  columns: readonly (number | null)[],
  statistic: Statistic | undefined,
): number {
  const gains = Float64Array.from(columns, (g) => (g === null ? 0 : (statistic?.gains[g] ?? 0)));
  let top = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < PEER_SAMPLE; row++) {
    let score = statistic?.base ?? 0;
    for (let slot = 0; slot < gains.length; slot++) {
      const word = words[row * rowWords + (slot >> 5)] ?? 0;
      score += (gains[slot] ?? 0) * ((word >>> (slot & 31)) & 1);
    }
    top = Math.max(top, score);
  }
  return top;
}

function timed<T>(run: () => T): { readonly ms: number; readonly result: T } {
  const start = performance.now();
  const result = run();
  return { ms: performance.now() - start, result };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function digits(value: number): number {
  return Number(value.toPrecision(4));
}
