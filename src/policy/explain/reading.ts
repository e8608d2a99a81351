import { notesOn } from '../engine.ts';
import type { Order } from '../notes.ts';
import type { Policy } from '../policy.ts';
import type { Rule } from '../rule.ts';
import type { EnumName } from '../vocabulary.ts';

/** What the rules of a policy look at. */
export type Read = {
  /** Paths of the attributes they read. */
  readonly paths: ReadonlySet<string>;
  /** Values of a vocabulary that they name. */
  readonly named: (name: EnumName) => ReadonlySet<string>;
  /** Numbers at which a comparison with an attribute may turn. */
  readonly cutsOf: (path: string) => readonly number[];
  /**
   * Sets of attributes that are looked at together: those of each rule that refuses, and those of
   * all that open, since one of them is enough.
   */
  readonly together: readonly ReadonlySet<string>[];
};

/** Reads the rules of a compiled policy. */
export function readOf({ rules, engine: { vocabulary } }: Policy): Read {
  const noted = rules.map((rule) => ({ rule, notes: notesOn(rule, vocabulary) }));
  const pathsOf = (effect: Rule['effect']) =>
    noted.filter(({ rule }) => rule.effect === effect).map(({ notes }) => notes.attributes);
  const opening = new Set(pathsOf('permit').flatMap((paths) => [...paths]));
  return {
    paths: new Set(noted.flatMap(({ notes }) => [...notes.attributes])),
    named: (name) =>
      new Set(
        noted
          .flatMap(({ notes }) => [...(notes.values.get(name) ?? [])])
          .map((code) => vocabulary.enums[name][code] ?? ''),
      ),
    cutsOf: (path) => {
      const slot = vocabulary.attributes.get(path)?.slot;
      return noted
        .flatMap(({ notes }) => notes.orders)
        .flatMap(({ left, right }) => [...cut(left, right, slot), ...cut(right, left, slot)])
        .flatMap((value) => [value, value + 1]);
    },
    together: [...pathsOf('forbid'), opening],
  };
}

/** The number that a slot is compared with, if it is compared with one. */
function cut(one: Order['left'], other: Order['right'], slot: number | undefined): number[] {
  if (one === null || other === null || slot === undefined) return [];
  return one.slot === slot && other.slot === null ? [other.plus - one.plus] : [];
}
