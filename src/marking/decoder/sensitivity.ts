import { codeBit, type MarkKey, recipientFor, type Scope } from '../code.ts';
import { SHARES } from './decode.ts';
import { judge, portfolioFor } from './portfolio.ts';
import type { Sensitivity, Tail } from './result.ts';
import { authoredBit, type ReadSlot } from './slots.ts';
import { type Named, probability } from './stage.ts';
import { groupSlots } from './words.ts';

/** What a copy identified is tried on again. */
export type TriedOn = {
  readonly key: MarkKey;
  /** Whether the authored word is part of the leak. */
  readonly mixed: boolean;
  /** The slots that counted, of all scopes. */
  readonly kept: readonly ReadSlot[];
};

/**
 * How much an identification hangs on one family, on one artifact, or on half of the slots: the
 * exact p-value of that copy alone, before correction, on what is left. Where the copy was
 * identified beside others, these are larger than the p-value that identified it.
 */
export function sensitivityOf(scope: Scope, named: Named, { key, mixed, kept }: TriedOn) {
  // By name, so that which half is tried does not depend on the order of the reading.
  const slots = kept
    .filter((slot) => slot.scope === scope)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const recipient = recipientFor(scope, named.participant, named.reader);
  const alone = (some: readonly ReadSlot[]) => aloneOn(some, key, recipient, mixed);
  const without = (of: (slot: ReadSlot) => string) =>
    [...new Set(slots.map(of))]
      .map((name) => ({ name, ...alone(slots.filter((slot) => of(slot) !== name)) }))
      .reduce<(Tail & { name: string }) | null>(
        (worst, next) => (worst === null || next.log10P > worst.log10P ? next : worst),
        null,
      );
  const sensitivity: Sensitivity = {
    participant: named.participant,
    reader: scope === 'reader' ? named.reader : null,
    all: alone(slots),
    withoutFamily: without(({ family }) => family),
    withoutArtifact: without((slot) => slot.key.artifact),
    half: alone(slots.filter((_, i) => i % 2 === 0)),
  };
  return sensitivity;
}

function aloneOn(
  slots: readonly ReadSlot[],
  key: MarkKey,
  recipient: string,
  mixed: boolean,
): Tail {
  if (slots.length === 0) return { p: 1, log10P: 0 };
  const { columns, classes } = groupSlots(slots, mixed ? [slots.map(authoredBit)] : []);
  const ones = new Int32Array(classes.length);
  for (const [i, slot] of slots.entries()) {
    const g = columns[i] ?? 0;
    ones[g] = (ones[g] ?? 0) + codeBit(key, recipient, slot.key, slot.p);
  }
  const ln = Math.min(0, judge(portfolioFor(classes), ones).lnP - Math.log(SHARES.single));
  return { p: probability(ln), log10P: ln / Math.LN10 };
}

function nameOf({ key }: ReadSlot): string {
  return `${key.artifact}/${key.slot}`;
}
