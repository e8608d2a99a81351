/**
 * Parsers of the values that ledger formats are made of. Each takes a value that anybody may have
 * written, and the name of the field it came from, and gives the typed value or INVALID_INPUT.
 */
import { invalid } from '../domain/errors.ts';

/** A JSON object; its members are still unknown. @throws INVALID_INPUT */
export function record(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(field, 'an object', value);
  }
  return { ...value };
}

/** A JSON array of at most `most` items; they are still unknown. @throws INVALID_INPUT */
export function list(field: string, value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(field, 'an array', value);
  if (value.length > most) throw invalid(field, `at most ${most} items`, value.length);
  return value;
}

/** A string of well-formed Unicode, so that it has exactly one UTF-8 form. @throws INVALID_INPUT */
export function text(field: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(field, 'a string', value);
  if (!value.isWellFormed()) throw invalid(field, 'well-formed Unicode', 'a lone surrogate');
  return value;
}

/** An integer from 0 to 2^53 - 1, all that a JSON number carries exactly. @throws INVALID_INPUT */
export function count(field: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalid(field, 'an integer from 0 to 2^53 - 1', value);
  }
  return value;
}

/** Exactly 32 bytes as 64 lower-case hex digits: a hash, a salt or a key. @throws INVALID_INPUT */
export function hex32(field: string, value: unknown): Buffer {
  if (typeof value !== 'string' || !HEX_32.test(value)) {
    throw invalid(field, '64 lower-case hex digits', typeof value === 'string' ? 'others' : value);
  }
  return Buffer.from(value, 'hex');
}

const HEX_32 = /^[0-9a-f]{64}$/;
