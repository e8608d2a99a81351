import { TocsinError } from '../domain/errors.ts';

/** Reads one value of an answer, or throws UNSUPPORTED naming where it stands. */
export type Read<T> = (value: unknown, path: string) => T;

/** What a reader gives. */
export type Told<R> = R extends Read<infer T> ? T : never;

export const text: Read<string> = (value, path) =>
  typeof value === 'string' ? value : fail(path, 'a text');

export const real: Read<number> = (value, path) =>
  typeof value === 'number' ? value : fail(path, 'a number');

export const flag: Read<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : fail(path, 'true or false');

export function nullable<T>(read: Read<T>): Read<T | null> {
  return (value, path) => (value === null ? null : read(value, path));
}

export function list<T>(read: Read<T>): Read<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return fail(path, 'a list');
    return value.map((item: unknown, index) => read(item, `${path}[${index}]`));
  };
}

/** An object whose names are not known beforehand, in its order. */
export function entries<T>(read: Read<T>): Read<ReadonlyMap<string, T>> {
  return (value, path) => {
    const pairs = Object.entries(members(value, path));
    return new Map(pairs.map(([name, member]) => [name, read(member, `${path}.${name}`)]));
  };
}

/** An object with these members; others, which a newer server may add, are passed over. */
export function object<S extends Readonly<Record<string, Read<unknown>>>>(
  shape: S,
): Read<{ readonly [K in keyof S]: Told<S[K]> }> {
  return (value, path) => {
    const found = members(value, path);
    const pairs = Object.entries(shape).map(
      ([name, read]) => [name, read(found[name], `${path}.${name}`)] as const,
    );
    return Object.fromEntries(pairs) as { readonly [K in keyof S]: Told<S[K]> };
  };
}

function members(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(path, 'an object');
  }
  return Object.fromEntries(Object.entries(value));
}

/** An object as it is, to be sent back with a change. */
export const fields: Read<Readonly<Record<string, unknown>>> = members;

function fail(path: string, expected: string): never {
  throw new TocsinError(
    'UNSUPPORTED',
    `the server's answer, ${path}: expected ${expected}: is this a Tocsin of another version?`,
    { field: path },
  );
}
