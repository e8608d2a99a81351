/** What files of facts have in common. */
import { parse } from 'yaml';
import { invalid, TocsinError } from '../domain/errors.ts';
import { formatInstant, parseInstant } from '../domain/instant.ts';

/** @throws INVALID_INPUT with the first line of what is wrong. */
export function parseYaml(text: string, what: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const line = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new TocsinError('INVALID_INPUT', `${what}: expected YAML: ${line}`, { cause });
  }
}

/** A mapping of these keys and no others. @throws INVALID_INPUT naming the field. */
export function record(
  value: unknown,
  at: string,
  known: readonly string[],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(at, `a mapping of ${known.join(', ')}`, value);
  }
  const found: Record<string, unknown> = Object.fromEntries(Object.entries(value));
  const other = Object.keys(found).find((key) => !known.includes(key));
  if (other !== undefined) throw invalid(`${at}.${other}`, `one of ${known.join(', ')}`, 'unknown');
  return found;
}

/** @throws INVALID_INPUT naming the field. */
export function oneOf<T extends string>(allowed: readonly T[], value: unknown, field: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(field, `one of ${allowed.join(', ')}`, value);
  return found;
}

/** An instant as the API takes it; YAML may have read it as a time. @throws INVALID_INPUT */
export function instantText(value: unknown, field: string): string {
  return formatInstant(parseInstant(value instanceof Date ? value.toISOString() : value, field));
}

/** A list of words of a closed list. @throws INVALID_INPUT naming the field. */
export function wordsOf<T extends string>(
  allowed: readonly T[],
  value: unknown,
  field: string,
): T[] {
  return listAt(value, field).map((item, i) => oneOf(allowed, item, `${field}[${i}]`));
}

/** A list of texts. @throws INVALID_INPUT naming the field. */
export function textsOf(value: unknown, field: string): string[] {
  return listAt(value, field).map((item, i) => {
    if (typeof item !== 'string' || item === '') throw invalid(`${field}[${i}]`, 'a text', item);
    return item;
  });
}

/** A list; absent, an empty one. */
function listAt(value: unknown, field: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid(field, 'a list', value);
  return value as unknown[];
}
