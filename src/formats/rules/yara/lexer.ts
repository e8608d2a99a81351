import { invalid } from '../../../domain/errors.ts';
import type { Range } from './ast.ts';

export type TokenKind =
  | 'word'
  | 'number'
  | 'text'
  | 'regex'
  | 'hex'
  /** `$a`, `#a`, `@a`, `!a`, and the bare sigils. */
  | 'string'
  | 'mark'
  | 'end';

export type Token = Range & { readonly kind: TokenKind; readonly source: string };

/**
 * Written so that no input has two ways to match: an open comment must not cost more than a closed
 * one.
 */
const BLOCK_COMMENT = /\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//u;

/**
 * YARA divides with `\`, so that a `/` that opens no comment opens a regular expression, which ends
 * at the first `/` not escaped (YARA 4.5 documentation, "Writing rules").
 */
const TOKEN = join(
  /(?<space>\s+)/u,
  /(?<line>\/\/[^\n]*)/u,
  new RegExp(`(?<block>${BLOCK_COMMENT.source})`, 'u'),
  /(?<text>"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*")/u,
  /(?<regex>\/(?![/*])[^/\\\n]*(?:\\[^\n][^/\\\n]*)*\/[is]*)/u,
  /(?<number>0x[0-9a-fA-F]+|0o[0-7]+|[0-9]+\.[0-9]+|[0-9]+(?:KB|MB)?)/u,
  /(?<word>[A-Za-z_][A-Za-z0-9_]*)/u,
  /(?<string>[$#@][A-Za-z0-9_]*|!(?!=)[A-Za-z0-9_]*)/u,
  /(?<mark>\.\.|==|!=|<=|>=|<<|>>|[(){}[\]:=,.+\-*\\%&|^~<>])/u,
);

/** A hexadecimal string: up to the `}` outside its comments. */
const HEX = new RegExp(`\\{[^}/]*(?:(?://[^\\n]*\\n|${BLOCK_COMMENT.source})[^}/]*)*\\}`, 'uy');

const KINDS = ['text', 'regex', 'number', 'word', 'string', 'mark'] as const;

export type Lexed = { readonly tokens: readonly Token[]; readonly comments: readonly Range[] };

/**
 * The tokens of a YARA source, ended by one of kind `end`, and where its comments stand.
 * @throws INVALID_INPUT naming the line where no token begins: an open string, a stray character.
 */
export function lexYara(source: string): Lexed {
  const tokens: Token[] = [];
  const comments: Range[] = [];
  let at = 0;
  while (at < source.length) {
    const hex = tokens.at(-1)?.source === '=' ? matchAt(HEX, source, at) : null;
    if (hex !== null) {
      tokens.push({ kind: 'hex', source: hex[0], start: at, end: at + hex[0].length });
      at += hex[0].length;
      continue;
    }
    const found = matchAt(TOKEN, source, at);
    if (found === null) {
      const line = source.slice(0, at).split('\n').length;
      throw invalid(`line ${line}`, 'a YARA token', source.slice(at, at + 1));
    }
    const range = { start: at, end: at + found[0].length };
    if (/^\/[/*]/.test(found[0])) comments.push(range);
    const kind = KINDS.find((name) => found.groups?.[name] !== undefined);
    if (kind !== undefined) tokens.push({ kind, source: found[0], ...range });
    at = range.end;
  }
  tokens.push({ kind: 'end', source: '', start: at, end: at });
  return { tokens, comments };
}

function join(...patterns: RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'uy');
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
