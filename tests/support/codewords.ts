import { BIASES } from '../../src/marking/code.ts';
import { drawLevel } from './leak.ts';
import type { Seeded } from './seeded.ts';

/** Slots of random biases and codewords of `rows` recipients over them, bit-packed. */
export type Codewords = {
  /** Per slot the number of its bias. */
  readonly levels: readonly number[];
  readonly rowWords: number;
  readonly words: Uint32Array;
};

/** Biases with the code's weights 3/8, 1/4, 3/8. */
export function drawLevels(slots: number, random: Seeded): number[] {
  return Array.from({ length: slots }, () => drawLevel(random));
}

/** Draws words with exactly these biases. */
export function drawCodewords(levels: readonly number[], rows: number, random: Seeded): Codewords {
  const rowWords = Math.ceil(levels.length / 32);
  const low = maskOf(levels, 0, rowWords);
  const fair = maskOf(levels, 1, rowWords);
  const words = new Uint32Array(rows * rowWords);
  for (let i = 0; i < words.length; i++) {
    const column = i % rowWords;
    const rare = rareBits(random);
    const isLow = low[column] ?? 0;
    const isFair = fair[column] ?? 0;
    words[i] = (rare & isLow) | (random.uint32() & isFair) | (~rare & ~isLow & ~isFair);
  }
  return { levels, rowWords, words };
}

/** The bit of a recipient at a slot. */
export function bitOf({ words, rowWords }: Codewords, row: number, slot: number): 0 | 1 {
  return (((words[row * rowWords + (slot >> 5)] ?? 0) >>> (slot & 31)) & 1) === 1 ? 1 : 0;
}

function maskOf(levels: readonly number[], level: number, words: number): Uint32Array {
  const mask = new Uint32Array(words);
  for (const [i, own] of levels.entries()) {
    if (own === level) mask[i >> 5] = (mask[i >> 5] ?? 0) | (1 << (i & 31));
  }
  return mask;
}

/**
 * 32 independent bits, each 1 with the code's lowest bias exactly: from the least digit of the
 * binary fraction on, a 1 is a disjunction with a fair bit and a 0 a conjunction. The highest is 1
 * minus it.
 */
function rareBits(random: Seeded): number {
  let bits = 0;
  for (let digit = 0; digit < 16; digit++) {
    const fair = random.uint32();
    bits = (BIASES[0] >> digit) & 1 ? bits | fair : bits & fair;
  }
  return bits;
}
