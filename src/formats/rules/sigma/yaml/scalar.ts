import type { SigmaNode } from '../node.ts';
import { type Cursor, refused } from './lines.ts';

type Value = string | number | boolean | null;

/** What a plain text is in YAML 1.2 (core schema, section 10.3.2). */
export function resolve(text: string): Value {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?[0-9]+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  if (/^0o[0-7]+$/.test(text)) return Number(text);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : text;
}

/** A plain text as a node. `text` is what it is folded to, where it goes over several lines. */
export function plainNode(source: string, start: number, end: number, text: string): SigmaNode {
  const value = resolve(text);
  const plain = source.slice(start, end) === value;
  return { kind: 'scalar', value, plain, bare: text, start, end };
}

/** Characters with which no plain text begins, and what they begin instead. */
const INDICATORS: Readonly<Record<string, string>> = {
  ...{
    '#': 'a comment',
    '\t': 'a tab',
    '&': 'an anchor',
    '*': 'an alias',
    '!': 'a tag',
    '%': 'a directive',
  },
  ...{ '@': 'a reserved character', '`': 'a reserved character', ',': 'a comma' },
  ...{ ']': 'a closing bracket', '}': 'a closing brace', '|': 'a block text', '>': 'a block text' },
};

/** @throws INVALID_INPUT by name where a plain text cannot begin at `offset`. */
export function checkPlainStart(cursor: Cursor, offset: number): void {
  const first = cursor.source.slice(offset, offset + 4);
  const found = INDICATORS[first.charAt(0)];
  if (found !== undefined) throw refused(cursor, offset, found);
  if (/^[-?:](?:[ \t\r\n,[\]{}]|$)/.test(first)) {
    throw refused(cursor, offset, `a lone ${first.charAt(0)}`);
  }
  if (/^\.\.\.(?:\s|$)/.test(first)) throw refused(cursor, offset, 'the mark of an end');
}

const SINGLE = /'((?:[^'\n]|'')*)'/y;
const DOUBLE = /"((?:[^"\\\n]|\\[^\n])*)"/y;

/** A quoted text on one line. @throws INVALID_INPUT for one that goes on, or an unknown escape. */
export function quotedNode(cursor: Cursor, start: number): SigmaNode & { kind: 'scalar' } {
  const { source } = cursor;
  const isSingle = source[start] === "'";
  const pattern = isSingle ? SINGLE : DOUBLE;
  pattern.lastIndex = start;
  const [whole, body = ''] = pattern.exec(source) ?? [];
  if (whole === undefined) throw refused(cursor, start, 'a quoted text over several lines');
  const value = isSingle ? body.replaceAll("''", "'") : unescaped(cursor, start, body);
  const end = start + whole.length;
  return { kind: 'scalar', value, plain: false, bare: null, start, end };
}

/** Escapes of one character (YAML 1.2, section 5.7). */
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '0': '\0', a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b' },
  ...{ ' ': ' ', '"': '"', '/': '/', '\\': '\\', N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029' },
};

function unescaped(cursor: Cursor, start: number, body: string): string {
  const escaped = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gsu;
  return body.replace(escaped, (_, two?: string, four?: string, eight?: string, one?: string) => {
    const digits = two ?? four ?? eight;
    const code = digits === undefined ? Number.NaN : Number.parseInt(digits, 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    const known = one === undefined ? undefined : ESCAPES[one];
    if (known === undefined) throw refused(cursor, start, 'an unknown escape');
    return known;
  });
}
