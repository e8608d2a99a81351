import { blocksOf, type Line } from './lines.ts';

/** What stands in a cell, without the spaces around it: UTF-16 offsets, end exclusive. */
export type Cell = { readonly start: number; readonly end: number; readonly text: string };

/** A table: its head, the row of dashes, and the others. All rows have as many cells. */
export type Table = { readonly rows: readonly (readonly Cell[])[] };

const DASHES = /^:?-+:?$/;

/**
 * The tables of a Markdown text (GitHub Flavored Markdown 0.29, "Tables"), as far as they stand
 * between empty lines and every row has as many cells as the head.
 */
export function tablesIn(text: string): Table[] {
  return blocksOf(text).flatMap((lines): Table[] => {
    const rows = lines.map(cellsOf);
    const [head, dashes, ...others] = rows;
    if (head === undefined || dashes === undefined || head.length < 2) return [];
    const even = [dashes, ...others].every((row) => row.length === head.length);
    return even && dashes.every((cell) => DASHES.test(cell.text)) ? [{ rows }] : [];
  });
}

/** Split at each `|` without a backslash before it, within code too; those at the ends are none. */
function cellsOf({ start, text }: Line): Cell[] {
  const line = text.trimEnd();
  const cells: Cell[] = [];
  let from = /^ *\|?/.exec(line)?.[0].length ?? 0;
  for (const { index } of `${line}|`.matchAll(/(?<!\\)\|/g)) {
    if (index < from) continue;
    const inner = line.slice(from, index);
    const content = inner.trim();
    // An empty cell stands after the first space.
    const indent = content === '' ? Math.min(1, inner.length) : inner.search(/\S/);
    const at = start + from + indent;
    // What follows the last bar of a row is no cell.
    if (index < line.length || content !== '' || cells.length === 0) {
      cells.push({ start: at, end: at + content.length, text: content });
    }
    from = index + 1;
  }
  return cells;
}
