import { test } from 'node:test';

/**
 * A change of one place, in code or in a pack, that a test must notice. `from` occurs exactly once
 * in the file `in` (a path from the root); `to` stands in its place.
 */
export type Mutation = { readonly in: string; readonly from: string; readonly to: string };

/**
 * The test of one of the rules R01 to R69. Its title has the rule's id and the mutation that it
 * kills: whoever makes the mutation sees the test fail. Arguments are literals, so that they can be
 * read without running anything.
 */
export function rule(
  id: `R${string}`,
  says: string,
  kills: Mutation,
  body: () => void | Promise<void>,
): void {
  test(`${id}: ${says} (kills ${kills.in}: ${kills.from} → ${kills.to})`, body);
}
