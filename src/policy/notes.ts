import type { Row } from './request.ts';
import { type Linear, type Long, type LongTerm, linearOf, runLong, type Term } from './term.ts';
import { type EnumName, SLOT } from './vocabulary.ts';

/** An instant at which a comparison with `now` turns: the value plus `after` milliseconds. */
export type Breakpoint = { readonly value: (row: Row) => Long; readonly after: 0 | 1 };

/** Two numbers that are compared; null for what is more than a stored number and a fixed one. */
export type Order = { readonly left: Linear | null; readonly right: Linear | null };

/** What the compiler notes about a rule on the way. */
export type Notes = {
  readonly breakpoints: Breakpoint[];
  /** Paths of the attributes read and codes named, per vocabulary. */
  readonly attributes: Set<string>;
  readonly values: Map<EnumName, Set<number>>;
  /** Comparisons of numbers, each side as far as it is linear. */
  readonly orders: Order[];
  /** Slots read that hold a code, a mask or the answer of a comparison. */
  readonly columns: Set<number>;
  /** Whether it reads nothing else, and so cannot fail. */
  plain: boolean;
  /**
   * Slots whose very value counts: an instant not only by how it compares with other slots, a code
   * or set not only by the values that are named.
   */
  readonly exact: Set<number>;
  /** Whether `now` is compared with nothing but slots. */
  slotted: boolean;
};

/**
 * Notes a number that is computed with, or compared with something other than a slot; a code that
 * is compared with something other than a name; a set of which more is asked than what it names.
 */
export function noteExact(notes: Notes, term: Term): void {
  if (refersToNow(term)) notes.slotted = false;
  else if (term.from === 'slot') notes.exact.add(term.slot);
}

/** Notes that a comparison of `now` with `term` turns there. */
export function addBreakpoint(notes: Notes, term: LongTerm, after: 0 | 1): void {
  notes.breakpoints.push({ value: runLong(term), after });
}

/** Notes a comparison of two numbers. */
export function noteOrder(notes: Notes, a: LongTerm, b: LongTerm): void {
  notes.orders.push({ left: linearOf(a), right: linearOf(b) });
}

/** Whether it is `context.now` itself. */
export function refersToNow(term: Term): boolean {
  return term.kind === 'long' && term.from === 'slot' && term.slot === SLOT.now;
}

/** Notes a value that the rule names. */
export function noteValue(notes: Notes, name: EnumName, code: number): void {
  const codes = notes.values.get(name) ?? new Set<number>();
  notes.values.set(name, codes.add(code));
}
