import { invalid, type TocsinError } from '../domain/errors.ts';
import { type Id, isId, parseId } from '../domain/ids.ts';

/**
 * A place in a list, opaque to clients: base64url of `[1, list, id]`. The id is one the caller has
 * just seen, or names nothing that could be asked for, so a cursor needs no secret; one that was
 * made up reads what its maker may read anyway.
 */
export function encodeCursor(list: string, after: string): string {
  return Buffer.from(JSON.stringify([1, list, after])).toString('base64url');
}

/** Its id. @throws INVALID_INPUT for anything that is not a cursor of this list. */
export function decodeCursor<K extends string>(list: string, cursor: string): Id<K> {
  const parsed = parse(cursor);
  if (!Array.isArray(parsed) || parsed.length !== 3) throw malformed();
  const [version, name, after] = parsed as unknown[];
  if (version !== 1 || name !== list) throw malformed();
  if (typeof after !== 'string' || !isId(after)) throw malformed();
  return parseId<K>(after, 'cursor');
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    // Not even JSON: the same as JSON of another form.
    return null;
  }
}

function malformed(): TocsinError {
  return invalid('cursor', 'a cursor of this list', 'another text');
}
