import { codeBit, type MarkKey, recipientFor, type Scope } from '../code.ts';
import { hypothesisName } from './hypotheses.ts';
import { judge, type Portfolio, passesScreen, portfolioFor, screeningScores } from './portfolio.ts';
import type { ReaderScore, Score, StageReport } from './result.ts';
import type { ReadSlot } from './slots.ts';
import { CLASS_COUNT, classOf, codeClasses } from './statistic.ts';

/**
 * About how many unconcerned candidates of a stage get an exact p-value, besides all who come
 * anywhere near alpha. Up to this many candidates, everybody does.
 */
export const JUDGED = 64;

/** What a p-value has to pay for before it may name anybody. */
export type Budget = { readonly cap: number; readonly look: number; readonly alpha: number };

/** Somebody whose word is compared. At participant scope the reader does not matter. */
export type Named = { readonly participant: string; readonly reader: string };

/** The candidates that were judged, ascending in p-value, and what the stage rested on. */
export type Stage = { readonly report: StageReport; readonly scores: readonly ReaderScore[] };

/** Tests every candidate on the slots of one scope. */
export function runStage(
  key: MarkKey,
  budget: Budget,
  scope: Scope,
  kept: readonly ReadSlot[],
  candidates: readonly Named[],
): Stage {
  const slots = kept.filter((slot) => slot.scope === scope);
  const portfolio = portfolioFor(codeClasses(countByClass(slots, () => 1)));
  const screen = screeningScores(portfolio, Math.log(JUDGED / candidates.length));
  const scores: ReaderScore[] = [];
  for (const { participant, reader } of candidates) {
    const recipient = recipientFor(scope, participant, reader);
    const ones = countByClass(slots, (slot) => codeBit(key, recipient, slot.key, slot.p));
    if (!passesScreen(portfolio, screen, ones)) continue;
    scores.push({ participant, reader, ...scoreCandidate(budget, portfolio, ones) });
  }
  scores.sort((a, b) => a.log10P - b.log10P || compare(a, b));
  return { report: reportOf(scope, slots.length, candidates.length, portfolio), scores };
}

/** Per class, over its slots, the sum of `bit`. */
function countByClass(slots: readonly ReadSlot[], bit: (slot: ReadSlot) => number): number[] {
  const counts = new Array<number>(CLASS_COUNT).fill(0);
  for (const slot of slots) {
    const g = classOf(slot.p, slot.y);
    counts[g] = (counts[g] ?? 0) + bit(slot);
  }
  return counts;
}

function scoreCandidate(budget: Budget, portfolio: Portfolio, ones: readonly number[]): Score {
  const { lnP, hypothesis } = judge(portfolio, ones);
  const lnCorrected = lnP + lnPrice(budget);
  let agreeing = 0;
  let slots = 0;
  for (const [g, { y, n }] of portfolio.classes.entries()) {
    slots += n;
    agreeing += y === 1 ? (ones[g] ?? 0) : n - (ones[g] ?? 0);
  }
  return {
    p: probability(lnP),
    log10P: lnP / Math.LN10,
    corrected: probability(lnCorrected),
    identified: lnCorrected <= Math.log(budget.alpha),
    hypothesis,
    agreeing,
    disagreeing: slots - agreeing,
  };
}

/**
 * ln of what a p-value is multiplied by: the cap, and 4π²n²/6 at the n-th look. Over all looks that
 * spends a quarter of alpha; the rest belongs to pooled and accumulated evidence (tracing §11.3).
 */
export function lnPrice({ cap, look }: Budget): number {
  return Math.log(cap) + Math.log((4 * Math.PI ** 2 * look ** 2) / 6);
}

/** A probability from its logarithm, never rounded to 0. */
function probability(ln: number): number {
  return Math.min(1, Math.max(Math.exp(ln), Number.MIN_VALUE));
}

function compare(a: Named, b: Named): number {
  const left = `${a.participant}/${a.reader}`;
  const right = `${b.participant}/${b.reader}`;
  return left < right ? -1 : left > right ? 1 : 0;
}

function reportOf(scope: Scope, slots: number, tested: number, portfolio: Portfolio): StageReport {
  return {
    scope,
    slots,
    tested,
    hypotheses: portfolio.members.map(({ hypothesis, weight, selected }) => ({
      name: hypothesisName(hypothesis),
      weight,
      selected,
    })),
  };
}
