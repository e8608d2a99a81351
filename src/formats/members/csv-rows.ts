import { TocsinError } from '../../domain/errors.ts';

/** One record of a CSV file (RFC 4180), and the line that it begins on. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

/**
 * Records of a CSV file: commas, quotes, LF or CRLF. Lines that are empty are passed over.
 * @throws INVALID_INPUT naming the line of a quote that is out of place or never closed;
 * LIMIT_EXCEEDED for more than `most` records.
 */
export function csvRows(text: string, most: number): CsvRow[] {
  const rows: CsvRow[] = [];
  let [at, line] = [0, 1];
  while (at < text.length) {
    const record = readRecord(text, at, line);
    if (record.cells.length > 1 || record.cells[0] !== '') rows.push({ line, cells: record.cells });
    if (rows.length > most) {
      throw new TocsinError('LIMIT_EXCEEDED', `rows: expected at most ${most}, found more`);
    }
    at = record.end;
    line = record.line;
  }
  return rows;
}

type Read = { readonly end: number; readonly line: number };

function readRecord(text: string, start: number, first: number): Read & { cells: string[] } {
  const cells: string[] = [];
  let [at, line] = [start, first];
  for (;;) {
    const cell = text[at] === '"' ? quoted(text, at, line) : bare(text, at, line);
    cells.push(cell.value);
    at = cell.end;
    line = cell.line;
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    return { cells, end: at + 1, line: line + 1 };
  }
}

function bare(text: string, start: number, line: number): Read & { value: string } {
  let end = start;
  while (end < text.length && !isEnd(text, end)) {
    if (text[end] === '"') throw misplaced(line, 'a quote inside a cell that has none around it');
    end += 1;
  }
  return { value: text.slice(start, end), end, line };
}

function quoted(text: string, start: number, first: number): Read & { value: string } {
  let [value, from, line] = ['', start + 1, first];
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw misplaced(first, 'a quote that is never closed');
    const piece = text.slice(from, quote);
    line += piece.split('\n').length - 1;
    value += piece;
    if (text[quote + 1] !== '"') {
      const end = quote + 1;
      if (end < text.length && !isEnd(text, end))
        throw misplaced(line, 'text after a closing quote');
      return { value, end, line };
    }
    value += '"';
    from = quote + 2;
  }
}

function isEnd(text: string, at: number): boolean {
  const next = text[at];
  return next === ',' || next === '\n' || (next === '\r' && text[at + 1] === '\n');
}

function misplaced(line: number, found: string): TocsinError {
  const message = `line ${line}: expected a record of CSV, found ${found}`;
  return new TocsinError('INVALID_INPUT', message, { field: 'file' });
}
