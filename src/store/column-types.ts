import type { ColumnType } from 'kysely';
import type { Instant } from '../domain/instant.ts';

/** `timestamptz(3)`: read as milliseconds, written as a `Date` made from milliseconds. */
export type At = ColumnType<Instant, Date, Date>;
export type AtOrNull = ColumnType<Instant | null, Date | null, Date | null>;
/** `jsonb`: read parsed, written as JSON text. */
export type Json<T> = ColumnType<T, string, string>;
