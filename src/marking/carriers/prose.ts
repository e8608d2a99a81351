import { invalid } from '../../domain/errors.ts';
import type { Alternate } from '../sidecar.ts';
import type { Carrier, CarrierInput, Proposal, ProposedBit } from './carrier.ts';
import { placeOf } from './occurrences.ts';
import { cutsProtected, keepsProtected, protectedSpans, type Span } from './protected.ts';

/**
 * Alternates of words, phrases and sentences, exactly as the sidecar approves them: prose is never
 * marked by machine. `propose` throws INVALID_INPUT naming the entry when its text does not stand
 * there, or when the pair would alter what is never touched.
 */
export const prose: Carrier = {
  name: 'prose',
  formats: ['text', 'markdown'],
  reads: 'alternates',
  propose,
  gate: null,
};

function propose({ text, sidecar }: CarrierInput): Proposal {
  if (sidecar === null || sidecar.alternates.length === 0) return { slots: [], dropped: [] };
  const spans = protectedSpans(text);
  const slots = sidecar.alternates.map((entry, index) =>
    slotOf(entry, `alternates[${index}]`, text, spans),
  );
  return { slots, dropped: [] };
}

function slotOf(entry: Alternate, what: string, text: string, spans: readonly Span[]): ProposedBit {
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
  return {
    kind: 'bit',
    source: 'author',
    family: `prose.${entry.family}`,
    start,
    end,
    other: entry.other,
    what,
    weight: 1,
  };
}
