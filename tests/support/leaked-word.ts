import type { ArtifactId } from '../../src/domain/ids.ts';
import { BIASES } from '../../src/marking/code.ts';
import type { Scene } from '../../src/marking/decoder/decode.ts';
import { examineFamilies } from '../../src/marking/decoder/families.ts';
import { chanceOfOne, type Hypothesis } from '../../src/marking/decoder/hypotheses.ts';
import {
  authoredBit,
  isRead,
  type ReadSlot,
  type TracedSlot,
} from '../../src/marking/decoder/slots.ts';
import { bitAt, packWords } from '../../src/marking/decoder/words.ts';
import { bitOf, type Codewords } from './codewords.ts';
import type { Seeded } from './seeded.ts';

/** Families of the size that a document of a few hundred slots has. */
const FAMILIES = ['prose.word', 'prose.phrase', 'prose.sentence', 'prose.list-order'] as const;

/** What happened to the sample besides the coalition. */
export type Damage = {
  /** Share of the slots not read. */
  readonly erased: number;
  /** Share of the slots that show the text as authored, whatever the copies had. */
  readonly authored: number;
};

/**
 * The slots of a sample that the first `colluders` rows made by their strategy, with secret
 * polarities. Any rows would do: the words are drawn independently.
 */
export function leakedSlots(
  codewords: Codewords,
  hypothesis: Hypothesis,
  { erased, authored }: Damage,
  random: Seeded,
): TracedSlot[] {
  const { colluders } = hypothesis;
  return codewords.levels.map((level, i) => {
    const p = BIASES[level] ?? BIASES[1];
    let ones = 0;
    for (let row = 0; row < colluders; row++) ones += bitOf(codewords, row, i);
    const one = chanceOfOne(hypothesis, p / 65_536, colluders, ones, 0);
    const polarity = random.below(2) === 0 ? 0 : 1;
    const shown = random.unit() < one ? 1 : 0;
    const bit = random.unit() < authored ? polarity : shown;
    const y = random.unit() < erased ? null : bit;
    return {
      key: { artifact: 'bench' as ArtifactId, slot: String(i) },
      family: FAMILIES[i % FAMILIES.length] ?? '',
      scope: 'participant',
      p,
      y,
      value: y === null ? null : y === polarity ? 0 : 1,
      authored: polarity === 1 ? p / 65_536 : 1 - p / 65_536,
    };
  });
}

/**
 * What is scored of it, as a trace does: detector on, erased families and unread slots left out.
 */
export function sceneOf(codewords: Codewords, traced: readonly TracedSlot[]): Scene {
  const { reports, mixed } = examineFamilies(traced);
  const erased = new Set(reports.filter((report) => report.erased).map(({ family }) => family));
  const kept: { readonly slot: ReadSlot; readonly column: number }[] = [];
  for (const [column, slot] of traced.entries()) {
    if (isRead(slot) && !erased.has(slot.family)) kept.push({ slot, column });
  }
  const slots = kept.map(({ slot }) => slot);
  const given = mixed ? [slots.map(authoredBit)] : [];
  const rows = codewords.words.length / codewords.rowWords;
  const all = { rows, rowWords: codewords.rowWords, bits: codewords.words };
  if (kept.length === traced.length) return { words: all, slots, given };
  const columns = kept.map(({ column }) => column);
  const words = packWords(rows, slots.length, (row, i) => bitAt(all, row, columns[i] ?? 0));
  return { words, slots, given };
}
