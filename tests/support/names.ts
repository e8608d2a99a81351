import type { PackNames } from '../../src/policy/vocabulary.ts';

/** The names of a pack with these tiers, a product and a criterion. */
export function namesWith(tiers: readonly string[]): PackNames {
  return { tiers, leads: tiers, products: ['gizmo'], criteria: ['makes_gizmos'] };
}
