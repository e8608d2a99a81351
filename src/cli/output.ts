import { plain } from '../participant/plain.ts';

/** What a command gives back: the same thing for machines and for people. */
export type Result = {
  /** Printed by `--json`, as one line on standard output. */
  readonly json: unknown;
  /** Printed otherwise, on standard output. */
  readonly text: string;
  /** What to do next, for people only: on standard error, so that the result alone can be piped. */
  readonly hint?: string;
  /** 1 when a check ran to its end and found something wrong. @defaultValue 0 */
  readonly status?: 0 | 1;
};

/** Longest cell of a table, and longest value beside a name, in characters. */
const CELL = 120;
const VALUE = 2_000;

/**
 * Lines of aligned columns under their headings; columns of numbers are aligned to the right. Cells
 * may come from anywhere, so nothing in them can move the cursor.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  if (rows.length === 0) return '(none)\n';
  const cells = rows.map((row) => row.map((cell) => plain(String(cell), CELL)));
  const right = headings.map((_, i) => rows.every((row) => typeof row[i] === 'number'));
  const widths = headings.map((heading, i) =>
    Math.max(...[heading, ...cells.map((row) => row[i] ?? '')].map(width)),
  );
  return [headings, ...cells].map((row) => `${aligned(row, widths, right)}\n`).join('');
}

function aligned(row: readonly string[], widths: readonly number[], right: readonly boolean[]) {
  const padded = row.map((cell, i) => {
    const space = ' '.repeat((widths[i] ?? 0) - width(cell));
    return right[i] ? space + cell : cell + space;
  });
  return padded.join('  ').trimEnd();
}

function width(cell: string): number {
  return [...cell].length;
}

/** Names and values under each other. */
export function facts(pairs: readonly (readonly [string, string | number])[]): string {
  const widest = Math.max(...pairs.map(([name]) => width(name)));
  return pairs
    .map(([name, value]) => `${name.padEnd(widest)}  ${plain(String(value), VALUE)}\n`)
    .join('');
}

/** A heading and what belongs to it, set in. */
export function section(heading: string, body: string): string {
  return `\n${heading}\n${body.replace(/^(?=.)/gm, '  ')}`;
}

const PLAIN_CELL = /^[^",\r\n]*$/;
/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180. A cell that a spreadsheet would compute is made text by an apostrophe before it. */
export function csv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: string | number): string {
  if (typeof cell === 'number') return String(cell);
  const inert = FORMULA.test(cell) ? `'${cell}` : cell;
  return PLAIN_CELL.test(inert) ? inert : `"${inert.replaceAll('"', '""')}"`;
}

/** `1 artifact`, `2 artifacts`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
