/**
 * How often somebody who took no part is named: mixed attacks by one to four planted colluders,
 * some mixed with the public text, all tests of a trace, detector and known words on. Ten million
 * tests of innocents and some; `--trials 1010` for a tenth. Trials run side by side, as many as
 * there are processors.
 */
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { ALPHA } from '../src/marking/decoder/score.ts';
import {
  addTallies,
  CONTROL,
  type InnocentTally,
  NO_TRIALS,
  runInnocents,
} from '../tests/support/innocents.ts';
import { print, round } from './harness.ts';
import { inThreads } from './threads.ts';

/** Trials of one thread at a time: from one number to before another. */
type Work = { readonly from: number; readonly to: number };

const AT_A_TIME = 100;

if (isMainThread) await runAll();
else {
  const { from, to } = workerData as Work;
  parentPort?.postMessage(runInnocents(from, to));
}

async function runAll(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, trials: { type: 'string', default: '10100' } },
  });
  const trials = Number(values.trials);
  const works: Work[] = [];
  for (let from = 0; from < trials; from += AT_A_TIME) {
    works.push({ from, to: Math.min(trials, from + AT_A_TIME) });
  }
  const start = performance.now();
  const tallies = await inThreads<Work, InnocentTally>(import.meta.url, works);
  const { tests, named, atControl, found } = tallies.reduce(addTallies, NO_TRIALS);
  const observed = atControl / tests;
  print({
    bench: 'innocent',
    case: 'mixed',
    ours: round(observed),
    peer: CONTROL,
    ratio: round(CONTROL / observed),
    unit: 'share of innocents with p at most 0.001 (peer: the bound)',
    accusations: named,
    tests,
    alpha: ALPHA,
    /** 99 % upper bound on the chance per test, when none was accused. */
    atMostPerTest: round(-Math.log(0.01) / tests),
    trials,
    trialsWithColluderNamed: found,
    seconds: Number(((performance.now() - start) / 1_000).toFixed(1)),
    cpuSeconds: round(process.cpuUsage().user / 1e6),
  });
}
