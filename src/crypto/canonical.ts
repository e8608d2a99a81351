import { invalid } from '../domain/errors.ts';

/** A JSON value (RFC 8259) as TypeScript sees it. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Deeper values are refused, so that a hostile one cannot exhaust the stack. */
const MAX_DEPTH = 256;

/**
 * The canonical form of RFC 8785 (JCS): no white space, members sorted by the UTF-16 code units of
 * their names, numbers and strings as ECMAScript's `JSON.stringify` writes them (RFC 8785 §3.2.2).
 * Only what JSON can say is accepted: nothing is dropped, coerced or asked for its `toJSON`.
 * @throws INVALID_INPUT naming the path of a NaN, an infinity, `undefined`, a function, a symbol, a
 *   bigint, an object that is not plain, a lone surrogate, or a nesting deeper than 256.
 */
export function canonicalJson(value: Json): string {
  return write(value, '$', 0);
}

function write(value: unknown, path: string, depth: number): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw invalid(path, 'a finite number', value);
      return JSON.stringify(value);
    case 'string':
      return text(value, path);
    case 'object':
      if (depth >= MAX_DEPTH) throw invalid(path, `at most ${MAX_DEPTH} levels`, 'a deeper one');
      return Array.isArray(value) ? array(value, path, depth) : object(value, path, depth);
    default:
      throw invalid(path, 'a JSON value', value);
  }
}

function text(value: string, path: string): string {
  if (!value.isWellFormed()) throw invalid(path, 'well-formed Unicode', 'a lone surrogate');
  return JSON.stringify(value);
}

function array(value: readonly unknown[], path: string, depth: number): string {
  let written = '[';
  // By index: a hole in a sparse array must fail as `undefined`, and `map` would skip it.
  for (let i = 0; i < value.length; i++) {
    if (i > 0) written += ',';
    written += write(value[i], `${path}[${i}]`, depth + 1);
  }
  return `${written}]`;
}

function object(value: object, path: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw invalid(path, 'a plain object', value);
  }
  let written = '{';
  // The default order of `sort` is by UTF-16 code units, as RFC 8785 §3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    if (written.length > 1) written += ',';
    const member = (value as Readonly<Record<string, unknown>>)[key];
    written += `${text(key, path)}:${write(member, `${path}.${key}`, depth + 1)}`;
  }
  return `${written}}`;
}
