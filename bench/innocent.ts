/**
 * How often somebody who took no part is named: mixed attacks by one to four planted colluders,
 * some mixed with the public text, all tests of a trace, detector and known words on. At least a
 * million tests of innocents; `--trials 10010` for ten million.
 */
import { parseArgs } from 'node:util';
import { lnPrice } from '../src/marking/decoder/budget.ts';
import { decode } from '../src/marking/decoder/decode.ts';
import { STRATEGIES } from '../src/marking/decoder/hypotheses.ts';
import { knownWordOf } from '../src/marking/decoder/known-word.ts';
import { isRead } from '../src/marking/decoder/slots.ts';
import { type Seeded, seeded } from '../tests/support/seeded.ts';
import { drawCodewords } from './codewords.ts';
import { leakedSlots, sceneOf } from './leak.ts';

const RECIPIENTS = 1_000;
const ALPHA = 1e-6;

/** Innocents are also counted at a level that they do reach, so that the bench can fail. */
const CONTROL = 1e-3;

type Tally = { tests: number; accusations: number; atControl: number; found: number };

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, trials: { type: 'string', default: '1010' } },
});
const trials = Number(values.trials);
const random = seeded(20_250_708);
const tally: Tally = { tests: 0, accusations: 0, atControl: 0, found: 0 };
const start = performance.now();
for (let trial = 0; trial < trials; trial++) runTrial(tally, 1 + (trial % 4), random);
const observed = tally.atControl / tally.tests;
const line = {
  bench: 'innocent',
  case: 'mixed',
  ours: Number(observed.toPrecision(4)),
  peer: CONTROL,
  ratio: Number((CONTROL / observed).toPrecision(4)),
  unit: 'share of innocents with p at most 0.001 (peer: the bound)',
  accusations: tally.accusations,
  tests: tally.tests,
  alpha: ALPHA,
  /** 99 % upper bound on the chance per test, when none was accused. */
  atMostPerTest: Number((-Math.log(0.01) / tally.tests).toPrecision(3)),
  trials,
  trialsWithColluderNamed: tally.found,
  seconds: Number(((performance.now() - start) / 1_000).toFixed(1)),
};
console.log(
  values.json
    ? JSON.stringify(line)
    : `innocent mixed: ${line.accusations} named in ${line.tests} tests, p ≤ .001 for ${line.ours}`,
);

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
