import type { Row } from './request.ts';
import type { EnumName } from './vocabulary.ts';

/** A Cedar Long: a plain number while it is exact as one, a bigint beyond ±(2^53 − 1). */
export type Long = number | bigint;

/** A compiled condition. */
export type Test = (row: Row) => boolean;

/** A condition: known when compiling, or to be run. */
export type BoolTerm = { readonly kind: 'bool' } & (
  | { readonly from: 'known'; readonly value: boolean }
  | { readonly from: 'run'; readonly run: Test }
);

/** A stored number moved by a fixed one; a slot of null is none: the fixed number alone. */
export type Linear = { readonly slot: number | null; readonly plus: number };

/** A Long; `now` marks what depends on the instant asked about. */
export type LongTerm = { readonly kind: 'long'; readonly now: boolean } & (
  | { readonly from: 'known'; readonly value: number }
  | { readonly from: 'slot'; readonly slot: number }
  | {
      readonly from: 'run';
      readonly run: (row: Row) => Long;
      /** What it computes, where that is a stored number moved by a fixed one. */
      readonly linear: Linear | null;
    }
);

/** An enumerated value as its code, or a set of them as a bit mask. */
export type CodeTerm = { readonly kind: 'enum' | 'set'; readonly name: EnumName } & (
  | { readonly from: 'known'; readonly value: number }
  | { readonly from: 'slot'; readonly slot: number }
  | { readonly from: 'run'; readonly run: (row: Row) => number }
);

/** A typed piece of a compiled expression. */
export type Term = BoolTerm | LongTerm | CodeTerm;

/** Reads a slot. A slot outside the row cannot occur: rows and slots come from one vocabulary. */
export const at = (row: Row, slot: number): number => row[slot] ?? Number.NaN;

/** A condition whose answer is known. */
export const known = (value: boolean): BoolTerm => ({ kind: 'bool', from: 'known', value });
/** A condition to be run. */
export const test = (run: Test): BoolTerm => ({ kind: 'bool', from: 'run', run });

/** The closure of a condition. */
export function runBool(term: BoolTerm): Test {
  if (term.from === 'run') return term.run;
  const { value } = term;
  return () => value;
}

/** The closure of a Long. */
export function runLong(term: LongTerm): (row: Row) => Long {
  return term.from === 'run' ? term.run : runNumber(term);
}

/** What a Long computes, where that is a stored number moved by a fixed one; else null. */
export function linearOf(term: LongTerm): Linear | null {
  if (term.from === 'run') return term.linear;
  return term.from === 'known' ? { slot: null, plus: term.value } : { slot: term.slot, plus: 0 };
}

/** `a + sign · b`, as far as that is linear; where it overflows, no such sum is made. */
export function linearSum(a: LongTerm, b: LongTerm, sign: 1 | -1): Linear | null {
  const [left, right] = [linearOf(a), linearOf(b)];
  if (left === null || right === null) return null;
  if (right.slot !== null && (sign === -1 || left.slot !== null)) return null;
  const plus = left.plus + sign * right.plus;
  return Number.isSafeInteger(plus) ? { slot: left.slot ?? right.slot, plus } : null;
}

/** The closure of a code or mask. */
export function runCode(term: CodeTerm): (row: Row) => number {
  return term.from === 'run' ? term.run : runNumber(term);
}

function runNumber(
  term: { from: 'known'; value: number } | { from: 'slot'; slot: number },
): (row: Row) => number {
  if (term.from === 'known') {
    const { value } = term;
    return () => value;
  }
  const { slot } = term;
  return (row) => at(row, slot);
}

/** The opposite; fails where `term` fails. */
export function negation(term: BoolTerm): BoolTerm {
  if (term.from === 'known') return known(!term.value);
  const { run } = term;
  return test((row) => !run(row));
}

/**
 * Conjunction in Cedar's order: what follows a false conjunct is never evaluated, so it cannot
 * fail. Terms are drawn one by one, and none after a known false. A known false after a conjunct
 * that runs stays, for the one before may still fail.
 */
export function conjunction(terms: Iterable<BoolTerm>): BoolTerm {
  return chain(terms, true);
}

/** Disjunction in Cedar's order; the mirror image of `conjunction`. */
export function disjunction(terms: Iterable<BoolTerm>): BoolTerm {
  return chain(terms, false);
}

/** Drops neutral terms, ends after an absorbing one, and joins what is left. */
function chain(terms: Iterable<BoolTerm>, neutral: boolean): BoolTerm {
  const left: BoolTerm[] = [];
  for (const term of terms) {
    if (term.from === 'known' && term.value === neutral) continue;
    left.push(term);
    if (term.from === 'known') break;
  }
  const [only, more] = left;
  if (only === undefined) return known(neutral);
  if (more === undefined) return only;
  const tests = left.map(runBool);
  return neutral
    ? test((row) => tests.every((each) => each(row)))
    : test((row) => tests.some((each) => each(row)));
}
