import type { SigmaNode } from '../node.ts';
import { type Cursor, isRestBlank, type Line, refused } from './lines.ts';

/**
 * A text after `|` or `>`, with `-`, `+` or neither (YAML 1.2, section 8.1): the lines below that
 * are indented deeper than `parent`. The cursor is on the line of the mark, at `start`.
 */
export function blockScalar(cursor: Cursor, start: number, parent: number): SigmaNode {
  const { source, lines } = cursor;
  const mark = /^[|>][-+]?/.exec(source.slice(start, start + 2))?.[0] ?? '';
  const head = lines[cursor.at]?.end ?? start;
  if (!isRestBlank(cursor, start + mark.length, head)) {
    throw refused(cursor, start, 'a block text with more than a mark before it');
  }
  cursor.at++;
  const body = bodyOf(cursor, parent);
  // Whether it counts is not agreed upon.
  const open = body.at(-1);
  if (open?.isEmpty === true && open.end === source.length) {
    throw refused(cursor, open.start, 'spaces behind the last line');
  }
  const indent = body.find(({ isEmpty }) => !isEmpty)?.indent ?? Number.POSITIVE_INFINITY;
  const texts = body.map((line) => source.slice(line.start, line.end).slice(indent));
  const size = texts.findLastIndex((text) => text !== '') + 1;
  const content = texts.slice(0, size);
  const text = mark.startsWith('|') ? content.join('\n') : folded(content);
  const value = text + ending(mark, size, texts.length);
  const to = body[size - 1]?.end ?? head;
  const end = start + source.slice(start, to).trimEnd().length;
  return { kind: 'scalar', value, plain: false, bare: null, start, end };
}

/** Up to the first line that is neither empty nor indented as deep as the first that is not. */
function bodyOf(cursor: Cursor, parent: number): Line[] {
  const body: Line[] = [];
  let indent: number | null = null;
  for (let line = cursor.lines[cursor.at]; line !== undefined; line = cursor.lines[cursor.at]) {
    if (!line.isEmpty && line.indent < (indent ?? parent + 1)) break;
    if (!line.isEmpty && indent === null) {
      const { indent: own } = line;
      if (body.some((empty) => empty.indent > own)) {
        throw refused(cursor, line.start, 'a block text below deeper spaces');
      }
      indent = own;
    }
    body.push(line);
    cursor.at++;
  }
  return body;
}

/** What is left of the line breaks at the end: one, none, or all. */
function ending(mark: string, size: number, lines: number): string {
  if (mark.endsWith('-')) return '';
  if (mark.endsWith('+')) return '\n'.repeat(lines - size + (size > 0 ? 1 : 0));
  return size > 0 ? '\n' : '';
}

/**
 * Lines joined by spaces; an empty line is a break, and lines that begin with a space keep theirs.
 */
function folded(texts: readonly string[]): string {
  let [text, empty] = ['', 0];
  let before: 'nothing' | 'flush' | 'deeper' = 'nothing';
  for (const line of texts) {
    if (line === '') {
      empty++;
      continue;
    }
    const now = /^[ \t]/.test(line) ? 'deeper' : 'flush';
    const isFolded = before === 'flush' && now === 'flush';
    if (isFolded) text += empty === 0 ? ' ' : '\n'.repeat(empty);
    else text += '\n'.repeat(before === 'nothing' ? empty : empty + 1);
    text += line;
    [before, empty] = [now, 0];
  }
  return text;
}
