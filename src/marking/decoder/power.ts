import { type Seeded, seeded } from '../../domain/seeded.ts';
import { BIASES } from '../code.ts';
import { decodeByStages, type Scene, SHARES } from './decode.ts';
import { chanceOfOne, type Hypothesis, READ_ERROR } from './hypotheses.ts';
import { portfolioFor } from './portfolio.ts';
import { lnChernoff } from './saddlepoint.ts';
import { scoreOf } from './statistic.ts';
import { GRID_NATS } from './tail.ts';
import { countOnes, groupSlots, packWords } from './words.ts';

/** A leak that has not happened. */
export type SupposedLeak = {
  /** Slots of one scope in what leaks. */
  readonly slots: number;
  /** Copies that are mixed, slot by slot from one of them at random. */
  readonly colluders: number;
  /** Share of the slots that cannot be read in what is found, 0 to 1. */
  readonly loss: number;
};

/**
 * Simulated leaks of one copy, and of several: pairs and threes of copies take far longer. The
 * standard error of the share is .025 and .05 at most.
 */
const TRIALS = { one: 400, several: 100 } as const;

/**
 * The saddlepoint, by which it is chosen who gets an exact tail, is within so many nats of it.
 */
const NEAR = 4;

/**
 * About how often a leak would name somebody at the level e^lnLevel: the share of simulated leaks
 * in which a trace's own tests do, with slots, words and read errors drawn as the code draws them.
 * Equal questions have equal answers. The real slots and their key take no part: an author who may
 * ask as often as he likes learns nothing of them.
 */
export function expectedPower(leak: SupposedLeak, lnLevel: number): number {
  if (leak.slots === 0) return 0;
  const trials = leak.colluders === 1 ? TRIALS.one : TRIALS.several;
  const random = seeded(leak.slots);
  const hypothesis: Hypothesis = { strategy: 'interleave', colluders: leak.colluders };
  let named = 0;
  for (let trial = 0; trial < trials; trial++) {
    if (namesSomebody(sceneOf(leak, hypothesis, random), leak.colluders, lnLevel)) named += 1;
  }
  return named / trials;
}

/**
 * Whether a trace's tests, in their order and up to the first name, name one of the first
 * `colluders` words of a scene.
 */
export function namesSomebody(scene: Scene, colluders: number, lnLevel: number): boolean {
  if (surelyNamed(scene, colluders, lnLevel)) return true;
  for (const findings of decodeByStages(scene, lnLevel, lnLevel + NEAR)) {
    if (findings.some(({ row, lnP }) => row < colluders && lnP <= lnLevel)) return true;
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

/** What is read of a leak by the coalition's words alone: a p-value depends on no others. */
function sceneOf({ slots, colluders, loss }: SupposedLeak, how: Hypothesis, random: Seeded): Scene {
  const read = Array.from({ length: slots }, () => {
    const eighth = random.below(8);
    const p = BIASES[eighth < 3 ? 0 : eighth < 5 ? 1 : 2];
    const bits = Array.from({ length: colluders }, () => (random.below(65_536) < p ? 1 : 0));
    const ones = bits.reduce((sum: number, bit) => sum + bit, 0);
    const one = chanceOfOne(how, p / 65_536, colluders, ones, READ_ERROR);
    const y: 0 | 1 = random.unit() < one ? 1 : 0;
    return { p, bits, y, kept: random.unit() >= loss };
  }).filter(({ kept }) => kept);
  return {
    words: packWords(colluders, read.length, (row, i) => (read[i]?.bits[row] === 1 ? 1 : 0)),
    slots: read.map(({ p, y }) => ({ p, y })),
    given: [],
  };
}
