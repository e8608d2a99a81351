import { invalid } from '../../domain/errors.ts';
import type { OrderPair } from '../sidecar.ts';
import type { Carrier, CarrierInput, Proposal, ProposedBit } from './carrier.ts';
import { placeOf } from './occurrences.ts';

/** `1.`, `2)`, `(3)`: items whose order is said by their number. */
const NUMBERED = /^\s*\(?\d+[.)]/;

/**
 * The order of two adjacent items of a list, as the sidecar approves it. `propose` throws
 * INVALID_INPUT naming the entry unless both stand there, one directly after the other, and
 * unnumbered.
 */
export const listOrder: Carrier = {
  name: 'order',
  formats: ['text', 'markdown'],
  reads: 'orders',
  propose,
  gate: null,
};

function propose({ text, sidecar }: CarrierInput): Proposal {
  const orders = sidecar?.orders ?? [];
  return { slots: orders.map((pair, index) => slotOf(pair, index, text)), dropped: [] };
}

function slotOf({ first, second }: OrderPair, index: number, text: string): ProposedBit {
  const what = `orders[${index}]`;
  const start = placeOf(text, first, null, `${what}.first`);
  const next = placeOf(text, second, null, `${what}.second`);
  const between = text.slice(start + first.length, Math.max(next, start + first.length));
  if (next < start + first.length || !/^\s*\n\s*$/.test(between)) {
    throw invalid(`${what}.second`, 'the item on the line after first', 'another place');
  }
  if (NUMBERED.test(first) || NUMBERED.test(second)) {
    throw invalid(what, 'items without numbers', 'a numbered item');
  }
  return {
    kind: 'bit',
    source: 'author',
    family: 'prose.list-order',
    start,
    end: next + second.length,
    other: second + between + first,
    what,
    weight: 1,
  };
}
