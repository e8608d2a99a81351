import { codeBit, type MarkKey, recipientFor, type Scope } from '../code.ts';
import { type Budget, lnCorrected, lnPrice } from './budget.ts';
import type { CountedScope } from './counted.ts';
import { decode, type Finding, SHARES } from './decode.ts';
import { hypothesisName } from './hypotheses.ts';
import { portfolioFor } from './portfolio.ts';
import type { ReaderScore, Score, StageReport } from './result.ts';
import { authoredBit, type ReadSlot } from './slots.ts';
import { bitAt, groupSlots, packWords, type Words } from './words.ts';

/**
 * About how many unconcerned candidates of a stage get an exact p-value, besides all who come
 * anywhere near alpha. Up to this many candidates, everybody does.
 */
export const JUDGED = 64;

/** Somebody whose word is compared. At participant scope the reader does not matter. */
export type Named = { readonly participant: string; readonly reader: string };

/** The candidates that were judged, ascending in p-value, and what the stage rested on. */
export type Stage = { readonly report: StageReport; readonly scores: readonly ReaderScore[] };

/** What a stage needs besides slots and candidates. */
export type StageInput = Budget & { readonly key: MarkKey };

/** Tests every candidate on the slots of one scope. */
export function runStage(
  input: StageInput,
  scope: Scope,
  { kept: slots, mixed }: CountedScope,
  candidates: readonly Named[],
): Stage {
  const recipients = candidates.map(({ participant, reader }) =>
    recipientFor(scope, participant, reader),
  );
  const order = inOrder(recipients);
  const words = packWords(order.length, slots.length, (row, i) => {
    const slot = slots[i];
    const recipient = recipients[order[row] ?? 0] ?? '';
    return slot === undefined ? 0 : codeBit(input.key, recipient, slot.key, slot.p);
  });
  const given = mixed ? [slots.map(authoredBit)] : [];
  const lnLevel = Math.log(input.alpha) - lnPrice(input);
  const scores: ReaderScore[] = [];
  for (const finding of decode({ words, slots, given }, lnLevel, screenFor(candidates.length))) {
    const named = candidates[order[finding.row] ?? 0];
    if (named === undefined) continue;
    scores.push({ ...named, ...scoreOf(input, slots, words, finding) });
  }
  scores.sort((a, b) => a.log10P - b.log10P || compare(a, b));
  return { report: reportOf(scope, slots, given, candidates.length), scores };
}

/** The numbers of `ids` in ascending order of the ids: what ties are settled by. */
function inOrder(ids: readonly string[]): number[] {
  return Array.from(ids.keys()).sort((a, b) => ((ids[a] ?? '') < (ids[b] ?? '') ? -1 : 1));
}

function screenFor(candidates: number): number {
  return Math.log(JUDGED / candidates);
}

function scoreOf(
  budget: Budget,
  slots: readonly ReadSlot[],
  words: Words,
  { row, lnP, test }: Finding,
): Score {
  const ln = lnCorrected(budget, { lnCase: lnP, lnPooled: null, lnE: null });
  const agreeing = slots.filter(({ y }, i) => bitAt(words, row, i) === y).length;
  return {
    p: probability(lnP),
    log10P: lnP / Math.LN10,
    corrected: probability(ln),
    identified: ln <= Math.log(budget.alpha),
    hypothesis: test,
    agreeing,
    disagreeing: slots.length - agreeing,
  };
}

/** A probability from its logarithm, never rounded to 0. */
export function probability(ln: number): number {
  return Math.min(1, Math.max(Math.exp(ln), Number.MIN_VALUE));
}

function compare(a: Named, b: Named): number {
  const left = `${a.participant}/${a.reader}`;
  const right = `${b.participant}/${b.reader}`;
  return left < right ? -1 : left > right ? 1 : 0;
}

function reportOf(
  scope: Scope,
  slots: readonly ReadSlot[],
  given: readonly ArrayLike<number>[],
  tested: number,
): StageReport {
  const { members } = portfolioFor(groupSlots(slots, given).classes);
  const single = members.map(({ hypothesis, weight, selected }) => ({
    name: hypothesisName(hypothesis),
    weight: weight * SHARES.single,
    selected,
  }));
  return { scope, slots: slots.length, tested, hypotheses: [...single, ...TOGETHER] };
}

/**
 * The tests of several copies together, as a report lists them; each selects by the leaked word.
 */
const TOGETHER: StageReport['hypotheses'] = [
  { name: 'with 1 more', weight: SHARES.pair, selected: true },
  { name: 'with 2 more', weight: SHARES.triple, selected: true },
  { name: 'pairs', weight: SHARES.pairEvidence, selected: true },
  { name: 'triples', weight: SHARES.tripleEvidence, selected: true },
  { name: 'given those identified', weight: SHARES.conditional, selected: true },
];
