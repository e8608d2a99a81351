import { invalid, TocsinError } from '../../../domain/errors.ts';
import type { Token, TokenKind } from './lexer.ts';

/** How deep conditions may nest: hostile rules must end in an error, not in a full stack. */
const MAX_DEPTH = 120;

/** A place in the tokens of one source, moved on by the functions below. */
export type Cursor = {
  readonly source: string;
  readonly tokens: readonly Token[];
  /** Offsets at which lines begin, ascending. */
  readonly lines: readonly number[];
  at: number;
  depth: number;
};

export function cursorOver(source: string, tokens: readonly Token[]): Cursor {
  const breaks = Array.from(source.matchAll(/\n/g), ({ index }) => index + 1);
  return { source, tokens, lines: [0, ...breaks], at: 0, depth: 0 };
}

/** The line, counted from 1, of an offset. */
export function lineAt({ lines }: Cursor, offset: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function peek(cursor: Cursor, ahead = 0): Token {
  const token = cursor.tokens[Math.min(cursor.at + ahead, cursor.tokens.length - 1)];
  if (token === undefined) throw new TocsinError('INTERNAL', 'tokens: expected an end token');
  return token;
}

export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at++;
  return token;
}

/** Whether the next token is this mark or word. */
export function sees(cursor: Cursor, source: string): boolean {
  const { kind, source: found } = peek(cursor);
  return (kind === 'mark' || kind === 'word') && found === source;
}

/** Takes the next token if it is this mark or word. */
export function accept(cursor: Cursor, source: string): Token | null {
  return sees(cursor, source) ? take(cursor) : null;
}

export function expect(cursor: Cursor, source: string): Token {
  return accept(cursor, source) ?? fail(cursor, source);
}

export function expectKind(cursor: Cursor, kind: TokenKind): Token {
  return peek(cursor).kind === kind ? take(cursor) : fail(cursor, `a ${kind}`);
}

/** Where the token before the cursor ended. */
export function endOf(cursor: Cursor): number {
  return cursor.tokens[cursor.at - 1]?.end ?? 0;
}

/** Runs `parse` one level deeper. @throws INVALID_INPUT beyond `MAX_DEPTH` levels. */
export function nested<T>(cursor: Cursor, parse: () => T): T {
  if (++cursor.depth > MAX_DEPTH) fail(cursor, `at most ${MAX_DEPTH} levels`);
  const result = parse();
  cursor.depth--;
  return result;
}

/** Refuses the next token. */
export function fail(cursor: Cursor, expected: string): never {
  const token = peek(cursor);
  const found = token.kind === 'end' ? 'the end' : `a ${token.kind}`;
  throw invalid(`line ${lineAt(cursor, token.start)}`, expected, found);
}
