import { popcount } from '../bits.ts';
import type { SlotClass } from './statistic.ts';
import { bitAt, type Grouping, type Words } from './words.ts';

/** Words laid out so that the slots of a class begin with a new 32-bit word. */
export type JointWords = {
  readonly classes: readonly SlotClass[];
  readonly rows: number;
  readonly rowWords: number;
  readonly bits: Uint32Array;
  /** Class g has the words from starts[g] to before starts[g + 1] of a row. */
  readonly starts: Int32Array;
  /** Per row the number of ones in each class. */
  readonly ones: Int32Array;
};

/** Lays out the words of some rows, in this order. */
export function layOut(words: Words, rows: readonly number[], grouping: Grouping): JointWords {
  const { columns, classes } = grouping;
  const starts = new Int32Array(classes.length + 1);
  for (const [g, { n }] of classes.entries()) {
    starts[g + 1] = (starts[g] ?? 0) + Math.ceil(n / 32);
  }
  const places = placesOf(columns, starts);
  const rowWords = starts[classes.length] ?? 0;
  const bits = new Uint32Array(rows.length * rowWords);
  const ones = new Int32Array(rows.length * classes.length);
  for (const [i, row] of rows.entries()) {
    for (const [slot, g] of columns.entries()) {
      if (bitAt(words, row, slot) === 0) continue;
      const place = places[slot] ?? 0;
      const at = i * rowWords + (place >> 5);
      bits[at] = (bits[at] ?? 0) | (1 << (place & 31));
      ones[i * classes.length + g] = (ones[i * classes.length + g] ?? 0) + 1;
    }
  }
  return { classes, rows: rows.length, rowWords, bits, starts, ones };
}

function placesOf(columns: readonly number[], starts: Int32Array): Int32Array {
  const next = starts.map((word) => word * 32);
  return Int32Array.from(columns, (g) => {
    const place = next[g] ?? 0;
    next[g] = place + 1;
    return place;
  });
}

/**
 * Per class the ones that a word (`mask` from `from` on) has in common with each of the rows from
 * `first` to before `end`, written to `common` one row after the other.
 */
export function countCommon(
  { classes, rowWords, bits, starts }: JointWords,
  { mask, from }: { readonly mask: Uint32Array; readonly from: number },
  { first, end }: { readonly first: number; readonly end: number },
  common: Int32Array,
): void {
  const width = classes.length;
  for (let row = first, to = 0; row < end; row++) {
    const at = row * rowWords;
    for (let g = 0; g < width; g++, to++) {
      let ones = 0;
      const stop = starts[g + 1] ?? 0;
      for (let i = starts[g] ?? 0; i < stop; i++) {
        ones += popcount((bits[at + i] ?? 0) & (mask[from + i] ?? 0));
      }
      common[to] = ones;
    }
  }
}

/** The word of a row as `countCommon` takes it. */
export function wordOf({ bits, rowWords }: JointWords, row: number) {
  return { mask: bits, from: row * rowWords };
}

/** The slots at which rows `a` and `b` both have a 1, as a word, written to `both`. */
export function intersect(
  { rowWords, bits }: JointWords,
  a: number,
  b: number,
  both: Uint32Array,
): void {
  for (let i = 0; i < rowWords; i++) {
    both[i] = (bits[a * rowWords + i] ?? 0) & (bits[b * rowWords + i] ?? 0);
  }
}
