/**
 * How often somebody who took no part is named: mixed attacks by one to four planted colluders,
 * detector and known words on, at least a million innocent tests.
 */

import type { ArtifactId } from '../src/domain/ids.ts';
import { BIASES } from '../src/marking/code.ts';
import { lnPrice } from '../src/marking/decoder/budget.ts';
import { createScanner } from '../src/marking/decoder/bulk.ts';
import { examineFamilies } from '../src/marking/decoder/families.ts';
import { chanceOfOne, type Hypothesis, STRATEGIES } from '../src/marking/decoder/hypotheses.ts';
import { knownWordOf } from '../src/marking/decoder/known-word.ts';
import { judge, portfolioFor } from '../src/marking/decoder/portfolio.ts';
import { isRead, type TracedSlot } from '../src/marking/decoder/slots.ts';
import { classOf, codeClasses } from '../src/marking/decoder/statistic.ts';
import { type Seeded, seeded } from '../tests/support/seeded.ts';
import { bitOf, type Codewords, drawCodewords } from './codewords.ts';

const RECIPIENTS = 1_000;
const TRIALS = 1_010;
const ALPHA = 1e-6;
const FAMILIES = ['prose.word', 'prose.phrase', 'yara.order', 'sigma.order'] as const;

/** Innocents are also counted at a level that they do reach, so that the bench can fail. */
const CONTROL = 1e-3;

type Tally = { tests: number; accusations: number; atControl: number; found: number };

const random = seeded(20_250_708);
const tally: Tally = { tests: 0, accusations: 0, atControl: 0, found: 0 };
const start = performance.now();
for (let trial = 0; trial < TRIALS; trial++) runTrial(tally, 1 + (trial % 4), random);
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
  trials: TRIALS,
  trialsWithColluderNamed: tally.found,
  seconds: Number(((performance.now() - start) / 1_000).toFixed(1)),
};
console.log(
  process.argv.includes('--json')
    ? JSON.stringify(line)
    : `innocent mixed: ${line.accusations} named in ${line.tests} tests, p ≤ .001 for ${line.ours}`,
);

/** Plants `colluders` among fresh recipients and counts who is named. */
function runTrial(counts: Tally, colluders: number, source: Seeded): void {
  const slots = 120 + source.below(160);
  const codewords = drawCodewords(slots, RECIPIENTS, source);
  const strategy = STRATEGIES[source.below(STRATEGIES.length)] ?? 'interleave';
  const traced = leakedSlots(codewords, { strategy, colluders }, source);
  counts.tests += RECIPIENTS - colluders;
  if (knownWordOf(traced.filter(isRead)) !== null) return;
  const named = judgeAll(codewords, traced);
  // The colluders are the first recipients: any rows would do, the words are drawn independently.
  const innocents = named.filter(({ row }) => row >= colluders);
  const lnAlpha = Math.log(ALPHA) - lnPrice({ cap: RECIPIENTS, look: 1 });
  counts.accusations += innocents.filter(({ lnP }) => lnP <= lnAlpha).length;
  counts.atControl += innocents.filter(({ lnP }) => lnP <= Math.log(CONTROL)).length;
  if (named.some(({ row, lnP }) => row < colluders && lnP <= lnAlpha)) counts.found += 1;
}

/** Exact p-values of all who come near the control level, as a trace computes them. */
function judgeAll(codewords: Codewords, traced: readonly TracedSlot[]) {
  const erased = new Set(
    examineFamilies(traced)
      .reports.filter((family) => family.erased)
      .map(({ family }) => family),
  );
  const columns = traced.map(({ p, y, family }) =>
    y === null || erased.has(family) ? null : classOf(p, y),
  );
  const sizes = [0, 1, 2, 3, 4, 5].map((g) => columns.filter((column) => column === g).length);
  const portfolio = portfolioFor(codeClasses(sizes));
  // A screen ten times wider than the level: the saddlepoint is within a decade.
  const hits = createScanner(columns, portfolio, Math.log(10 * CONTROL)).scan(codewords.words);
  return hits.map(({ row, ones }) => ({ row, lnP: judge(portfolio, ones).lnP }));
}

function leakedSlots(codewords: Codewords, hypothesis: Hypothesis, source: Seeded): TracedSlot[] {
  const erasedShare = 0.4 * source.unit();
  return codewords.levels.map((level, i) => {
    const p = BIASES[level] ?? BIASES[1];
    const { colluders } = hypothesis;
    let ones = 0;
    for (let row = 0; row < colluders; row++) ones += bitOf(codewords, row, i);
    const bit = source.unit() < chanceOfOne(hypothesis, p / 65_536, colluders, ones) ? 1 : 0;
    const y = source.unit() < erasedShare ? null : bit;
    const polarity = source.below(2);
    return {
      key: { artifact: 'bench' as ArtifactId, slot: String(i) },
      family: FAMILIES[i % FAMILIES.length] ?? '',
      scope: 'participant',
      p,
      y,
      value: y === null ? null : y === polarity ? 0 : 1,
      authored: polarity === 1 ? p / 65_536 : 1 - p / 65_536,
    };
  });
}
