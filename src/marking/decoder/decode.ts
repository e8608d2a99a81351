import { type JointTest, jointTest, lnJointEvidence } from './joint.ts';
import { layOut } from './joint-words.ts';
import { partnersOf } from './partners.ts';
import {
  judge,
  lnAbout,
  lnFactor,
  type Portfolio,
  passesScreen,
  portfolioFor,
  screeningScores,
} from './portfolio.ts';
import { type CodeSlot, countOnes, groupSlots, type Words, wordAt } from './words.ts';

/**
 * How the error budget of a look is shared among the kinds of test: a p-value of one kind is
 * divided by its share, a union bound. Candidates alone; with one and with two others, by exact
 * tails given those; the same by leave-one-out e-values; and given those identified, halved at
 * every round.
 */
export const SHARES = {
  single: 0.48,
  pair: 0.3,
  triple: 0.13,
  pairEvidence: 0.02,
  tripleEvidence: 0.02,
  conditional: 0.05,
} as const;

/** How many others a candidate is joined with: one by one, and two at a time. */
export const JOINED = { 2: 400, 3: 96 } as const;

/** What is scored: words over read slots, and words that are parts of the leak already. */
export type Scene = {
  readonly words: Words;
  readonly slots: readonly CodeSlot[];
  /** One entry per slot in each: the bits of the public text, where a copy was mixed with it. */
  readonly given: readonly ArrayLike<number>[];
};

/** A candidate's p-value, its share of the budget paid for, and which test gave it. */
export type Finding = { readonly row: number; readonly lnP: number; readonly test: string };

/**
 * The least p-value of every candidate worth judging, one finding a row; of a candidate that
 * several tests identify the first one's, which rests on the fewest other words. `lnLevel` is what
 * identifies; candidates whose own p-value is about e^lnScreen or less get an exact one.
 *
 * For whoever took no part, P(lnP ≤ level) ≤ e^level, whatever was done to the sample: which words
 * are given in a test, and with which share, follows from the leaked word and the words of others.
 * Whoever is given is not tested again. A copy given wrongly costs power only. Findings of pairs
 * and triples are final; no round is given them.
 */
export function decode(scene: Scene, lnLevel: number, lnScreen: number): Finding[] {
  const best = new Map<number, Finding>();
  for (const findings of decodeByStages(scene, lnLevel, lnScreen)) {
    for (const finding of findings) {
      const known = best.get(finding.row)?.lnP ?? 1;
      if (known > lnLevel && finding.lnP < known) best.set(finding.row, finding);
    }
  }
  return [...best.values()];
}

/**
 * The same kind by kind, the cheap ones first, for whoever stops at the first name: candidates
 * alone, by exact tails; with one and with two of the others; given those identified alone, round
 * by round.
 */
export function* decodeByStages(
  scene: Scene,
  lnLevel: number,
  lnScreen: number,
): Generator<Finding[]> {
  const own = scoreWith(scene.words, scene.slots, scene.given);
  const single = judgeAll(own, scene.words.rows, lnScreen, Math.log(SHARES.single), '');
  yield single;
  const ranked = rank(own, scene.words.rows);
  const named = new Set(single.filter(({ lnP }) => lnP <= lnLevel).map(({ row }) => row));
  yield* joint(scene, ranked, 2, { lnLevel, named });
  yield* joint(scene, ranked, 3, { lnLevel, named });
  yield* successive(scene, single, lnLevel);
}

/** `counts` holds `width` numbers of ones for each row. */
type Scored = {
  readonly portfolio: Portfolio;
  readonly counts: Int32Array;
  readonly width: number;
};

function onesOf({ counts, width }: Scored, row: number): Int32Array {
  return counts.subarray(row * width, (row + 1) * width);
}

function scoreWith(words: Words, slots: readonly CodeSlot[], given: Scene['given']): Scored {
  const grouping = groupSlots(slots, given);
  return {
    portfolio: portfolioFor(grouping.classes),
    counts: countOnes(words, grouping),
    width: grouping.classes.length,
  };
}

function judgeOne(scored: Scored, row: number, lnShare: number, given: string) {
  const { lnP, hypothesis } = judge(scored.portfolio, onesOf(scored, row));
  return { row, lnP: Math.min(0, lnP - lnShare), test: hypothesis + given };
}

/** Exact p-values of the rows that come near. */
function judgeAll(
  scored: Scored,
  rows: number,
  lnScreen: number,
  lnShare: number,
  label: string,
): Finding[] {
  const screen = screeningScores(scored.portfolio, lnScreen);
  const findings: Finding[] = [];
  for (let row = 0; row < rows; row++) {
    // A view of each row would cost more than the look at it.
    if (!passesScreen(scored.portfolio, screen, scored.counts, row * scored.width)) continue;
    findings.push(judgeOne(scored, row, lnShare, label));
  }
  return findings;
}

/** The rows by single score, the best first, ties in their order. */
function rank(scored: Scored, rows: number): number[] {
  const scores = Float64Array.from({ length: rows }, (_, row) =>
    lnFactor(scored.portfolio, onesOf(scored, row)),
  );
  return Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
}

/** What identifies, and who is identified already: more tests of theirs would change nothing. */
type Aim = { readonly lnLevel: number; readonly named: Set<number> };

/** Pairs or triples among the best rows. */
function* joint(
  scene: Scene,
  ranked: readonly number[],
  size: 2 | 3,
  aim: Aim,
): Generator<Finding[]> {
  const { words, slots, given } = scene;
  const rows = ranked.slice(0, JOINED[size] + 1);
  if (slots.length === 0 || rows.length < size) return;
  const test = jointTest(layOut(words, rows, groupSlots(slots, given)), size);
  const evidence = lnJointEvidence(test);
  const findings = byEvidence(size, rows, evidence);
  yield findings;
  note(aim, findings);
  yield* givenPartners(scene, test, rows, evidence, aim);
}

function note({ lnLevel, named }: Aim, findings: readonly Finding[]): void {
  for (const { row, lnP } of findings) if (lnP <= lnLevel) named.add(row);
}

function byEvidence(size: 2 | 3, rows: readonly number[], evidence: Float64Array): Finding[] {
  const share = size === 2 ? SHARES.pairEvidence : SHARES.tripleEvidence;
  return rows
    .map((row, i) => ({
      row,
      lnP: -(evidence[i] ?? 0) - Math.log(share),
      test: size === 2 ? 'pairs' : 'triples',
    }))
    .filter(({ lnP }) => lnP < 0);
}

/** An e-value is at most about this far above the p-value of the same evidence, in nats. */
const NEAR = 8;

/** The saddlepoint is within this many nats of the exact tail. */
const CLOSE = 4;

/** Candidates and partners that get exact tails; the rest would not be identified. */
const MOST_CANDIDATES = 12;
const MOST_PARTNERS = 3;

/**
 * Exact p-values given partners, for the candidates whose e-value comes near. An exact tail is
 * about a decade sharper than 1/E. p = min_S p(k | S) / share_S, S being the sets of others.
 */
function* givenPartners(
  { words, slots, given }: Scene,
  test: JointTest,
  rows: readonly number[],
  evidence: Float64Array,
  aim: Aim,
): Generator<Finding[]> {
  const { lnLevel, named } = aim;
  const lnShare = Math.log(test.size === 2 ? SHARES.pair : SHARES.triple);
  const near = rows
    .map((_, k) => k)
    .filter((k) => !named.has(rows[k] ?? 0))
    .filter((k) => -(evidence[k] ?? 0) - NEAR <= lnLevel + lnShare)
    .sort((a, b) => (evidence[b] ?? 0) - (evidence[a] ?? 0))
    .slice(0, MOST_CANDIDATES);
  const scored = new Map<string, Scored>();
  const scoreGiven = (set: readonly number[]) => {
    const name = [...set].sort((a, b) => a - b).join();
    const known = set.map((i) => wordAt(words, rows[i] ?? 0, slots.length));
    const made = scored.get(name) ?? scoreWith(words, slots, [...given, ...known]);
    scored.set(name, made);
    return made;
  };
  for (const k of near) {
    const row = rows[k] ?? 0;
    const findings: Finding[] = [];
    for (const partners of partnersOf(test, k, MOST_PARTNERS)) {
      const lnPrice = lnShare + partners.lnShare;
      const made = scoreGiven(partners.rows);
      if (lnAbout(made.portfolio, onesOf(made, row)) - lnPrice > lnLevel + CLOSE) continue;
      findings.push(judgeOne(made, row, lnPrice, `, with ${test.size - 1} more`));
    }
    note(aim, findings);
    yield findings;
  }
}

/** The bank's coalitions have one member more than this at most. */
const MOST_GIVEN = 7;

function* successive(
  scene: Scene,
  single: readonly Finding[],
  lnLevel: number,
): Generator<Finding[]> {
  const { words, slots, given } = scene;
  const identified = new Set<number>();
  let found = single.filter(({ lnP }) => lnP <= lnLevel);
  for (let round = 1; found.length > 0; round++) {
    for (const { row } of found) identified.add(row);
    if (given.length + identified.size > MOST_GIVEN) break;
    const known = [...identified].map((row) => wordAt(words, row, slots.length));
    const scored = scoreWith(words, slots, [...given, ...known]);
    const lnShare = Math.log(SHARES.conditional) - round * Math.LN2;
    const label = ', given those identified';
    const judged = judgeAll(scored, words.rows, lnLevel / 2, lnShare, label).filter(
      ({ row }) => !identified.has(row),
    );
    yield judged;
    found = judged.filter(({ lnP }) => lnP <= lnLevel);
  }
}
