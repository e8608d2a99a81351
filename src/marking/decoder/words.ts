import { popcount } from '../bits.ts';
import type { Bias } from '../code.ts';
import { classOf, codeClasses, type SlotClass } from './statistic.ts';

/**
 * The words of several recipients over the same slots, bit-packed: slot i of a row is bit i mod 32
 * of its word ⌊i/32⌋.
 */
export type Words = {
  readonly rows: number;
  readonly rowWords: number;
  readonly bits: Uint32Array;
};

/** A read slot, as far as scoring sees it: its bias in 65 536ths and the leaked bit. */
export type CodeSlot = { readonly p: Bias; readonly y: 0 | 1 };

/** Slots in classes: of each slot the number of its class, and the classes with their sizes. */
export type Grouping = {
  readonly columns: readonly number[];
  readonly classes: readonly SlotClass[];
};

/** Packs the words of `rows` recipients over `slots` slots. */
export function packWords(
  rows: number,
  slots: number,
  bit: (row: number, slot: number) => number,
): Words {
  const rowWords = Math.max(1, Math.ceil(slots / 32));
  const bits = new Uint32Array(rows * rowWords);
  for (let row = 0; row < rows; row++) {
    for (let slot = 0; slot < slots; slot++) {
      const at = row * rowWords + (slot >> 5);
      if (bit(row, slot) === 1) bits[at] = (bits[at] ?? 0) | (1 << (slot & 31));
    }
  }
  return { rows, rowWords, bits };
}

/** The bit of a row at a slot. */
export function bitAt({ rowWords, bits }: Words, row: number, slot: number): 0 | 1 {
  return (((bits[row * rowWords + (slot >> 5)] ?? 0) >>> (slot & 31)) & 1) === 1 ? 1 : 0;
}

/** One row as one entry per slot. */
export function wordAt(words: Words, row: number, slots: number): Uint8Array {
  return Uint8Array.from({ length: slots }, (_, slot) => bitAt(words, row, slot));
}

/**
 * Groups slots by bias, leaked bit and, where words are given (one entry per slot in each), by how
 * many of these have a 1.
 */
export function groupSlots(
  slots: readonly CodeSlot[],
  given: readonly ArrayLike<number>[] = [],
): Grouping {
  const width = given.length + 1;
  const columns = slots.map(({ p, y }, i) => {
    const ones = given.reduce((sum, word) => sum + (word[i] ?? 0), 0);
    return classOf(p, y) * width + ones;
  });
  const sizes = new Array<number>(codeClasses([]).length * width).fill(0);
  for (const g of columns) sizes[g] = (sizes[g] ?? 0) + 1;
  if (given.length === 0) return { columns, classes: codeClasses(sizes) };
  const classes = codeClasses([]).flatMap((code, g) =>
    Array.from({ length: width }, (_, ones) => ({
      ...code,
      n: sizes[g * width + ones] ?? 0,
      given: { words: given.length, ones },
    })),
  );
  return { columns, classes };
}

/**
 * Per row the number of ones in each class, rows one after the other. Where slots of a class lie
 * together (`byClass`), most words are looked at for one class alone.
 */
export function countOnes(words: Words, { columns, classes }: Grouping): Int32Array {
  const { rows, rowWords, bits } = words;
  const counts = new Int32Array(rows * classes.length);
  for (const [g, { n }] of classes.entries()) {
    if (n === 0) continue;
    const { at, masks } = maskOf(columns, g);
    for (let row = 0; row < rows; row++) {
      let ones = 0;
      for (let i = 0; i < at.length; i++) {
        ones += popcount((bits[row * rowWords + (at[i] ?? 0)] ?? 0) & (masks[i] ?? 0));
      }
      counts[row * classes.length + g] = ones;
    }
  }
  return counts;
}

/** The words of a row in which class `g` has slots, and which of their bits these are. */
function maskOf(columns: readonly number[], g: number) {
  const masks = new Map<number, number>();
  for (const [slot, column] of columns.entries()) {
    if (column === g) masks.set(slot >> 5, (masks.get(slot >> 5) ?? 0) | (1 << (slot & 31)));
  }
  return { at: Int32Array.from(masks.keys()), masks: Int32Array.from(masks.values()) };
}

/** Slots in the order of their classes, in which `countOnes` is fastest. */
export function byClass<S extends CodeSlot>(slots: readonly S[]): S[] {
  return slots.toSorted((a, b) => classOf(a.p, a.y) - classOf(b.p, b.y));
}
