import {
  at,
  type BoolTerm,
  type CodeTerm,
  known,
  type LongTerm,
  runBool,
  runCode,
  runLong,
  type Term,
  test,
} from './term.ts';

/** `a < b` or `a <= b`, with the common case of two stored instants read without a call. */
export function compare(a: LongTerm, operator: '<' | '<=', b: LongTerm): BoolTerm {
  if (a.from === 'slot' && b.from === 'slot') {
    const [left, right] = [a.slot, b.slot];
    return operator === '<'
      ? test((row) => at(row, left) < at(row, right))
      : test((row) => at(row, left) <= at(row, right));
  }
  const [left, right] = [runLong(a), runLong(b)];
  return operator === '<'
    ? test((row) => left(row) < right(row))
    : test((row) => left(row) <= right(row));
}

/** `a == b`; null when the two can never be of one type. */
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
  if (a.from === 'slot' && b.from === 'known') return slotIs(a.slot, b.value);
  if (a.from === 'known' && b.from === 'slot') return slotIs(b.slot, a.value);
  const [left, right] = [runCode(a), runCode(b)];
  return test((row) => left(row) === right(row));
}

function slotIs(slot: number, value: number): BoolTerm {
  return test((row) => at(row, slot) === value);
}

/** Membership on bit masks: `b` is one code for `contains`, a mask for the other two. */
export function containment(
  operator: 'contains' | 'containsAny' | 'containsAll',
  a: CodeTerm,
  b: CodeTerm,
): BoolTerm {
  if (operator === 'contains') return contains(a, b);
  const [left, right] = [runCode(a), runCode(b)];
  return operator === 'containsAny'
    ? test((row) => (left(row) & right(row)) !== 0)
    : test((row) => {
        const wanted = right(row);
        return (left(row) & wanted) === wanted;
      });
}

function contains(set: CodeTerm, element: CodeTerm): BoolTerm {
  if (set.from === 'known' && element.from === 'known') {
    return known(((set.value >>> element.value) & 1) === 1);
  }
  if (set.from === 'known' && element.from === 'slot') {
    const [mask, slot] = [set.value, element.slot];
    return test((row) => ((mask >>> at(row, slot)) & 1) === 1);
  }
  if (set.from === 'slot' && element.from === 'known') {
    const [slot, bit] = [set.slot, 1 << element.value];
    return test((row) => (at(row, slot) & bit) !== 0);
  }
  const [left, right] = [runCode(set), runCode(element)];
  return test((row) => ((left(row) >>> right(row)) & 1) === 1);
}
