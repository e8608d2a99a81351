import { invalid } from '../../domain/errors.ts';
import { type Field, proseFields } from '../../formats/csaf/prose-fields.ts';
import { alternateSlots } from './alternates.ts';
import type { Carrier, CarrierInput, Proposal, ProposedBit } from './carrier.ts';
import { sameForm } from './same-form.ts';

/** Most slots of a document: each is tried by parsing it anew. */
const MAX_SLOTS = 512;

/**
 * The prose of a CSAF document: notes, details of remediations and of threats. The sidecar's texts
 * stand as the file has them, escapes and all. Products, ids, scores, dates and references are
 * outside those fields and cannot be marked; the gate sees to it that the document stays the same
 * but for its prose. `propose` throws INVALID_INPUT as `alternateSlots`, and for a text outside the
 * prose.
 */
export const csaf: Carrier = {
  name: 'csaf',
  formats: ['csaf'],
  reads: 'alternates',
  propose,
  gate: sameForm(withoutProse, MAX_SLOTS),
};

function propose({ text, sidecar }: CarrierInput): Proposal {
  const alternates = sidecar?.alternates ?? [];
  if (alternates.length === 0) return { slots: [], dropped: [] };
  if (withoutProse(text) === null) throw invalid('text', 'a CSAF document in JSON', 'another text');
  const fields = proseFields(text);
  const slots = alternateSlots(text, alternates);
  for (const slot of slots) {
    if (!fields.some((field) => within(slot, field))) {
      throw invalid(`${slot.what}.text`, 'a text within one prose field', 'another place');
    }
    if (!isStringBody(slot.other)) {
      throw invalid(`${slot.what}.other`, 'a text as it stands in a JSON string', 'another');
    }
  }
  return { slots, dropped: [] };
}

function within({ start, end }: ProposedBit, field: Field): boolean {
  return field.start <= start && end <= field.end;
}

/** Whether a text can stand between the quotes of a JSON string. */
function isStringBody(text: string): boolean {
  try {
    return typeof JSON.parse(`"${text}"`) === 'string';
  } catch {
    return false;
  }
}

/** The document with its prose left out; null for what is not JSON. */
function withoutProse(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let [kept, at] = ['', 0];
  for (const { start, end } of proseFields(text)) {
    kept += text.slice(at, start);
    at = end;
  }
  return kept + text.slice(at);
}
