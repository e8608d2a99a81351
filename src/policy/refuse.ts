import { TocsinError } from '../domain/errors.ts';

/** A place in a pack: a file of its folder, and a line counted from 1 where one is known. */
export type Place = { readonly file: string; readonly line: number | null };

/**
 * The refusal of a pack: where, what was expected and found, and what to do about it. A pack that
 * is refused is never loaded in part; the active policy stays in force.
 */
export function refusePack(place: Place, problem: string, remedy?: string): TocsinError {
  const where = place.line === null ? place.file : `${place.file}:${place.line}`;
  const advice = remedy === undefined ? '' : ` (${remedy})`;
  return new TocsinError('POLICY_INVALID', `${where}: ${problem}${advice}`, { field: where });
}
