import type { AlertId, ArtifactId } from '../../src/domain/ids.ts';
import { BIASES, compileCode, type MarkKey, markBits } from '../../src/marking/code.ts';
import type { Reading } from '../../src/marking/reading.ts';
import type { BitSlot } from '../../src/marking/slot-table.ts';
import type { Seeded } from './seeded.ts';

/** Firms with 1 to 4 desks each, `readers` desks in all. */
export function firms(readers: number): { participant: string; readers: string[] }[] {
  const list: { participant: string; readers: string[] }[] = [];
  for (let left = readers; left > 0; ) {
    const size = Math.min(left, 1 + (list.length % 4));
    const desks = Array.from({ length: size }, (_, i) => `desk-${i}`);
    list.push({ participant: `firm-${list.length}`, readers: desks });
    left -= size;
  }
  return list;
}

/** `count` bit slots of one artifact, spread over `families`. */
export function bitSlots(count: number, families: readonly string[]): BitSlot[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'bit',
    key: { artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId, slot: String(i) },
    family: families[i % families.length] ?? '',
    start: 2 * i,
    end: 2 * i + 1,
    authored: 'a',
    other: 'b',
  }));
}

/** A random mark key. */
export function markKey(random: Seeded): MarkKey {
  return Uint8Array.from({ length: 32 }, () => random.below(256));
}

/** Which texts the copy of a reader shows. */
export function copyOf(
  key: MarkKey,
  slots: readonly BitSlot[],
  participant: string,
  reader: string,
): Uint8Array {
  return markBits(compileCode(key, slots), participant, reader);
}

/** A reading of the texts `shown`: some slots erased, some of the others read wrongly. */
export function readingOf(
  slots: readonly BitSlot[],
  shown: ArrayLike<number>,
  noise: { readonly erased: number; readonly wrong: number; readonly random: Seeded },
  strings: readonly string[] = [],
): Reading {
  const { erased, wrong, random } = noise;
  return {
    v: 1,
    alert: 'b8b1c3c8-5c0a-4a5e-8a43-6f8c0b1f4d11' as AlertId,
    sample: '0'.repeat(64),
    coverage: [],
    slots: slots.map(({ key, family }, i) => {
      const seen = (shown[i] ?? 0) ^ (random.unit() < wrong ? 1 : 0);
      const value = seen === 1 ? 1 : 0;
      return { key, family, value: random.unit() < erased ? null : value };
    }),
    strings,
  };
}

/** A slot's class counts and one word's ones in them, as the decoder groups them. */
export type Counted = { readonly sizes: number[]; readonly ones: number[] };

/** Draws the class counts of `m` slots and the copy that leaked, a share `wrong` of it misread. */
export function singleLeak(m: number, wrong: number, random: Seeded): Counted {
  const sizes = [0, 0, 0, 0, 0, 0];
  const ones = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < m; i++) {
    const level = drawLevel(random);
    const x = random.unit() * 65_536 < (BIASES[level] ?? 0) ? 1 : 0;
    const y = random.unit() < wrong ? 1 - x : x;
    const g = 2 * level + y;
    sizes[g] = (sizes[g] ?? 0) + 1;
    ones[g] = (ones[g] ?? 0) + x;
  }
  return { sizes, ones };
}

/** A bias level with the code's weights 3/8, 1/4, 3/8. */
export function drawLevel(random: Seeded): number {
  const eighth = random.below(8);
  return eighth < 3 ? 0 : eighth < 5 ? 1 : 2;
}
