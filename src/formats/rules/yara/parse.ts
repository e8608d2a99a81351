import { TocsinError } from '../../../domain/errors.ts';
import type { MetaEntry, Modifier, StringDefinition, YaraFile, YaraItem, YaraRule } from './ast.ts';
import {
  accept,
  type Cursor,
  cursorOver,
  endOf,
  expect,
  expectKind,
  fail,
  peek,
  sees,
  take,
} from './cursor.ts';
import { parseExpression } from './expression.ts';
import { lexYara } from './lexer.ts';

/**
 * Parses a YARA source, keeping where everything stands, so that a variant is a splice. The grammar
 * is that of YARA 4.5 and YARA-X as far as rules that circulate use it. Rules are hostile input:
 * one that does not parse becomes an item `unparsed` with the reason, and the next rule is read.
 * @throws INVALID_INPUT naming the line, when the source has no tokens to recover by.
 */
export function parseYara(source: string): YaraFile {
  const { tokens, comments } = lexYara(source);
  const cursor = cursorOver(source, tokens);
  const items: YaraItem[] = [];
  while (peek(cursor).kind !== 'end') items.push(item(cursor));
  return { items, comments };
}

function item(cursor: Cursor): YaraItem {
  const first = cursor.at;
  try {
    return importOrInclude(cursor) ?? rule(cursor);
  } catch (error) {
    if (!(error instanceof TocsinError) || error.code !== 'INVALID_INPUT') throw error;
    return skipToNextRule(cursor, first, error.message);
  }
}

function importOrInclude(cursor: Cursor): YaraItem | null {
  const { start } = peek(cursor);
  if (accept(cursor, 'import') !== null) {
    const module = unquoted(expectKind(cursor, 'text').source);
    return { kind: 'import', module, start, end: endOf(cursor) };
  }
  if (accept(cursor, 'include') !== null) {
    const path = unquoted(expectKind(cursor, 'text').source);
    return { kind: 'include', path, start, end: endOf(cursor) };
  }
  return null;
}

function rule(cursor: Cursor): YaraRule {
  cursor.depth = 0;
  const { start } = peek(cursor);
  const modifiers = wordsUntil(cursor, 'rule');
  expect(cursor, 'rule');
  const { source: name } = expectKind(cursor, 'word');
  const tags = accept(cursor, ':') === null ? [] : wordsUntil(cursor, '{');
  expect(cursor, '{');
  const meta = section(cursor, 'meta', metaEntry);
  const strings = section(cursor, 'strings', stringDefinition);
  expect(cursor, 'condition');
  expect(cursor, ':');
  const condition = parseExpression(cursor);
  expect(cursor, '}');
  const range = { start, end: endOf(cursor) };
  return { kind: 'rule', name, modifiers, tags, meta, strings, condition, ...range };
}

function wordsUntil(cursor: Cursor, stop: string): string[] {
  const words: string[] = [];
  while (!sees(cursor, stop)) words.push(expectKind(cursor, 'word').source);
  return words;
}

function section<T>(cursor: Cursor, name: string, entry: (cursor: Cursor) => T): T[] {
  if (accept(cursor, name) === null) return [];
  expect(cursor, ':');
  const entries: T[] = [];
  while (!(peek(cursor, 1).source === ':' || sees(cursor, '}'))) entries.push(entry(cursor));
  return entries;
}

function metaEntry(cursor: Cursor): MetaEntry {
  const { source: name, start } = expectKind(cursor, 'word');
  expect(cursor, '=');
  const sign = accept(cursor, '-') === null ? '' : '-';
  const { kind, source } = peek(cursor);
  if (kind !== 'text' && kind !== 'number' && source !== 'true' && source !== 'false') {
    fail(cursor, 'a text, a number, true or false');
  }
  take(cursor);
  return { name, value: sign + source, start, end: endOf(cursor) };
}

function stringDefinition(cursor: Cursor): StringDefinition {
  const { source: id, start } = expectKind(cursor, 'string');
  expect(cursor, '=');
  const { kind, source, start: from, end } = peek(cursor);
  if (kind !== 'text' && kind !== 'hex' && kind !== 'regex') {
    fail(cursor, 'a text, a hexadecimal string or a regular expression');
  }
  take(cursor);
  const modifiers: Modifier[] = [];
  while (peek(cursor).kind === 'word' && peek(cursor, 1).source !== ':') {
    modifiers.push(modifier(cursor));
  }
  const value = { kind, source, start: from, end };
  return { id, value, modifiers, start, end: endOf(cursor) };
}

function modifier(cursor: Cursor): Modifier {
  const { source: name, start } = expectKind(cursor, 'word');
  if (accept(cursor, '(') === null) return { name, argument: null, start, end: endOf(cursor) };
  let argument = '';
  while (!sees(cursor, ')')) {
    if (peek(cursor).kind === 'end') fail(cursor, ')');
    argument += take(cursor).source;
  }
  expect(cursor, ')');
  return { name, argument, start, end: endOf(cursor) };
}

/**
 * Leaves the cursor at the next `rule`, `import` or `include` that begins a line, or at the end.
 */
function skipToNextRule(cursor: Cursor, first: number, reason: string): YaraItem {
  cursor.at = first;
  const { start } = peek(cursor);
  const name = peek(cursor, 1).source;
  do take(cursor);
  while (peek(cursor).kind !== 'end' && !beginsItem(cursor));
  return { kind: 'unparsed', name, reason, start, end: endOf(cursor) };
}

function beginsItem(cursor: Cursor): boolean {
  const { kind, source, start } = peek(cursor);
  if (kind !== 'word' || !/^(?:rule|private|global|import|include)$/.test(source)) return false;
  return cursor.source.slice(endOf(cursor), start).includes('\n');
}

function unquoted(source: string): string {
  return source.slice(1, -1);
}
