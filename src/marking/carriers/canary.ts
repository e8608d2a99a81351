import { invalid } from '../../domain/errors.ts';
import type { CanaryForm, CanaryMark } from '../sidecar.ts';
import type { Carrier, CarrierInput, Proposal, ProposedCanary } from './carrier.ts';
import { occurrencesOf } from './occurrences.ts';

/** At least 64 bits of value: below that, a hit among many strings proves nothing. */
const FORMS: Readonly<Record<CanaryForm, { pattern: RegExp; expected: string }>> = {
  guid: {
    pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    expected: 'a lower-case version 4 GUID',
  },
  hex: { pattern: /^[0-9a-f]{16,1024}$/, expected: '16 to 1024 lower-case hex digits' },
};

/**
 * Placeholder values that every reader's copy carries a value of its own for. A placeholder that
 * stands several times gets the same value everywhere, so that a script goes on working. `propose`
 * throws INVALID_INPUT naming the entry when the placeholder is absent or has not its form.
 */
export const canary: Carrier = {
  name: 'canary',
  formats: ['text', 'markdown', 'script'],
  reads: 'canaries',
  propose,
  gate: null,
};

function propose({ text, sidecar }: CarrierInput): Proposal {
  const marks = sidecar?.canaries ?? [];
  return { slots: marks.flatMap((mark, index) => slotsOf(mark, index, text)), dropped: [] };
}

function slotsOf(mark: CanaryMark, index: number, text: string): ProposedCanary[] {
  const what = `canaries[${index}]`;
  const form = FORMS[mark.form];
  if (!form.pattern.test(mark.text)) throw invalid(`${what}.text`, form.expected, 'another form');
  const places = occurrencesOf(text, mark.text);
  if (places.length === 0) {
    throw invalid(`${what}.text`, 'a placeholder that stands in the file', '0 occurrences');
  }
  return places.map((start) => ({
    kind: 'canary',
    source: 'author',
    family: `canary.${mark.form}`,
    start,
    end: start + mark.text.length,
    form: mark.form,
    what,
    weight: 1,
  }));
}
