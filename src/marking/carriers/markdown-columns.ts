import { invalid } from '../../domain/errors.ts';
import { type Cell, tablesIn } from '../../formats/markdown/tables.ts';
import type { OrderPair } from '../sidecar.ts';
import type { Carrier, CarrierInput, Proposal, ProposedBit } from './carrier.ts';

/**
 * The order of two neighbouring columns of a table, as the sidecar approves it by their heads: it
 * survives rendering, since the words change places. `propose` throws INVALID_INPUT naming the
 * entry unless exactly one table has the two heads beside each other.
 */
export const markdownColumns: Carrier = {
  name: 'markdown columns',
  formats: ['markdown'],
  reads: 'columns',
  propose,
  gate: null,
};

function propose({ text, sidecar }: CarrierInput): Proposal {
  const columns = sidecar?.columns ?? [];
  const slots = columns.map((pair, index) => slotOf(pair, `columns[${index}]`, text));
  return { slots, dropped: [] };
}

function slotOf({ first, second }: OrderPair, what: string, text: string): ProposedBit {
  const places = tablesIn(text).flatMap(({ rows }) => {
    const heads = rows[0] ?? [];
    const pairs = heads.map((head, index) => [head.text, heads[index + 1]?.text, index] as const);
    const found = pairs.filter(([one, other]) => one === first && other === second);
    return found.map(([, , column]) => ({ rows, column }));
  });
  const [place, ...more] = places;
  if (place === undefined || more.length > 0) {
    const expected = 'two heads that stand beside each other in exactly one table';
    throw invalid(what, expected, `${places.length} tables`);
  }
  const pairs = place.rows.map((row) => pairAt(row, place.column));
  const [start, end] = [pairs[0]?.one.start ?? 0, pairs.at(-1)?.other.end ?? 0];
  const range = { start, end, other: exchanged(text, pairs, start) };
  return {
    kind: 'bit',
    source: 'author',
    family: 'markdown.column-order',
    ...range,
    what,
    weight: 1,
  };
}

type Pair = { readonly one: Cell; readonly other: Cell };

function pairAt(row: readonly Cell[], column: number): Pair {
  const [one, other] = row.slice(column, column + 2);
  if (one === undefined || other === undefined) throw invalid('columns', 'even rows', 'another');
  return { one, other };
}

/** From the first cell of the head to the last of the last row, each two with their contents. */
function exchanged(text: string, pairs: readonly Pair[], start: number): string {
  let [built, at] = ['', start];
  for (const { one, other } of pairs) {
    built += text.slice(at, one.start) + other.text + text.slice(one.end, other.start) + one.text;
    at = other.end;
  }
  return built;
}
