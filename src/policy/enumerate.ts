import type { Notes } from './notes.ts';
import { dimensionsOf } from './proof/dimensions.ts';
import { anyMoments } from './proof/moments.ts';
import { readsOf } from './proof/reads.ts';
import type { PrincipalType, Row } from './request.ts';
import { type Attribute, NEVER, SLOT, type Vocabulary } from './vocabulary.ts';

/** One attribute a rule reads, and the values that stand for all of its values. */
type Dimension = { readonly slot: number; readonly values: readonly number[] };

/** Every combination of these attributes, each asked about at these instants. */
type Part = {
  readonly dimensions: readonly Dimension[];
  readonly instants: (row: Row) => Iterable<number>;
};

/** The classes of requests that a rule can tell apart. */
export type Classes = {
  readonly row: Row;
  readonly parts: readonly Part[];
  /** Combinations of stored attributes; each is asked about at one instant or more. */
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
  const parts = linearParts(vocabulary, notes, type) ?? [anyPart(vocabulary, notes, type)];
  const sizes = parts.map(({ dimensions }) =>
    dimensions.reduce((product, { values }) => product * values.length, 1),
  );
  const count = sizes.reduce((sum, size) => sum + size, 0);
  return { row: new Float64Array(length), parts, count };
}

/** Goes through all classes and instants. The same row is given out again and again. */
export function* requests({ row, parts }: Classes): Generator<Row> {
  for (const { dimensions, instants } of parts) {
    const size = dimensions.reduce((product, { values }) => product * values.length, 1);
    for (let i = 0; i < size; i++) {
      setClass(row, dimensions, i);
      for (const now of instants(row)) {
        row[SLOT.now] = now;
        yield row;
      }
    }
  }
}

/** Writes the `index`-th combination, counting as an odometer does. */
function setClass(row: Row, dimensions: readonly Dimension[], index: number): void {
  let rest = index;
  for (const { slot, values } of dimensions) {
    row[slot] = values[rest % values.length] ?? 0;
    rest = Math.floor(rest / values.length);
  }
}

/**
 * Where a rule only compares instants, one instant is enough to ask about: the stored ones come
 * before, at and after it. Null where it computes, or compares at a distance.
 */
function linearParts(vocabulary: Vocabulary, notes: Notes, type: PrincipalType): Part[] | null {
  const reads = readsOf(vocabulary, [notes]);
  if (reads === null) return null;
  const absent = [...vocabulary.attributes.values()].filter((each) => !isStored(each, type));
  const fixed = new Set(absent.map(({ slot }) => slot));
  const row = new Float64Array(vocabulary.slots);
  const parts = anyMoments(reads).map(({ now }) => {
    row[SLOT.now] = now;
    const dimensions = dimensionsOf(vocabulary, reads, fixed, row)?.map(({ slot, values }) => ({
      slot,
      values: values.map(({ value }) => value),
    }));
    return dimensions === undefined ? null : { dimensions, instants: () => [now] };
  });
  return parts.every((part) => part !== null) ? parts : null;
}

/**
 * Instants for stored attributes: none ever (an unsigned agreement), an ordinary one, and the last
 * there is, where sums and products overflow first.
 */
const STORED_INSTANTS = [0, 1_750_000_000_000, NEVER];

/** Any rule: stored instants from the first to the last, and `now` around what it turns at. */
function anyPart(vocabulary: Vocabulary, notes: Notes, type: PrincipalType): Part {
  const dimensions = [...vocabulary.attributes.values()]
    .filter((attribute) => notes.attributes.has(attribute.path) && isStored(attribute, type))
    .map((attribute) => ({
      slot: attribute.slot,
      values: valuesOf(attribute, vocabulary, notes),
    }));
  return { dimensions, instants: (row) => instantsAround(row, notes) };
}

function isStored({ path, slot }: Attribute, type: PrincipalType): boolean {
  return slot !== SLOT.now && (type === 'Participant' || !path.startsWith('principal.'));
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
