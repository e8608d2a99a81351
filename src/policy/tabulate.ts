import type { Row } from './request.ts';
import type { RuleTest } from './rule.ts';

/** Tables longer than this are not worth making; such a rule is evaluated as compiled. */
const MAX_TABLE = 4_096;

/** A slot with few values, and how many. */
export type Column = { readonly slot: number; readonly size: number };

/**
 * The answers of a rule that reads only such slots, and so cannot fail, for every combination of
 * their values; made by asking the rule itself. Null when there would be too many.
 */
export function tabulate(rule: RuleTest, columns: readonly Column[], row: Row): Uint8Array | null {
  const size = columns.reduce((product, column) => product * column.size, 1);
  if (size > MAX_TABLE) return null;
  return Uint8Array.from({ length: size }, (_, index) => {
    setColumns(row, columns, index);
    return rule(row);
  });
}

function setColumns(row: Row, columns: readonly Column[], index: number): void {
  let rest = index;
  for (const { slot, size } of columns) {
    row[slot] = rest % size;
    rest = Math.floor(rest / size);
  }
}

/** Asks a table: one look-up instead of a walk through the rule's closures. */
export function lookup(table: Uint8Array, columns: readonly Column[]): RuleTest {
  let next = 1;
  const steps = columns.map(({ slot, size }) => {
    const stride = next;
    next *= size;
    return { slot, stride };
  });
  const [a, b, c, d] = steps;
  if (a === undefined) return () => answer(table, 0);
  if (b === undefined) return (row) => answer(table, at(row, a));
  if (c === undefined) return (row) => answer(table, at(row, a) + at(row, b));
  if (d === undefined) return (row) => answer(table, at(row, a) + at(row, b) + at(row, c));
  return (row) => {
    let index = 0;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      if (step !== undefined) index += at(row, step);
    }
    return answer(table, index);
  };
}

function at(row: Row, { slot, stride }: { slot: number; stride: number }): number {
  return (row[slot] ?? Number.NaN) * stride;
}

/** A slot that holds nothing (a participant's, for the public) is no index, and fails the rule. */
function answer(table: Uint8Array, index: number): number {
  const found = table[index];
  if (found === undefined) throw new RangeError('no such request');
  return found;
}
