import type { Row } from './request.ts';
import type { EnumName } from './vocabulary.ts';

/** A Cedar Long: a plain number while it is exact as one, a bigint beyond ±(2^53 − 1). */
export type Long = number | bigint;

/** A typed piece of a compiled expression; `now` marks what depends on the instant asked about. */
export type BoolTerm =
  | { readonly kind: 'bool'; readonly from: 'known'; readonly value: boolean }
  | { readonly kind: 'bool'; readonly from: 'run'; readonly run: (row: Row) => boolean };

export type LongTerm = { readonly kind: 'long'; readonly now: boolean } & (
  | { readonly from: 'known'; readonly value: number }
  | { readonly from: 'slot'; readonly slot: number }
  | { readonly from: 'run'; readonly run: (row: Row) => Long }
);

/** An enumerated value as its code, or a set of them as a bit mask. */
export type CodeTerm = { readonly kind: 'enum' | 'set'; readonly name: EnumName } & (
  | { readonly from: 'known'; readonly value: number }
  | { readonly from: 'slot'; readonly slot: number }
  | { readonly from: 'run'; readonly run: (row: Row) => number }
);

export type Term = BoolTerm | LongTerm | CodeTerm;
export type Test = (row: Row) => boolean;

/** Reads a slot. A slot outside the row cannot occur: rows and slots come from one vocabulary. */
export const at = (row: Row, slot: number): number => row[slot] ?? Number.NaN;

export const TRUE: BoolTerm = { kind: 'bool', from: 'known', value: true };
export const FALSE: BoolTerm = { kind: 'bool', from: 'known', value: false };
export const known = (value: boolean): BoolTerm => (value ? TRUE : FALSE);
export const test = (run: Test): BoolTerm => ({ kind: 'bool', from: 'run', run });

/** The closure of a term, whatever it comes from. */
export function runBool(term: BoolTerm): Test {
  if (term.from === 'run') return term.run;
  return term.value ? () => true : () => false;
}

export function runLong(term: LongTerm): (row: Row) => Long {
  switch (term.from) {
    case 'known': {
      const { value } = term;
      return () => value;
    }
    case 'slot': {
      const { slot } = term;
      return (row) => at(row, slot);
    }
    case 'run':
      return term.run;
  }
}

export function runCode(term: CodeTerm): (row: Row) => number {
  switch (term.from) {
    case 'known': {
      const { value } = term;
      return () => value;
    }
    case 'slot': {
      const { slot } = term;
      return (row) => at(row, slot);
    }
    case 'run':
      return term.run;
  }
}

/**
 * Conjunction in Cedar's order: what follows a false conjunct is never evaluated, so it cannot
 * fail. A known false after a conjunct that runs stays, for the one before may still fail.
 */
export function conjunction(terms: readonly BoolTerm[]): BoolTerm {
  return chain(terms, true, (tests) => {
    const [a, b, c] = tests;
    if (a !== undefined && b !== undefined && c === undefined) return (row) => a(row) && b(row);
    if (a !== undefined && b !== undefined && c !== undefined && tests.length === 3) {
      return (row) => a(row) && b(row) && c(row);
    }
    return (row) => {
      for (let i = 0; i < tests.length; i++) if (tests[i]?.(row) === false) return false;
      return true;
    };
  });
}

/** Disjunction in Cedar's order; the mirror image of `conjunction`. */
export function disjunction(terms: readonly BoolTerm[]): BoolTerm {
  return chain(terms, false, (tests) => {
    const [a, b, c] = tests;
    if (a !== undefined && b !== undefined && c === undefined) return (row) => a(row) || b(row);
    return (row) => {
      for (let i = 0; i < tests.length; i++) if (tests[i]?.(row) === true) return true;
      return false;
    };
  });
}

/** Drops neutral terms, cuts after an absorbing one, and joins what is left. */
function chain(
  terms: readonly BoolTerm[],
  neutral: boolean,
  join: (tests: readonly Test[]) => Test,
): BoolTerm {
  const tests: Test[] = [];
  for (const term of terms) {
    if (term.from === 'known' && term.value === neutral) continue;
    if (term.from === 'known' && tests.length === 0) return known(!neutral);
    tests.push(runBool(term));
    if (term.from === 'known') break;
  }
  const [only] = tests;
  if (only === undefined) return known(neutral);
  return test(tests.length === 1 ? only : join(tests));
}
