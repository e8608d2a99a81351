import type { SigmaEntry, SigmaNode } from '../node.ts';
import { type Cursor, nested, refused } from './lines.ts';
import { checkPlainStart, plainNode, quotedNode } from './scalar.ts';

/** A reader within brackets: where it is, and how deep lines must be indented to go on. */
type Flow = { readonly cursor: Cursor; readonly parent: number; at: number };

/**
 * A list or map in brackets that begins at `start`, over lines that are indented deeper than
 * `parent` (YAML 1.2, section 7.4). Every key has a value after `: `, every item is by itself.
 */
export function flowNode(cursor: Cursor, start: number, parent: number): SigmaNode {
  return bracketed({ cursor, parent, at: start });
}

function bracketed(flow: Flow): SigmaNode {
  const { cursor, at: start } = flow;
  const isList = cursor.source[start] === '[';
  const close = isList ? ']' : '}';
  flow.at++;
  return nested(cursor, () => {
    const items: SigmaNode[] = [];
    const entries: SigmaEntry[] = [];
    const known = new Set<string>();
    while (skipSpace(flow) !== close) {
      if (isList) items.push(item(flow));
      else entries.push(entry(flow, known));
      const after = skipSpace(flow);
      if (after === ',') flow.at++;
      else if (after !== close) throw refused(cursor, flow.at, `no comma before ${close}`);
    }
    flow.at++;
    const range = { start, end: flow.at };
    return isList ? { kind: 'list', items, ...range } : { kind: 'map', entries, ...range };
  });
}

function entry(flow: Flow, known: Set<string>): SigmaEntry {
  const { cursor } = flow;
  const key = item(flow);
  if (key.kind !== 'scalar' || typeof key.value !== 'string' || key.bare === '<<') {
    throw refused(cursor, key.start, 'a key that is no text');
  }
  if (known.has(key.value)) throw refused(cursor, key.start, 'a key that is there before');
  known.add(key.value);
  const spaced = /:[ \t\r\n]/y;
  spaced.lastIndex = flow.at;
  if (skipSpace(flow) !== ':' || flow.at !== key.end || !spaced.test(cursor.source)) {
    throw refused(cursor, key.start, 'a key without a value');
  }
  flow.at++;
  skipSpace(flow);
  return { start: key.start, key: key.value, value: item(flow) };
}

function item(flow: Flow): SigmaNode {
  const { cursor, at } = flow;
  const first = cursor.source[at] ?? '';
  if (first === '[' || first === '{') return bracketed(flow);
  const node = first === '"' || first === "'" ? quotedNode(cursor, at) : plain(flow);
  flow.at = node.end;
  return node;
}

const PLAIN = /(?:[^,[\]{}:#\r\n]|:(?![ \t\r\n,[\]{}]|$)|(?<![ \t\r\n])#)+/y;

function plain({ cursor, at }: Flow): SigmaNode {
  checkPlainStart(cursor, at);
  PLAIN.lastIndex = at;
  const text = PLAIN.exec(cursor.source)?.[0].trimEnd() ?? '';
  if (text === '') throw refused(cursor, at, 'nothing where a value should be');
  return plainNode(cursor.source, at, at + text.length, text);
}

/** Goes on to what is neither space nor comment, and says what it is. */
function skipSpace(flow: Flow): string {
  const { cursor, parent } = flow;
  const { source } = cursor;
  const space = /(?:[ \t]|(?<=[ \t\r\n])#[^\n]*|\r?\n)*/y;
  space.lastIndex = flow.at;
  const passed = space.exec(source)?.[0] ?? '';
  const line = passed.lastIndexOf('\n');
  flow.at += passed.length;
  const found = source[flow.at];
  if (found === undefined) throw refused(cursor, flow.at, 'brackets without an end');
  if (line !== -1 && !/^ *$/.test(passed.slice(line + 1))) {
    throw refused(cursor, flow.at, 'a tab in front of a line');
  }
  if (line !== -1 && passed.length - line - 1 <= parent) {
    throw refused(cursor, flow.at, 'brackets that go on further to the left');
  }
  return found;
}
