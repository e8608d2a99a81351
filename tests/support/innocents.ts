import { lnPrice } from '../../src/marking/decoder/budget.ts';
import { decode } from '../../src/marking/decoder/decode.ts';
import { STRATEGIES } from '../../src/marking/decoder/hypotheses.ts';
import { knownWordOf } from '../../src/marking/decoder/known-word.ts';
import { ALPHA } from '../../src/marking/decoder/score.ts';
import { isRead } from '../../src/marking/decoder/slots.ts';
import { drawCodewords, drawLevels } from './codewords.ts';
import { leakedSlots, sceneOf } from './leaked-word.ts';
import { type Seeded, seeded } from './seeded.ts';

const RECIPIENTS = 1_000;

/** The control: this share of innocents may have a p-value at most this. */
export const CONTROL = 1e-3;

/** What trials came to: tests of innocents, how many of these were named, and at the control. */
export type InnocentTally = {
  readonly tests: number;
  readonly named: number;
  readonly atControl: number;
  /** Trials in which one of the colluders was named. */
  readonly found: number;
};

export const NO_TRIALS: InnocentTally = { tests: 0, named: 0, atControl: 0, found: 0 };

export function addTallies(a: InnocentTally, b: InnocentTally): InnocentTally {
  return {
    tests: a.tests + b.tests,
    named: a.named + b.named,
    atControl: a.atControl + b.atControl,
    found: a.found + b.found,
  };
}

/**
 * The trials from one number to before another: each plants one to four colluders among fresh
 * recipients, who attack in one of six ways, at times mixed with the public text, and runs all
 * tests of a trace, detector and known words on. What a trial draws depends on its number alone.
 */
export function runInnocents(from: number, to: number): InnocentTally {
  let tally = NO_TRIALS;
  for (let trial = from; trial < to; trial++) {
    tally = addTallies(tally, runTrial(1 + (trial % 4), seeded(20_250_708 + trial)));
  }
  return tally;
}

function runTrial(colluders: number, random: Seeded): InnocentTally {
  const slots = 120 + random.below(160);
  const codewords = drawCodewords(drawLevels(slots, random), RECIPIENTS, random);
  const strategy = STRATEGIES[random.below(STRATEGIES.length)] ?? 'interleave';
  const damage = {
    erased: 0.4 * random.unit(),
    authored: random.below(4) === 0 ? 0.7 * random.unit() : 0,
  };
  const traced = leakedSlots(codewords, { strategy, colluders }, damage, random);
  // Nobody is scored then, so nothing is tested.
  if (knownWordOf(traced.filter(isRead)) !== null) return NO_TRIALS;
  const lnLevel = Math.log(ALPHA) - lnPrice({ cap: RECIPIENTS, look: 1 });
  // A screen ten times wider than the control: the saddlepoint is within a decade.
  const findings = decode(sceneOf(codewords, traced), lnLevel, Math.log(10 * CONTROL));
  // The colluders are the first recipients: any rows would do, the words are drawn independently.
  const innocents = findings.filter(({ row }) => row >= colluders);
  return {
    tests: RECIPIENTS - colluders,
    named: innocents.filter(({ lnP }) => lnP <= lnLevel).length,
    atControl: innocents.filter(({ lnP }) => lnP <= Math.log(CONTROL)).length,
    found: findings.some(({ row, lnP }) => row < colluders && lnP <= lnLevel) ? 1 : 0,
  };
}
