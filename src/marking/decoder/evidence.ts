import type { Scope } from '../code.ts';
import { codeBit, recipientFor } from '../code.ts';
import { decode } from './decode.ts';
import type { CountedEntry } from './fresh.ts';
import { lnFactor, portfolioFor } from './portfolio.ts';
import type { EvidencePart } from './result.ts';
import { authoredBit, type ReadSlot } from './slots.ts';
import { JUDGED, type Named } from './stage.ts';
import { bitAt, countOnes, groupSlots, packWords, type Words } from './words.ts';

/** What all entries say about one recipient. */
export type Accumulated = Named & {
  /** ln of the product of its factors, one for each entry it had a copy of. */
  readonly lnE: number;
  /** ln of the p-value over all slots of all entries together, 0 where it is not near. */
  readonly lnPooled: number;
};

/**
 * Evidence over several alerts for recipients of one scope, in the order of `recipients`; ties are
 * settled by it. `lnLevel` is what identifies by the pooled p-value.
 *
 * The factor of an entry is the portfolio's mixture of likelihood ratios: its mean is 1 for whoever
 * took no part, whatever came before, since slots are read once and keys are drawn per alert. So
 * over time the product is a nonnegative martingale, and it ever reaches x with probability 1/x at
 * most, however often one looks (Ville's inequality). Coalitions may differ between entries.
 * Whoever had no copy has factor 1. A sample that is nobody's copy has none either: that is seen
 * without looking at a word.
 *
 * The pooled p-value is that of one long word, the slots of all entries together, by all tests of
 * `decode`. It is sharper when the same coalition leaked every time, and has to pay for every look.
 * Whoever had no copy of an alert is compared there by the word it would have had, which says
 * nothing: that keeps the p-value true.
 */
export function accumulate(
  scope: Scope,
  entries: readonly CountedEntry[],
  recipients: readonly Named[],
  lnLevel: number,
): Accumulated[] {
  const ids = recipients.map((named) => recipientFor(scope, named.participant, named.reader));
  const views = entries
    .map((entry) => viewOf(scope, entry, ids))
    .filter(({ slots }) => slots.length > 0);
  const pooled = pool(views, ids.length, lnLevel);
  return recipients.map((named, row) => {
    const own = views.filter(({ held }) => held.has(row));
    return {
      ...named,
      lnE: own.reduce((sum, view) => sum + view.lnFactorOf(row), 0),
      lnPooled: pooled.get(row) ?? 0,
    };
  });
}

/** What all entries add about each recipient that had a copy: the product of factors, and reads. */
export function factorsOf(
  scope: Scope,
  entries: readonly CountedEntry[],
  recipients: readonly Named[],
): Omit<EvidencePart, 'alert'>[] {
  const ids = recipients.map((named) => recipientFor(scope, named.participant, named.reader));
  const views = entries
    .map((entry) => viewOf(scope, entry, ids))
    .filter(({ slots }) => slots.length > 0);
  return recipients.map((_, row) => {
    const sum = { lnE: 0, agreeing: 0, disagreeing: 0 };
    for (const { slots, words, held, lnFactorOf } of views) {
      if (!held.has(row)) continue;
      const agreeing = slots.filter(({ y }, i) => bitAt(words, row, i) === y).length;
      sum.lnE += lnFactorOf(row);
      sum.agreeing += agreeing;
      sum.disagreeing += slots.length - agreeing;
    }
    return sum;
  });
}

/** What each alert adds to the evidence about one recipient, where it adds anything. */
export function partsOf(
  scope: Scope,
  entries: readonly CountedEntry[],
  named: Named,
): EvidencePart[] {
  return [...Map.groupBy(entries, ({ alert }) => alert)].flatMap(([alert, own]) => {
    const [added] = factorsOf(scope, own, [named]);
    return added && added.agreeing + added.disagreeing > 0 ? [{ alert, ...added }] : [];
  });
}

/**
 * The least p-values by all tests of `decode` on one entry by itself, of those recipients who had a
 * copy and come near. `lnLevel` is what the caller looks for.
 */
export function tailsOf(
  scope: Scope,
  entry: CountedEntry,
  recipients: readonly Named[],
  lnLevel: number,
): { readonly who: Named; readonly lnP: number }[] {
  const ids = recipients.map((named) => recipientFor(scope, named.participant, named.reader));
  const { slots, words, given, held } = viewOf(scope, entry, ids);
  if (slots.length === 0) return [];
  const near = Math.max(lnLevel, Math.log(JUDGED / recipients.length));
  return decode({ words, slots, given }, lnLevel, near).flatMap(({ row, lnP }) => {
    const who = recipients[row];
    return who === undefined || !held.has(row) ? [] : [{ who, lnP }];
  });
}

/** An entry as scored: slots of the scope, words of all recipients, which of them held a copy. */
type View = {
  readonly slots: readonly ReadSlot[];
  readonly words: Words;
  readonly given: readonly ArrayLike<number>[];
  readonly held: ReadonlySet<number>;
  readonly lnFactorOf: (row: number) => number;
};

function viewOf(scope: Scope, entry: CountedEntry, ids: readonly string[]): View {
  const { key, holders, mixed } = entry;
  const own = new Set(holders.map((held) => recipientFor(scope, held.participant, held.reader)));
  const held = new Set(Array.from(ids.keys()).filter((row) => own.has(ids[row] ?? '')));
  const slots = entry.slots.filter((slot) => slot.scope === scope);
  const words = packWords(ids.length, slots.length, (row, i) => {
    const slot = slots[i];
    return slot === undefined ? 0 : codeBit(key, ids[row] ?? '', slot.key, slot.p);
  });
  const given = mixed[scope] ? [slots.map(authoredBit)] : [];
  const grouping = groupSlots(slots, given);
  const portfolio = portfolioFor(grouping.classes);
  const counts = countOnes(words, grouping);
  const width = grouping.classes.length;
  const lnFactorOf = (row: number) =>
    lnFactor(portfolio, counts.subarray(row * width, (row + 1) * width));
  return { slots, words, given, held, lnFactorOf };
}

/**
 * The least p-value of every row that comes near, over the slots of several entries. Those mixed
 * with the authored text, where another word is given, are no part of it.
 */
function pool(views: readonly View[], rows: number, lnLevel: number): Map<number, number> {
  const parts = views
    .filter(({ given }) => given.length === 0)
    .flatMap(({ slots, words }) => slots.map((slot, i) => ({ slot, words, i })));
  if (parts.length === 0) return new Map();
  const words = packWords(rows, parts.length, (row, at) => {
    const part = parts[at];
    return part === undefined ? 0 : bitAt(part.words, row, part.i);
  });
  const scene = { words, slots: parts.map(({ slot }) => slot), given: [] };
  const findings = decode(scene, lnLevel, Math.log(JUDGED / rows));
  return new Map(findings.map(({ row, lnP }) => [row, lnP]));
}
