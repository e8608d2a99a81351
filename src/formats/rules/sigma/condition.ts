import { invalid } from '../../../domain/errors.ts';

/** A condition as a tree, each node with its place in the condition's text; groups are kept. */
export type SigmaCondition = { readonly start: number; readonly end: number } & (
  | {
      readonly kind: 'chain';
      readonly operator: 'and' | 'or';
      readonly operands: readonly SigmaCondition[];
    }
  | { readonly kind: 'not' | 'group'; readonly inner: SigmaCondition }
  /** A search identifier. */
  | { readonly kind: 'name'; readonly name: string }
  /** `1 of selection_*`, `all of them`. */
  | { readonly kind: 'of'; readonly quantifier: string; readonly set: string }
);

type Token = { readonly source: string; readonly start: number; readonly end: number };
type Cursor = {
  readonly tokens: readonly Token[];
  readonly length: number;
  at: number;
  depth: number;
};

const MAX_DEPTH = 64;

/**
 * Parses a condition (Sigma rule specification 2.0, "Condition"): `or` binds loosest, then `and`,
 * then `not`. The deprecated aggregations after `|` are refused.
 * @throws INVALID_INPUT for anything else.
 */
export function parseCondition(text: string): SigmaCondition {
  const tokens = Array.from(text.matchAll(/[()|]|[^\s()|]+/g), ({ 0: source, index }) => ({
    source,
    start: index,
    end: index + source.length,
  }));
  const cursor: Cursor = { tokens, length: text.length, at: 0, depth: 0 };
  const condition = chain(cursor, 'or');
  if (cursor.at !== tokens.length) throw refused(cursor, 'the end');
  return condition;
}

function chain(cursor: Cursor, operator: 'and' | 'or'): SigmaCondition {
  if (++cursor.depth > MAX_DEPTH) throw refused(cursor, `at most ${MAX_DEPTH} levels`);
  const next = () => (operator === 'or' ? chain(cursor, 'and') : negation(cursor));
  const first = next();
  const operands = [first];
  while (accept(cursor, operator)) operands.push(next());
  cursor.depth--;
  const { start } = first;
  return operands.length === 1
    ? first
    : { kind: 'chain', operator, operands, start, end: endOf(cursor) };
}

function negation(cursor: Cursor): SigmaCondition {
  const start = startOf(cursor);
  if (accept(cursor, 'not')) {
    if (++cursor.depth > MAX_DEPTH) throw refused(cursor, `at most ${MAX_DEPTH} levels`);
    const inner = negation(cursor);
    cursor.depth--;
    return { kind: 'not', inner, start, end: endOf(cursor) };
  }
  if (accept(cursor, '(')) {
    const inner = chain(cursor, 'or');
    if (!accept(cursor, ')')) throw refused(cursor, ')');
    return { kind: 'group', inner, start, end: endOf(cursor) };
  }
  return search(cursor, start);
}

function search(cursor: Cursor, start: number): SigmaCondition {
  const name = word(cursor);
  if (!accept(cursor, 'of')) return { kind: 'name', name, start, end: endOf(cursor) };
  const set = word(cursor);
  return { kind: 'of', quantifier: name, set, start, end: endOf(cursor) };
}

function word(cursor: Cursor): string {
  const source = cursor.tokens[cursor.at]?.source;
  if (source === undefined || /^(?:[()|]|and|or|not|of)$/i.test(source)) {
    throw refused(cursor, 'a search identifier');
  }
  cursor.at++;
  return source;
}

function accept(cursor: Cursor, source: string): boolean {
  const found = cursor.tokens[cursor.at]?.source.toLowerCase() === source;
  if (found) cursor.at++;
  return found;
}

function startOf(cursor: Cursor): number {
  return cursor.tokens[cursor.at]?.start ?? cursor.length;
}

function endOf(cursor: Cursor): number {
  return cursor.tokens[cursor.at - 1]?.end ?? 0;
}

function refused(cursor: Cursor, expected: string): Error {
  return invalid('detection.condition', expected, `character ${startOf(cursor) + 1}`);
}
