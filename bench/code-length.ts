/**
 * How many read slots it takes to name somebody of a coalition in 95 of 100 leaks: the smallest
 * multiple of 5 at which at least 95 % of the trials do, by bisection. One scope, recipients are
 * participants, one look (alpha / N), normalisation detector on. `--recipients 100` (or 10000) for
 * another N, `--trials` for other than 400, `--only c2` for one case. Cases run side by side, as
 * many as there are processors.
 */
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { decode } from '../src/marking/decoder/decode.ts';
import type { Hypothesis, Strategy } from '../src/marking/decoder/hypotheses.ts';
import { namesSomebody } from '../src/marking/decoder/power.ts';
import { drawCodewords, drawLevels } from '../tests/support/codewords.ts';
import { leakedSlots, sceneOf } from '../tests/support/leaked-word.ts';
import { seeded } from '../tests/support/seeded.ts';
import { print, round } from './harness.ts';
import { inThreads } from './threads.ts';

const ALPHA = 1e-6;
const POWER = 0.95;
const GRID = 5;
/** Seconds that all cases of 1 000 recipients may take together. */
const LONGEST = 600;
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
const LN_LEVEL = Math.log(ALPHA / recipients);

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

if (isMainThread) {
  // The longest first.
  const names = [...CASES.map(({ name }) => name).toReversed(), ALL_CAUGHT];
  const asked = names.filter((name) => values.only === undefined || name === values.only);
  await inThreads<string, null>(import.meta.url, asked);
  if (recipients === 1_000 && values.only === undefined) printAll();
} else {
  const name = workerData as string;
  if (name === ALL_CAUGHT) printAllCaught();
  for (const each of CASES.filter((one) => one.name === name)) printNeed(each);
  parentPort?.postMessage(null);
}

/** What all cases together took; on a busy machine the time of the processors says more. */
function printAll(): void {
  const { user, system } = process.cpuUsage();
  const taken = performance.now() / 1_000;
  print({
    bench: 'code-length',
    case: `N${recipients}-all`,
    ours: round(taken),
    peer: LONGEST,
    ratio: round(LONGEST / taken),
    unit: 'seconds for all cases (peer: the bar)',
    cpuSeconds: Math.round((user + system) / 1_000_000),
    trials,
  });
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
    const scene = sceneFor(hypothesis, slots, trial);
    if (!namesSomebody(scene, hypothesis.colluders, LN_LEVEL)) missed += 1;
  }
  return missed <= spare;
}

function sceneFor(hypothesis: Hypothesis, slots: number, trial: number) {
  const random = seeded(1_000_003 * slots + 7_919 * hypothesis.colluders + trial);
  const codewords = drawCodewords(drawLevels(slots, random), recipients, random);
  return sceneOf(codewords, leakedSlots(codewords, hypothesis, UNDAMAGED, random));
}

/** How often all of two colluders are named at 200 slots. */
function printAllCaught(): void {
  const start = performance.now();
  const hypothesis: Hypothesis = { strategy: 'interleave', colluders: 2 };
  let caught = 0;
  let others = 0;
  for (let trial = 0; trial < trials; trial++) {
    const found = decode(sceneFor(hypothesis, 200, trial), LN_LEVEL, LN_LEVEL + NEAR)
      .filter(({ lnP }) => lnP <= LN_LEVEL)
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
