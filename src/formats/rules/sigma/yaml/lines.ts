import { invalid, TocsinError } from '../../../../domain/errors.ts';

/** A line without its break. Offsets are UTF-16 units of the source, end exclusive. */
export type Line = {
  readonly start: number;
  readonly end: number;
  /** Spaces before its first other character. */
  readonly indent: number;
  /** Nothing but spaces. */
  readonly isEmpty: boolean;
  /** Nothing but spaces, or a comment after them. */
  readonly isBlank: boolean;
};

/** Where in a source its reader is. `at`: the number of the next line to be read. */
export type Cursor = {
  readonly source: string;
  readonly lines: readonly Line[];
  at: number;
  depth: number;
};

/** How deep values may nest; the deepest rules that circulate have 6 levels. */
const MAX_DEPTH = 32;

/**
 * Cuts a source into lines, and passes over the mark of a document in front of it.
 * @throws INVALID_INPUT by name for other breaks than LF and CR LF, for directives, and for the
 *   mark of a second document.
 */
export function openLines(source: string): Cursor {
  const cursor: Cursor = { source, lines: linesOf(source), at: 0, depth: 0 };
  if (source.startsWith('\uFEFF')) throw refused(cursor, 0, 'a byte order mark');
  const first = nextLine(cursor);
  for (const line of cursor.lines) {
    const text = source.slice(line.start, line.end);
    if (text.includes('\r')) throw refused(cursor, line.start, 'a lone carriage return');
    if (text.startsWith('%')) throw refused(cursor, line.start, 'a directive');
    if (!/^(?:---|\.\.\.)(?:[ \t]|$)/.test(text)) continue;
    if (line !== first || !/^---[ \t]*$/.test(text)) {
      throw refused(cursor, line.start, 'the mark of another document');
    }
    cursor.at++;
  }
  return cursor;
}

function linesOf(source: string): Line[] {
  let start = 0;
  const lines = source.split('\n').map((whole): Line => {
    const text = whole.replace(/\r$/, '');
    const line = {
      start,
      end: start + text.length,
      indent: /^ */.exec(text)?.[0].length ?? 0,
      isEmpty: /^ *$/.test(text),
      isBlank: /^ *(?:#.*)?$/.test(text),
    };
    start += whole.length + 1;
    return line;
  });
  // What follows the last break is a line only if something stands there.
  return /(?:^|\n)$/.test(source) ? lines.slice(0, -1) : lines;
}

/** The next line with more than a comment; goes on to it. */
export function nextLine(cursor: Cursor): Line | undefined {
  while (cursor.lines[cursor.at]?.isBlank === true) cursor.at++;
  return cursor.lines[cursor.at];
}

/** Goes one level deeper. @throws INVALID_INPUT beyond 32 levels. */
export function nested<T>(cursor: Cursor, read: () => T): T {
  if (++cursor.depth > MAX_DEPTH) throw invalid('rule', `at most ${MAX_DEPTH} levels`, 'more');
  const value = read();
  cursor.depth--;
  return value;
}

/** Whether nothing but a comment stands between `offset` and the end of a line. */
export function isRestBlank({ source }: Cursor, offset: number, end: number): boolean {
  return /^(?:[ \t]+#.*|[ \t]*)$/.test(source.slice(offset, end));
}

/** The error for what is none of the YAML that is read here, by name and line. */
export function refused({ source }: Cursor, offset: number, found: string): TocsinError {
  const line = source.slice(0, offset).split('\n').length;
  return new TocsinError(
    'INVALID_INPUT',
    `rule: expected YAML as Sigma rules use it, found ${found} in line ${line}`,
    { field: 'rule' },
  );
}
