import type { Notes } from './notes.ts';
import type { PrincipalType, Row } from './request.ts';
import { type Attribute, SLOT, type Vocabulary } from './vocabulary.ts';

/**
 * Instants for stored attributes: none ever (an unsigned agreement), an ordinary one, and the last
 * there is, where sums and products overflow first.
 */
const STORED_INSTANTS = [0, 1_750_000_000_000, 253_402_300_799_999];

/** One attribute a rule reads, and the values that stand for all of its values. */
type Dimension = { readonly slot: number; readonly values: readonly number[] };

/** The classes of requests that a rule can tell apart. */
export type Classes = {
  readonly row: Row;
  readonly dimensions: readonly Dimension[];
  readonly notes: Notes;
  /** Combinations of stored attributes; each is asked about at several instants. */
  readonly count: number;
};

/**
 * The classes of a rule: every combination of the attributes it reads, each with the values it
 * names and one it does not. What it does not read keeps the first value of its vocabulary.
 * @param length of the rows, as the engine needs them.
 */
export function classesOf(
  vocabulary: Vocabulary,
  notes: Notes,
  type: PrincipalType,
  length: number,
): Classes {
  const dimensions = [...notes.attributes]
    .map((path) => vocabulary.attributes.get(path))
    .filter((attribute) => attribute !== undefined)
    .filter(({ path, slot }) => isStored(path, slot, type))
    .map((attribute) => ({
      slot: attribute.slot,
      values: valuesOf(attribute, vocabulary, notes),
    }));
  const count = dimensions.reduce((product, { values }) => product * values.length, 1);
  return { row: new Float64Array(length), dimensions, notes, count };
}

/** Goes through all classes and instants. The same row is given out again and again. */
export function* requests(classes: Classes): Generator<Row> {
  const { row, dimensions, notes, count } = classes;
  for (let i = 0; i < count; i++) {
    setClass(row, dimensions, i);
    for (const now of instantsAround(row, notes)) {
      row[SLOT.now] = now;
      yield row;
    }
  }
}

function isStored(path: string, slot: number, type: PrincipalType): boolean {
  return slot !== SLOT.now && (type === 'Participant' || !path.startsWith('principal.'));
}

/** Writes the `index`-th combination, counting as an odometer does. */
function setClass(row: Row, dimensions: readonly Dimension[], index: number): void {
  let rest = index;
  for (const { slot, values } of dimensions) {
    row[slot] = values[rest % values.length] ?? 0;
    rest = Math.floor(rest / values.length);
  }
}

function valuesOf(
  { type }: Attribute,
  vocabulary: Vocabulary,
  { values }: Notes,
): readonly number[] {
  if (type.kind === 'long') return STORED_INSTANTS;
  const codes = namedAndOneMore(vocabulary.enums[type.name].length, values.get(type.name));
  if (type.kind === 'enum') return codes;
  return Array.from({ length: 1 << codes.length }, (_, subset) =>
    codes.reduce((mask, code, i) => (((subset >>> i) & 1) === 1 ? mask | (1 << code) : mask), 0),
  );
}

function namedAndOneMore(size: number, named: ReadonlySet<number> = new Set()): number[] {
  const other = Array.from({ length: size }, (_, code) => code).find((code) => !named.has(code));
  return other === undefined ? [...named] : [...named, other];
}

/** One millisecond before, at and after each instant at which a comparison of the rule turns. */
function instantsAround(row: Row, { breakpoints }: Notes): Set<number> {
  const instants = new Set<number>();
  for (const { value, after } of breakpoints) {
    const turn = turnOf(value, row);
    if (turn === null) continue;
    for (const offset of [-1, 0, 1]) instants.add(turn + after + offset);
  }
  return instants.size > 0 ? instants : new Set(STORED_INSTANTS.slice(1, 2));
}

/** Null where the value fails to evaluate, or lies where instants are no exact numbers. */
function turnOf(value: (row: Row) => number | bigint, row: Row): number | null {
  try {
    const turn = Number(value(row));
    return Math.abs(turn) < Number.MAX_SAFE_INTEGER - 2 ? turn : null;
  } catch {
    return null;
  }
}
