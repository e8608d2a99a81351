import { Type } from 'typebox';
import { invalid } from '../domain/errors.ts';

const IfMatch = Type.String({ description: 'the version that was seen, as "3"' });

/** Headers of a change that may be bound to a version, and of one that must be. */
export const MayMatch = Type.Object({ 'if-match': Type.Optional(IfMatch) });
export const MustMatch = Type.Object({ 'if-match': IfMatch });

const VERSION = /^"?([1-9][0-9]{0,8})"?$/;

/**
 * The version of an If-Match header: a thing's `version`, quoted as its entity tag is. `*` and
 * lists are refused, since they would change a thing that its author has not seen.
 * @throws INVALID_INPUT
 */
export function versionOf(header: string | undefined): number {
  const digits = VERSION.exec(header ?? '')?.[1];
  if (digits === undefined) throw invalid('If-Match', 'the version, as "3"', header);
  return Number(digits);
}

/** The entity tag of a version. */
export function entityTag(version: number): string {
  return `"${version}"`;
}
