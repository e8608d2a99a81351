import { type Static, type TSchema, Type } from 'typebox';
import type { Id } from '../../domain/ids.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { closed, listOf } from './basic.ts';

/** Most items of one page. */
const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

/** The query of every list. */
export const PageQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({ maxLength: 200, description: '`next` of the page before, unchanged' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
  },
  closed,
);

/** A page of items; `next` is null at the end of the list. */
export function pageOf<S extends TSchema>(item: S) {
  return Type.Object({
    items: listOf(item),
    next: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  });
}

/** Which page is asked for. @throws INVALID_INPUT for a cursor that is not this list's. */
export function rangeOf<K extends string>(
  list: string,
  { cursor, limit = DEFAULT_PAGE }: Static<typeof PageQuery>,
): { after: Id<K> | null; limit: number } {
  return { after: cursor === undefined ? null : decodeCursor<K>(list, cursor), limit };
}

/** A verb's page as it is sent. */
export function presentPage<T, U>(
  list: string,
  page: { readonly items: readonly T[]; readonly next: string | null },
  present: (item: T) => U,
): { items: U[]; next: string | null } {
  return {
    items: page.items.map(present),
    next: page.next === null ? null : encodeCursor(list, page.next),
  };
}
