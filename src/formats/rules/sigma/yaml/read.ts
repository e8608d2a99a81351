import type { SigmaEntry, SigmaNode } from '../node.ts';
import { blockScalar } from './block-scalar.ts';
import { flowNode } from './flow.ts';
import {
  type Cursor,
  isRestBlank,
  type Line,
  nested,
  nextLine,
  openLines,
  refused,
} from './lines.ts';
import { checkPlainStart, plainNode, quotedNode, resolve } from './scalar.ts';

/**
 * Reads the YAML that Sigma rules are written in (YAML 1.2, core schema): one document of maps,
 * lists and texts, in blocks or brackets. What is refused: anchors, aliases, tags, directives,
 * several documents, keys that are no plain or quoted text on their line, quoted texts over several
 * lines, marks of indentation, tabs where spaces stand, keys that are there twice.
 * @throws INVALID_INPUT naming what was found, and its line.
 */
export function readYaml(source: string): SigmaNode {
  const cursor = openLines(source);
  const line = nextLine(cursor);
  if (line === undefined) throw refused(cursor, source.length, 'nothing');
  const node = nodeAt(cursor, line.start + line.indent, -1);
  const more = nextLine(cursor);
  if (more !== undefined) throw refused(cursor, more.start, 'a line that is out of place');
  return node;
}

/** A value that begins at `offset` of the cursor's line, alone or after the dash of a list. */
function nodeAt(cursor: Cursor, offset: number, parent: number): SigmaNode {
  const line = currentLine(cursor);
  if (isDash(cursor, offset)) return list(cursor, offset, offset - line.start);
  if (keyAt(cursor, offset, line.end) !== null) return map(cursor, offset, offset - line.start);
  return inline(cursor, offset, parent);
}

/** What stands on the lines below, deeper than `parent`; where that is nothing, null. */
function below(cursor: Cursor, after: number, parent: number, listsFrom: number): SigmaNode {
  cursor.at++;
  const line = nextLine(cursor);
  if (line !== undefined) {
    const offset = line.start + line.indent;
    const least = isDash(cursor, offset) ? listsFrom : parent + 1;
    if (line.indent >= least) return nodeAt(cursor, offset, parent);
  }
  return plainNode(cursor.source, after, after, '');
}

function map(cursor: Cursor, start: number, indent: number): SigmaNode {
  const entries: SigmaEntry[] = [];
  const known = new Set<string>();
  for (let offset: number | null = start; offset !== null; offset = nextAt(cursor, indent)) {
    const line = currentLine(cursor);
    const key = keyAt(cursor, offset, line.end);
    if (key === null) break;
    const { text, after } = key;
    if (known.has(text)) throw refused(cursor, offset, 'a key that is there before');
    known.add(text);
    const from = valueAt(cursor, after, line.end);
    // A list may begin as far left as the key it belongs to.
    const value = nested(cursor, () =>
      from === null ? below(cursor, after, indent, indent) : inline(cursor, from, indent),
    );
    entries.push({ start: offset, key: text, value });
  }
  return { kind: 'map', entries, start, end: entries.at(-1)?.value.end ?? start };
}

function list(cursor: Cursor, start: number, indent: number): SigmaNode {
  const items: SigmaNode[] = [];
  for (let offset: number | null = start; offset !== null; offset = nextAt(cursor, indent)) {
    if (!isDash(cursor, offset)) break;
    const after = offset + 1;
    const from = valueAt(cursor, after, currentLine(cursor).end);
    items.push(
      nested(cursor, () =>
        from === null ? below(cursor, after, indent, indent + 1) : nodeAt(cursor, from, indent),
      ),
    );
  }
  return { kind: 'list', items, start, end: items.at(-1)?.end ?? start };
}

/** Where the next line of a block begins; null where the block is over. */
function nextAt(cursor: Cursor, indent: number): number | null {
  const line = nextLine(cursor);
  if (line === undefined || line.indent < indent) return null;
  const offset = line.start + line.indent;
  if (cursor.source[offset] === '\t') throw refused(cursor, offset, 'a tab in front of a line');
  if (line.indent > indent) throw refused(cursor, offset, 'a line that is out of place');
  return offset;
}

/** Where a value begins on the line of its key or dash; null if there is none. */
function valueAt(cursor: Cursor, after: number, end: number): number | null {
  if (isRestBlank(cursor, after, end)) return null;
  const spaces = /^ +/.exec(cursor.source.slice(after, end))?.[0].length ?? 0;
  if (cursor.source[after + spaces] === '\t') throw refused(cursor, after, 'a tab before a value');
  return after + spaces;
}

function isDash({ source }: Cursor, offset: number): boolean {
  return /^-(?:[ \t\r\n]|$)/.test(source.slice(offset, offset + 2));
}

type Key = { readonly text: string; readonly after: number };

/** The key that begins at `offset`, and where its colon ends; null where no key begins. */
function keyAt(cursor: Cursor, offset: number, end: number): Key | null {
  const { source } = cursor;
  const first = source[offset];
  if (first === '"' || first === "'") {
    const line = source.slice(offset, end);
    const quoted = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?=[ \t]*:(?:[ \t]|$))/.exec(line);
    if (quoted === null) return null;
    const colon = source.indexOf(':', offset + quoted[0].length);
    return { text: String(quotedNode(cursor, offset).value), after: colon + 1 };
  }
  const found = /^[^\s[\]{}](?:.*?\S)??(?=[ \t]*:(?:[ \t]|$))/.exec(source.slice(offset, end));
  if (found === null || /[ \t]#/.test(found[0])) return null;
  checkPlainStart(cursor, offset);
  if (typeof resolve(found[0]) !== 'string' || found[0] === '<<' || found[0].length > 1000) {
    throw refused(cursor, offset, 'a key that is no text');
  }
  return { text: found[0], after: source.indexOf(':', offset + found[0].length) + 1 };
}

/** A value that goes on no further than its line, or is a text or in brackets over several. */
function inline(cursor: Cursor, offset: number, parent: number): SigmaNode {
  const first = cursor.source[offset] ?? '';
  if (first === '|' || first === '>') return blockScalar(cursor, offset, parent);
  if (first !== '[' && first !== '{' && first !== '"' && first !== "'") {
    return plainLines(cursor, offset, parent);
  }
  const isQuoted = first === '"' || first === "'";
  const node = isQuoted ? quotedNode(cursor, offset) : flowNode(cursor, offset, parent);
  while (currentLine(cursor).end < node.end) cursor.at++;
  if (!isRestBlank(cursor, node.end, currentLine(cursor).end)) {
    throw refused(cursor, node.end, 'more behind a value');
  }
  cursor.at++;
  return node;
}

/** A text without quotes; lines below that are deeper than `parent` go on with it. */
function plainLines(cursor: Cursor, start: number, parent: number): SigmaNode {
  const { source } = cursor;
  checkPlainStart(cursor, start);
  let [text, end] = ['', start];
  for (let from: number | null = start; from !== null; ) {
    const { end: lineEnd } = currentLine(cursor);
    const rest = source.slice(from, lineEnd);
    const [behind = ''] = /(?<![ \t])[ \t]+(?:#.*)?$/.exec(rest) ?? [];
    const found = rest.slice(0, rest.length - behind.length);
    if (/:(?:[ \t]|$)/.test(found)) throw refused(cursor, from, 'a map where a text goes on');
    text += found;
    end = from + found.length;
    cursor.at++;
    const empty = behind.includes('#') ? null : emptyLines(cursor, parent);
    if (empty === null) break;
    text += empty === 0 ? ' ' : '\n'.repeat(empty);
    cursor.at += empty;
    const line = currentLine(cursor);
    from = line.start + line.indent;
    if (source[from] === '\t') throw refused(cursor, from, 'a tab in front of a line');
  }
  return plainNode(source, start, end, text);
}

/** How many empty lines there are before one that goes on with a text; null where none does. */
function emptyLines({ lines, at }: Cursor, parent: number): number | null {
  for (let next = at; ; next++) {
    const line = lines[next];
    if (line?.isEmpty === true) continue;
    return line === undefined || line.isBlank || line.indent <= parent ? null : next - at;
  }
}

function currentLine(cursor: Cursor): Line {
  const line = cursor.lines[cursor.at];
  if (line === undefined) throw refused(cursor, cursor.source.length, 'an end');
  return line;
}
