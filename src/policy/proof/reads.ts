import type { Notes, Order } from '../notes.ts';
import type { EnumName, Vocabulary } from '../vocabulary.ts';

/** What some rules read, put together. */
export type Reads = {
  readonly slots: ReadonlySet<number>;
  /** Codes that the rules name, by vocabulary. */
  readonly named: ReadonlyMap<EnumName, ReadonlySet<number>>;
  /** Comparisons of numbers; every side is linear. */
  readonly orders: readonly Linear[];
};

/** A comparison, both of whose sides are a stored number moved by a fixed one. */
export type Linear = {
  readonly left: NonNullable<Order['left']>;
  readonly right: NonNullable<Order['right']>;
};

/** What the rules with these notes read; null where they compute more than sums with numbers. */
export function readsOf(vocabulary: Vocabulary, notes: readonly Notes[]): Reads | null {
  const slots = new Set<number>();
  const named = new Map<EnumName, Set<number>>();
  const orders: Linear[] = [];
  for (const each of notes) {
    for (const path of each.attributes) {
      const attribute = vocabulary.attributes.get(path);
      if (attribute !== undefined) slots.add(attribute.slot);
    }
    for (const [name, codes] of each.values) {
      const known = named.get(name) ?? new Set();
      for (const code of codes) known.add(code);
      named.set(name, known);
    }
    for (const { left, right } of each.orders) {
      if (left === null || right === null) return null;
      orders.push({ left, right });
    }
  }
  return { slots, named, orders };
}
