import {
  at,
  type BoolTerm,
  type CodeTerm,
  known,
  runBool,
  runCode,
  runLong,
  type Term,
  test,
} from './term.ts';

/** `a == b` of values other than instants; null when the two can never be of one type. */
export function equality(a: Term, b: Term): BoolTerm | null {
  if (a.kind === 'bool' && b.kind === 'bool') {
    const [left, right] = [runBool(a), runBool(b)];
    return test((row) => left(row) === right(row));
  }
  if (a.kind === 'long' && b.kind === 'long') {
    const [left, right] = [runLong(a), runLong(b)];
    return test((row) => left(row) === right(row));
  }
  if (a.kind === 'enum' && b.kind === 'enum' && a.name === b.name) return sameCode(a, b);
  if (a.kind === 'set' && b.kind === 'set' && a.name === b.name) return sameCode(a, b);
  return null;
}

function sameCode(a: CodeTerm, b: CodeTerm): BoolTerm {
  if (a.from === 'known' && b.from === 'known') return known(a.value === b.value);
  const [left, right] = [runCode(a), runCode(b)];
  return test((row) => left(row) === right(row));
}

/** Membership on bit masks: `b` is one code for `contains`, a mask for the other two. */
export function containment(
  operator: 'contains' | 'containsAny' | 'containsAll',
  a: CodeTerm,
  b: CodeTerm,
): BoolTerm {
  const holds = { contains, containsAny, containsAll }[operator];
  if (a.from === 'known' && b.from === 'known') return known(holds(a.value, b.value));
  const [left, right] = [runCode(a), runCode(b)];
  return test((row) => holds(left(row), right(row)));
}

function contains(set: number, code: number): boolean {
  return ((set >>> code) & 1) === 1;
}

function containsAny(set: number, others: number): boolean {
  return (set & others) !== 0;
}

function containsAll(set: number, others: number): boolean {
  return (set & others) === others;
}

/** A comparison of two stored instants: whether slot `left` is less than slot `right`. */
export type Comparison = { readonly left: number; readonly right: number };

/**
 * The comparisons of a program. Each is made once per request, before the rules are asked, and
 * leaves 0 or 1 in a slot of its own behind the attributes; comparing two numbers cannot fail, so
 * making one that Cedar would have skipped changes nothing.
 */
export type Comparisons = { readonly first: number; readonly made: Comparison[] };

/** The slot that tells whether `left < right`. */
export function comparisonSlot({ first, made }: Comparisons, left: number, right: number): number {
  const found = made.findIndex((each) => each.left === left && each.right === right);
  if (found >= 0) return first + found;
  made.push({ left, right });
  return first + made.length - 1;
}

/** The condition that reads a comparison's slot. */
export function comparisonTerm(slot: number): BoolTerm {
  return test((row) => at(row, slot) === 1);
}
