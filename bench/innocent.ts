/**
 * How often somebody who took no part is named: mixed attacks by one to four planted colluders,
 * some mixed with the public text, all tests of a trace, detector and known words on. At least a
 * million tests of innocents; `--trials 10010` for ten million. Trials run side by side, as many as
 * there are processors; which trial draws what depends on its number alone.
 */

import { parseArgs } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { lnPrice } from '../src/marking/decoder/budget.ts';
import { decode } from '../src/marking/decoder/decode.ts';
import { STRATEGIES } from '../src/marking/decoder/hypotheses.ts';
import { knownWordOf } from '../src/marking/decoder/known-word.ts';
import { isRead } from '../src/marking/decoder/slots.ts';
import { type Seeded, seeded } from '../tests/support/seeded.ts';
import { drawCodewords } from './codewords.ts';
import { print, round } from './harness.ts';
import { leakedSlots, sceneOf } from './leak.ts';
import { inThreads } from './threads.ts';

const RECIPIENTS = 1_000;
const ALPHA = 1e-6;

/** Innocents are also counted at a level that they do reach, so that the bench can fail. */
const CONTROL = 1e-3;

type Tally = { tests: number; accusations: number; atControl: number; found: number };

/** Trials of one thread at a time: from one number to before another. */
type Work = { readonly from: number; readonly to: number };

const AT_A_TIME = 100;
const SEED = 20_250_708;

if (isMainThread) await runAll();
else parentPort?.postMessage(runTrials(workerData as Work));

async function runAll(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, trials: { type: 'string', default: '1010' } },
  });
  const trials = Number(values.trials);
  const works: Work[] = [];
  for (let from = 0; from < trials; from += AT_A_TIME) {
    works.push({ from, to: Math.min(trials, from + AT_A_TIME) });
  }
  const start = performance.now();
  const tallies = await inThreads<Work, Tally>(import.meta.url, works);
  const sum = (of: (tally: Tally) => number) =>
    tallies.reduce((total, each) => total + of(each), 0);
  const tests = sum((tally) => tally.tests);
  const observed = sum((tally) => tally.atControl) / tests;
  print({
    bench: 'innocent',
    case: 'mixed',
    ours: round(observed),
    peer: CONTROL,
    ratio: round(CONTROL / observed),
    unit: 'share of innocents with p at most 0.001 (peer: the bound)',
    accusations: sum((tally) => tally.accusations),
    tests,
    alpha: ALPHA,
    /** 99 % upper bound on the chance per test, when none was accused. */
    atMostPerTest: round(-Math.log(0.01) / tests),
    trials,
    trialsWithColluderNamed: sum((tally) => tally.found),
    seconds: Number(((performance.now() - start) / 1_000).toFixed(1)),
    cpuSeconds: round(process.cpuUsage().user / 1e6),
  });
}

function runTrials({ from, to }: Work): Tally {
  const tally: Tally = { tests: 0, accusations: 0, atControl: 0, found: 0 };
  for (let trial = from; trial < to; trial++)
    runTrial(tally, 1 + (trial % 4), seeded(SEED + trial));
  return tally;
}

/** Plants `colluders` among fresh recipients and counts who is named. */
function runTrial(counts: Tally, colluders: number, source: Seeded): void {
  const slots = 120 + source.below(160);
  const codewords = drawCodewords(slots, RECIPIENTS, source);
  const strategy = STRATEGIES[source.below(STRATEGIES.length)] ?? 'interleave';
  const damage = {
    erased: 0.4 * source.unit(),
    authored: source.below(4) === 0 ? 0.7 * source.unit() : 0,
  };
  const traced = leakedSlots(codewords, { strategy, colluders }, damage, source);
  counts.tests += RECIPIENTS - colluders;
  if (knownWordOf(traced.filter(isRead)) !== null) return;
  const lnAlpha = Math.log(ALPHA) - lnPrice({ cap: RECIPIENTS, look: 1 });
  // A screen ten times wider than the control level: the saddlepoint is within a decade.
  const findings = decode(sceneOf(codewords, traced), lnAlpha, Math.log(10 * CONTROL));
  // The colluders are the first recipients: any rows would do, the words are drawn independently.
  const innocents = findings.filter(({ row }) => row >= colluders);
  counts.accusations += innocents.filter(({ lnP }) => lnP <= lnAlpha).length;
  counts.atControl += innocents.filter(({ lnP }) => lnP <= Math.log(CONTROL)).length;
  if (findings.some(({ row, lnP }) => row < colluders && lnP <= lnAlpha)) counts.found += 1;
}
