import type { Row } from '../request.ts';
import type { Attribute, Vocabulary } from '../vocabulary.ts';
import { ordinary, rangeOf } from './ordinary.ts';
import type { Linear, Reads } from './reads.ts';

/** A value that stands for all that no rule can tell from it, and how far it is from ordinary. */
export type Value = { readonly value: number; readonly cost: number };

/** One attribute and the values that stand for all of its values. */
export type Dimension = { readonly slot: number; readonly values: readonly Value[] };

/** What one fact that is not ordinary costs; less is only a matter of how well it reads. */
export const FACT = 1_000;

/**
 * The attributes that are read and not fixed, each with the values the rules can tell apart: those
 * they name and one that they do not; one millisecond before, at and after everything a number is
 * compared with. Numbers that are compared with one another come in every order, equal included.
 * @param row holds the fixed numbers.
 * @returns null where numbers are compared at so many distances that no few values stand for all.
 */
export function dimensionsOf(
  vocabulary: Vocabulary,
  reads: Reads,
  fixed: ReadonlySet<number>,
  row: Row,
): Dimension[] | null {
  const varying = [...vocabulary.attributes.values()].filter(
    ({ slot }) => reads.slots.has(slot) && !fixed.has(slot),
  );
  const numbers = varying.filter(({ type }) => type.kind === 'long').map(({ slot }) => slot);
  const groups = groupsOf(numbers, reads.orders, row);
  if (groups === null) return null;
  return varying.map((attribute) => ({
    slot: attribute.slot,
    values:
      attribute.type.kind === 'long'
        ? instantsAround(vocabulary, attribute, groups.get(attribute.slot))
        : codesOf(vocabulary, attribute, reads),
  }));
}

/**
 * Numbers that are compared with one another. Each is told by how far it is beyond its shift, so
 * that those that are compared at a distance meet where they are told to be equal.
 */
type Group = {
  readonly shifts: Map<number, number>;
  /** What its numbers are compared with besides, told in the same way. */
  readonly thresholds: Set<number>;
  /** What those are measured from: `now`, another fixed slot, or nothing. */
  readonly from: Set<number | null>;
};

function groupsOf(
  numbers: readonly number[],
  orders: readonly Linear[],
  row: Row,
): Map<number, Group> | null {
  const groups = new Map(numbers.map((slot) => [slot, groupOf(slot)]));
  for (const { left, right } of orders) {
    const [a, b] = [groupIn(groups, left.slot), groupIn(groups, right.slot)];
    if (a !== undefined && b !== undefined) {
      // Where the one is this much beyond the other, they are equal.
      const apart = a.shift + left.plus - right.plus - b.shift;
      if (a.group !== b.group) join(groups, a.group, b.group, apart);
      else if (apart !== 0) return null;
    } else if (a !== undefined) {
      compare(a, fixedValue(right, row) - left.plus, right.slot);
    } else if (b !== undefined) {
      compare(b, fixedValue(left, row) - right.plus, left.slot);
    }
  }
  return [...groups.values()].every(isEven) ? groups : null;
}

function groupOf(slot: number): Group {
  return { shifts: new Map([[slot, 0]]), thresholds: new Set(), from: new Set() };
}

function groupIn(groups: ReadonlyMap<number, Group>, slot: number | null) {
  const group = slot === null ? undefined : groups.get(slot);
  return group === undefined ? undefined : { group, shift: group.shifts.get(slot ?? 0) ?? 0 };
}

function compare(
  { group, shift }: { group: Group; shift: number },
  value: number,
  from: number | null,
): void {
  group.thresholds.add(value - shift);
  group.from.add(from);
}

function join(groups: Map<number, Group>, into: Group, other: Group, apart: number): void {
  for (const threshold of other.thresholds) into.thresholds.add(threshold - apart);
  for (const from of other.from) into.from.add(from);
  for (const [slot, shift] of other.shifts) {
    into.shifts.set(slot, shift + apart);
    groups.set(slot, into);
  }
}

/** The moments asked about do not tell apart distances to several things from shifted numbers. */
function isEven({ shifts, from }: Group): boolean {
  return from.size <= 1 || [...shifts.values()].every((shift) => shift === 0);
}

function fixedValue({ slot, plus }: Linear['left'], row: Row): number {
  return (slot === null ? 0 : (row[slot] ?? 0)) + plus;
}

/** As many steps around each threshold as there are numbers in the group, so that all fit there. */
function instantsAround(
  vocabulary: Vocabulary,
  { type, slot }: Attribute,
  group: Group | undefined,
): Value[] {
  const usual = ordinary(vocabulary, type, slot);
  if (group === undefined) return [{ value: usual, cost: 0 }];
  const { least, most } = rangeOf(slot);
  const width = group.shifts.size;
  const shift = group.shifts.get(slot) ?? 0;
  // What is compared with nothing but its like still comes in every order with it.
  const middle = Math.floor((least + most) / 2);
  const thresholds = [...(group.thresholds.size > 0 ? group.thresholds : [middle])].map(
    (threshold) => threshold + shift,
  );
  const values = new Set<number>();
  for (const threshold of thresholds) {
    for (let step = -width; step <= width; step++) {
      const value = threshold + step;
      if (value >= least && value <= most) values.add(value);
    }
  }
  const sorted = [...values].sort((a, b) => a - b);
  const extreme = usual === least ? sorted[0] : sorted.at(-1);
  return sorted.map((value) => ({
    value,
    cost: value === extreme ? 0 : FACT + distance(value, thresholds),
  }));
}

/** Of two facts that do equally well, the one at a round instant reads better. */
function distance(value: number, thresholds: readonly number[]): number {
  return Math.min(...thresholds.map((threshold) => Math.abs(value - threshold)));
}

function codesOf(vocabulary: Vocabulary, { type, slot }: Attribute, reads: Reads): Value[] {
  if (type.kind === 'long') return [];
  const usual = ordinary(vocabulary, type, slot);
  const named = reads.named.get(type.name) ?? new Set<number>();
  const all = vocabulary.enums[type.name].map((_, code) => code);
  const unnamed = all.filter((code) => !named.has(code));
  const other = type.kind === 'enum' && unnamed.includes(usual) ? usual : unnamed[0];
  const codes = other === undefined ? [...named] : [...named, other];
  if (type.kind === 'enum') {
    return codes.map((value) => ({ value, cost: value === usual ? 0 : FACT }));
  }
  return Array.from({ length: 2 ** codes.length }, (_, subset) => {
    const members = codes.filter((_code, i) => ((subset >>> i) & 1) === 1);
    const value = members.reduce((mask, code) => mask | (1 << code), 0);
    return { value, cost: FACT * members.length };
  });
}
