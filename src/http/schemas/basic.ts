import { type Static, type TSchema, Type } from 'typebox';
import { invalid, TocsinError } from '../../domain/errors.ts';
import { type Id, isId, parseId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';

/**
 * An id as text. Handlers parse it: `parseId` where the caller may be told, `knownId` elsewhere.
 */
export const IdText = Type.String({ format: 'uuid' });

/** RFC 3339 with a zone; we answer in UTC. */
export const InstantText = Type.String({ format: 'date-time' });

/** SHA-256 or a 32-byte key, lower-case hex. */
export const Hex32 = Type.String({
  pattern: '^[0-9a-f]{64}$',
  description: '64 lower-case hex digits',
});

export const Count = Type.Integer({ minimum: 0 });

/** An object that takes no field beside these: every request body is one. */
export const closed = { additionalProperties: false } as const;

/** One of a closed list of words. */
export function oneOf<const W extends string>(words: readonly W[]) {
  return Type.Unsafe<W>({ type: 'string', enum: [...words] });
}

/** The schema or null. */
export function nullable<S extends TSchema>(schema: S) {
  return Type.Unsafe<Static<S> | null>({ anyOf: [schema, { type: 'null' }] });
}

/** A list that a verb gives as read-only. */
export function listOf<S extends TSchema>(item: S) {
  return Type.Unsafe<readonly Static<S>[]>({ type: 'array', items: item });
}

/**
 * An id on a route for readers or the public, where a malformed one is simply unknown. @throws
 * NOT_FOUND
 */
export function knownId<K extends string>(text: string): Id<K> {
  if (!isId(text)) throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
  return parseId<K>(text, 'id');
}

/** An instant or null, as text. */
export function instantOrNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Standard base64 with padding, strictly. @throws INVALID_INPUT naming the field. */
export function parseBase64(text: string, field: string): Buffer {
  const bytes = BASE64.test(text) ? Buffer.from(text, 'base64') : null;
  // Decoders are lenient; one text for one value keeps a repeated request the same request.
  if (bytes?.toString('base64') !== text) {
    throw invalid(field, 'base64', `${text.length} characters of another form`);
  }
  return bytes;
}
