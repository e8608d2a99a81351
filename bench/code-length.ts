/**
 * How many read slots it takes to name somebody of a coalition in 95 of 100 leaks: the smallest
 * multiple of 5 at which at least 95 % of the trials do, by bisection. One scope, recipients are
 * participants, one look (alpha / N), normalisation detector on. `--recipients 100` (or 10000) for
 * another N, `--trials` for other than 400, `--only c2` for one case. Cases run side by side, as
 * many as there are processors.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, Worker } from 'node:worker_threads';
import { decode, decodeByStages, type Scene, SHARES } from '../src/marking/decoder/decode.ts';
import type { Hypothesis, Strategy } from '../src/marking/decoder/hypotheses.ts';
import { portfolioFor } from '../src/marking/decoder/portfolio.ts';
import { lnChernoff } from '../src/marking/decoder/saddlepoint.ts';
import { scoreOf } from '../src/marking/decoder/statistic.ts';
import { GRID_NATS } from '../src/marking/decoder/tail.ts';
import { countOnes, groupSlots } from '../src/marking/decoder/words.ts';
import { seeded } from '../tests/support/seeded.ts';
import { drawCodewords } from './codewords.ts';
import { print, round } from './harness.ts';
import { leakedSlots, sceneOf } from './leak.ts';

const ALPHA = 1e-6;
const POWER = 0.95;
const GRID = 5;
/**
 * The saddlepoint, by which it is chosen who gets an exact tail, is within this many nats of it.
 */
const NEAR = 4;
const UNDAMAGED = { erased: 0, authored: 0 };

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    recipients: { type: 'string', default: '1000' },
    trials: { type: 'string', default: '400' },
    only: { type: 'string' },
  },
});
const recipients = Number(values.recipients);
const trials = Number(values.trials);

type Case = {
  readonly name: string;
  readonly colluders: number;
  readonly strategies: readonly Strategy[];
  /** The largest number of slots looked at. */
  readonly most: number;
  /** For N = 1 000: what is asked for. */
  readonly bar: number;
};

const CASES: readonly Case[] = [
  { name: 'c1', colluders: 1, strategies: ['interleave'], most: 120, bar: 55 },
  { name: 'c2', colluders: 2, strategies: ['interleave'], most: 320, bar: 145 },
  { name: 'c3-interleave', colluders: 3, strategies: ['interleave'], most: 480, bar: 300 },
  { name: 'c3-minority', colluders: 3, strategies: ['minority'], most: 480, bar: 280 },
  {
    name: 'c5-worst',
    colluders: 5,
    // The worst first: the others are only looked at above it.
    strategies: ['coin', 'majority', 'interleave', 'minority', 'all1'],
    most: 2_000,
    bar: 1_600,
  },
];

const ALL_CAUGHT = 'c2-all-200';

if (isMainThread && values.only === undefined) await runSideBySide();
else if (values.only === ALL_CAUGHT) printAllCaught();
else for (const each of CASES.filter(({ name }) => name === values.only)) printNeed(each);

/** The longest first, each in a thread of its own. */
async function runSideBySide(): Promise<void> {
  const left = [...CASES.map(({ name }) => name).toReversed(), ALL_CAUGHT];
  const runNext = async (): Promise<void> => {
    const name = left.shift();
    if (name === undefined) return;
    const argv = [...process.argv.slice(2), '--only', name];
    const worker = new Worker(new URL(import.meta.url), { argv });
    await new Promise((resolve, reject) => {
      worker.once('exit', resolve);
      worker.once('error', reject);
    });
    await runNext();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runNext));
}

function printNeed({ name, colluders, strategies, most, bar }: Case): void {
  const start = performance.now();
  const { slots, strategy } = slotsNeeded(strategies, colluders, most);
  print({
    bench: 'code-length',
    case: `N${recipients}-${name}`,
    ours: slots,
    peer: bar,
    ratio: round(bar / slots),
    unit: 'slots (peer: the bar for 1 000 recipients)',
    slots,
    worst: strategy,
    trials,
    seconds: seconds(start),
  });
}

/**
 * The need against the strategy that asks for most: each is looked at only above the last one's.
 */
function slotsNeeded(strategies: readonly Strategy[], colluders: number, most: number) {
  let worst = { slots: 0, strategy: strategies[0] ?? 'interleave' };
  for (const strategy of strategies) {
    const hypothesis = { strategy, colluders };
    if (worst.slots > 0 && suffices(hypothesis, worst.slots)) continue;
    let short = worst.slots / GRID;
    let enough = most / GRID;
    while (enough - short > 1) {
      const middle = (short + enough) >> 1;
      if (suffices(hypothesis, middle * GRID)) enough = middle;
      else short = middle;
    }
    worst = { slots: enough * GRID, strategy };
  }
  return worst;
}

/** Whether enough trials name somebody: stops as soon as too many have not. */
function suffices(hypothesis: Hypothesis, slots: number): boolean {
  const spare = Math.floor(trials * (1 - POWER) + 1e-9);
  let missed = 0;
  for (let trial = 0; trial < trials && missed <= spare; trial++) {
    if (!namesSomebody(hypothesis, slots, trial)) missed += 1;
  }
  return missed <= spare;
}

function sceneFor(hypothesis: Hypothesis, slots: number, trial: number) {
  const random = seeded(1_000_003 * slots + 7_919 * hypothesis.colluders + trial);
  const codewords = drawCodewords(slots, recipients, random);
  return sceneOf(codewords, leakedSlots(codewords, hypothesis, UNDAMAGED, random));
}

/** The trace's own tests in their order, up to the first that names a colluder. */
function namesSomebody(hypothesis: Hypothesis, slots: number, trial: number): boolean {
  const lnLevel = Math.log(ALPHA / recipients);
  const scene = sceneFor(hypothesis, slots, trial);
  if (surelyNamed(scene, hypothesis.colluders, lnLevel)) return true;
  for (const findings of decodeByStages(scene, lnLevel, lnLevel + NEAR)) {
    if (findings.some(({ row, lnP }) => row < hypothesis.colluders && lnP <= lnLevel)) return true;
  }
  return false;
}

/**
 * Chernoff's bound is above the exact tail and much cheaper: below the level it decides as well.
 */
function surelyNamed({ words, slots, given }: Scene, colluders: number, lnLevel: number): boolean {
  const grouping = groupSlots(slots, given);
  const { members } = portfolioFor(grouping.classes);
  const own = { ...words, rows: colluders };
  const counts = countOnes(own, grouping);
  const width = grouping.classes.length;
  return Array.from({ length: colluders }, (_, row) =>
    counts.subarray(row * width, (row + 1) * width),
  ).some((ones) =>
    members.some(({ statistic, weight }) => {
      const bound = lnChernoff(statistic, scoreOf(statistic, ones) - GRID_NATS * width);
      return bound - Math.log(weight * SHARES.single) <= lnLevel;
    }),
  );
}

/** How often all of two colluders are named at 200 slots. */
function printAllCaught(): void {
  const start = performance.now();
  const hypothesis: Hypothesis = { strategy: 'interleave', colluders: 2 };
  const lnLevel = Math.log(ALPHA / recipients);
  let caught = 0;
  let others = 0;
  for (let trial = 0; trial < trials; trial++) {
    const found = decode(sceneFor(hypothesis, 200, trial), lnLevel, lnLevel + NEAR)
      .filter(({ lnP }) => lnP <= lnLevel)
      .map(({ row }) => row);
    if (found.filter((row) => row < 2).length === 2) caught += 1;
    others += found.filter((row) => row >= 2).length;
  }
  print({
    bench: 'code-length',
    case: `N${recipients}-${ALL_CAUGHT}`,
    ours: caught / trials,
    peer: 0.94,
    ratio: round(caught / trials / 0.94),
    unit: 'share of trials in which both of two are named at 200 slots (peer: the bar)',
    othersNamed: others,
    trials,
    seconds: seconds(start),
  });
}

function seconds(start: number): number {
  return Number(((performance.now() - start) / 1_000).toFixed(1));
}
