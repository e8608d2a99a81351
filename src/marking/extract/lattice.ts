import type { BitSlot, SlotTable } from '../slot-table.ts';
import { tokensOf } from '../tokens.ts';
import { idOf, type Words } from './words.ts';

/** A word outside slots, or a slot with the words of its two texts. */
export type Item =
  | { readonly kind: 'word'; readonly word: number }
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
export function latticeOf(table: SlotTable, text: string, words: Words): Lattice {
  const master = Buffer.from(text);
  const items: Item[] = [];
  let at = 0;
  for (const slot of table.slots) {
    items.push(...plain(master.toString('utf8', at, slot.start), words));
    at = slot.end;
    if (slot.kind === 'canary') continue;
    items.push({
      kind: 'slot',
      slot,
      variants: [numbers(slot.authored, words), numbers(slot.other, words)],
    });
  }
  items.push(...plain(master.toString('utf8', at), words));
  const position = [0];
  for (const item of items) {
    const length = item.kind === 'word' ? 1 : item.variants[0].length;
    position.push((position.at(-1) ?? 0) + length);
  }
  return { items, position };
}

function plain(text: string, words: Words): Item[] {
  return numbers(text, words).map((word) => ({ kind: 'word', word }));
}

function numbers(text: string, words: Words): number[] {
  return tokensOf(text).map((word) => idOf(words, word));
}
