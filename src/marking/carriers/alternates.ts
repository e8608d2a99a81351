import { invalid } from '../../domain/errors.ts';
import type { Alternate } from '../sidecar.ts';
import type { ProposedBit } from './carrier.ts';
import { placeOf } from './occurrences.ts';
import { cutsProtected, keepsProtected, protectedSpans } from './protected.ts';

/**
 * The places of alternates of words, phrases and sentences, exactly as a sidecar approves them.
 * @throws INVALID_INPUT naming the entry when its text does not stand there, or when the pair would
 *   alter what is never touched.
 */
export function alternateSlots(text: string, alternates: readonly Alternate[]): ProposedBit[] {
  const spans = protectedSpans(text);
  return alternates.map((entry, index) => {
    const what = `alternates[${index}]`;
    const start = placeOf(text, entry.text, entry.occurrence, `${what}.text`);
    const end = start + entry.text.length;
    if (cutsProtected(spans, start, end)) {
      throw invalid(`${what}.text`, 'whole words, ids, numbers and addresses', 'a part of one');
    }
    if (!keepsProtected(entry.text, entry.other)) {
      throw invalid(
        `${what}.other`,
        'the same ids, hashes, numbers, names, code and addresses as in text',
        'a change in one',
      );
    }
    const family = `prose.${entry.family}`;
    const { other } = entry;
    return { kind: 'bit', source: 'author', family, start, end, other, what, weight: 1 };
  });
}
