/**
 * How long one hypothesis takes to score a million recipients over 1 024 slots, codewords given
 * bit-packed, the exact tails of all above screening included; and all pairs of 10 000 recipients
 * over 256 slots, of which a trace takes the best 400.
 */
import { BIASES } from '../src/marking/code.ts';
import { createScanner } from '../src/marking/decoder/bulk.ts';
import { chanceOfOne, type Hypothesis } from '../src/marking/decoder/hypotheses.ts';
import { jointTest, lnJointEvidence } from '../src/marking/decoder/joint.ts';
import { layOut } from '../src/marking/decoder/joint-words.ts';
import { judge, type Portfolio, portfolioFor } from '../src/marking/decoder/portfolio.ts';
import { JUDGED } from '../src/marking/decoder/stage.ts';
import { codeClasses, type Statistic } from '../src/marking/decoder/statistic.ts';
import { groupSlots } from '../src/marking/decoder/words.ts';
import { bitOf, type Codewords, drawCodewords } from '../tests/support/codewords.ts';
import { leakedSlots, sceneOf } from '../tests/support/leaked-word.ts';
import { type Seeded, seeded } from '../tests/support/seeded.ts';
import { median, print, round } from './harness.ts';

const RECIPIENTS = 1_000_000;
const SLOTS = 1_024;
const ERASED = 0.15;
const ROUNDS = 7;
/** All pairs take seconds. */
const PAIR_ROUNDS = 4;

/** Recipients the naive loop scores; its time is scaled up to all of them. */
const PEER_SAMPLE = 20_000;

const WHOLE = { erased: 0, authored: 0 };
const COPY: Hypothesis = { strategy: 'interleave', colluders: 1 };
const NOTE =
  'ms = the hypotheses of the portfolio together / their number; aloneMs = one by itself. ' +
  `Peer: one hypothesis, slot by slot, no tails, ${PEER_SAMPLE} recipients scaled to a million.`;

const random = seeded(1);
const codewords = drawCodewords(SLOTS, RECIPIENTS, random);
const rounds = Array.from({ length: ROUNDS }, () => traceOne(codewords, random));
// The first round warms the compiler up and is not counted.
const counted = rounds.slice(1);
const ours = median(counted.map(({ portfolioMs, hypotheses }) => portfolioMs / hypotheses));
const peer = median(counted.map(({ peerMs }) => peerMs));
print({
  bench: 'trace',
  case: '1e6x1024',
  ours: round(ours),
  peer: round(peer),
  ratio: round(peer / ours),
  unit: 'ms',
  ms: round(ours),
  aloneMs: round(median(counted.map(({ aloneMs }) => aloneMs))),
  tails: median(counted.map(({ tails }) => tails)),
  note: NOTE,
});

printPairs();

/** The evidence of all pairs of 10 000, every hypothesis. */
function printPairs(): void {
  const slots = 256;
  const rows = 10_000;
  const bar = 1_000;
  const times = Array.from({ length: PAIR_ROUNDS }, () => {
    const drawn = drawCodewords(slots, rows, random);
    const leaked = leakedSlots(drawn, { strategy: 'interleave', colluders: 2 }, WHOLE, random);
    const { words, slots: read } = sceneOf(drawn, leaked);
    const laidOut = layOut(words, [...Array(rows).keys()], groupSlots(read));
    const { ms, cpuMs, result } = timed(() => {
      const test = jointTest(laidOut, 2);
      return { hypotheses: test.full.length, evidence: lnJointEvidence(test) };
    });
    const best = result.evidence.indexOf(Math.max(...result.evidence));
    if (best > 1) throw new Error(`expected one of two colluders, found recipient ${best}`);
    return { ms: ms / result.hypotheses, cpuMs: cpuMs / result.hypotheses };
  });
  const ms = median(times.slice(1).map((time) => time.ms));
  print({
    bench: 'trace',
    case: 'pairs',
    ours: round(ms),
    peer: bar,
    ratio: round(bar / ms),
    unit: 'ms per hypothesis, all pairs of 10 000 over 256 slots (peer: the bar)',
    cpuMs: round(median(times.slice(1).map((time) => time.cpuMs))),
    note: 'the hypotheses of a trace together / their number; they share the counting',
  });
}

/** One leaked copy, traced by the portfolio, by one hypothesis, and by the naive loop. */
function traceOne(all: Codewords, source: Seeded) {
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

/** By the clock, and by what the process had of the processors, which others leave alone. */
function timed<T>(run: () => T) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const result = run();
  const { user, system } = process.cpuUsage(used);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1_000, result };
}
