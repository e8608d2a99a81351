import type { BitSlot, Slot, SlotTable } from '../slot-table.ts';
import { tokensOf } from '../tokens.ts';
import { asidesOf, type Stretch } from './asides.ts';
import { idOf, type Vocabulary } from './words.ts';

/** A word outside slots, or a slot with the words of its two texts. */
export type Item =
  | {
      readonly kind: 'word';
      readonly word: number;
      /** Whether it stands in a comment, which a copy may have lost. */
      readonly aside: boolean;
    }
  | {
      readonly kind: 'slot';
      readonly slot: BitSlot;
      readonly variants: readonly [readonly number[], readonly number[]];
    };

/**
 * A master and all its copies at once: the words they have in common, and at each slot two ways on.
 * A sample is aligned with this rather than with the master, so that no slot is biased to either
 * text.
 */
export type Lattice = {
  readonly items: readonly Item[];
  /**
   * Words of the master before each item, and in all at the end: a scale to measure distances on.
   */
  readonly position: readonly number[];
};

/** Canaries are left out: their values differ from copy to copy and align with nothing. */
export function latticeOf(table: SlotTable, text: string, words: Vocabulary): Lattice {
  const asides = asidesOf(table, text);
  const items: Item[] = [];
  const keep = (from: number, to: number): void => {
    for (const { start, end, aside } of cut(asides, from, to)) {
      for (const word of numbers(text.slice(start, end), words)) {
        items.push({ kind: 'word', word, aside });
      }
    }
  };
  let at = 0;
  for (const { slot, start, end } of placed(table.slots, text)) {
    keep(at, start);
    at = end;
    if (slot.kind === 'canary') continue;
    items.push({
      kind: 'slot',
      slot,
      variants: [numbers(slot.authored, words), numbers(slot.other, words)],
    });
  }
  keep(at, text.length);
  const position = [0];
  for (const item of items) {
    const length = item.kind === 'word' ? 1 : item.variants[0].length;
    position.push((position.at(-1) ?? 0) + length);
  }
  return { items, position };
}

/** The slots with their places in UTF-16 units; a table counts bytes. */
function* placed(slots: readonly Slot[], text: string) {
  const master = Buffer.from(text);
  let [bytes, units] = [0, 0];
  for (const slot of slots) {
    const start = units + master.toString('utf8', bytes, slot.start).length;
    const end = start + slot.authored.length;
    yield { slot, start, end };
    [bytes, units] = [slot.end, end];
  }
}

/** A stretch cut at the comments in it. */
function* cut(asides: readonly Stretch[], from: number, to: number) {
  let at = from;
  for (const { start, end } of asides) {
    if (end <= at) continue;
    if (start >= to) break;
    yield { start: at, end: Math.max(at, start), aside: false };
    yield { start: Math.max(at, start), end: Math.min(to, end), aside: true };
    at = Math.min(to, end);
  }
  yield { start: at, end: to, aside: false };
}

function numbers(text: string, words: Vocabulary): number[] {
  return tokensOf(text).map((word) => idOf(words, word));
}
