import type { Pin } from './pins.ts';
import type { Piece } from './way.ts';

/**
 * Pieces that go on from one another in the lattice, as one; and the words of the sample around it,
 * `from` to before `to`, that nothing else claims and it may reach into.
 */
export type Run = { readonly pins: readonly Pin[]; readonly from: number; readonly to: number };

/** What one lattice found, and which artifact it is of. */
export type Found = { readonly artifact: string; readonly pieces: readonly Piece[] };

/**
 * Farthest that two pieces of one run may be apart in the sample, in words: what stands between is
 * aligned with what stands between them in the lattice.
 */
const MAX_BETWEEN = 400;

/** By how much that stretch of the lattice may be longer, in items: else each end is on its own. */
const MAX_LOST = 200;

/** How far an alignment may reach beyond the first and the last pin, in words. */
export const REACH = 16;

/**
 * Settles which artifact each passage of a sample of `length` words is of, where several have
 * something like it: the one that more of the passage agrees with. Versions of one artifact do not
 * compete, since they share their slots. What is left is joined to runs, for each lattice in the
 * order of the sample.
 */
export function runsOf(length: number, found: readonly Found[]): Run[][] {
  const claims = claimsOf(length, found);
  const kept = found.map(({ artifact, pieces }) =>
    pieces.filter((piece) => !isContested(claims, artifact, piece)),
  );
  const pinned = new Uint8Array(length);
  for (const { pins } of kept.flat()) for (const { at } of pins) pinned[at] = 1;
  return kept.map((pieces) => join(pieces).map((pins) => withReach(pins, pinned)));
}

/** For each word the most pins of a piece that claims it, whose, and the most of another's. */
type Claims = { readonly most: Int32Array; readonly whose: string[]; readonly next: Int32Array };

function claimsOf(length: number, found: readonly Found[]): Claims {
  const [most, next] = [new Int32Array(length), new Int32Array(length)];
  const whose: string[] = [];
  for (const { artifact, pieces } of found) {
    for (const { pins } of pieces) {
      const strength = pins.length;
      for (const { at } of pins) {
        const own = whose[at] === artifact;
        if (strength > (most[at] ?? 0)) {
          if (!own) next[at] = most[at] ?? 0;
          most[at] = strength;
          whose[at] = artifact;
        } else if (!own) {
          next[at] = Math.max(next[at] ?? 0, strength);
        }
      }
    }
  }
  return { most, whose, next };
}

/** Whether another artifact agrees with more, at half of the piece's words at least. */
function isContested({ most, whose, next }: Claims, artifact: string, { pins }: Piece): boolean {
  const lost = pins.filter(({ at }) => {
    const rival = whose[at] === artifact ? next[at] : most[at];
    return (rival ?? 0) > pins.length;
  });
  return 2 * lost.length >= pins.length;
}

function join(pieces: readonly Piece[]): Pin[][] {
  const runs: Pin[][] = [];
  for (const { pins } of pieces) {
    const before = runs.at(-1);
    if (before !== undefined && goesOn(before.at(-1), pins[0])) before.push(...pins);
    else runs.push([...pins]);
  }
  return runs;
}

function goesOn(last: Pin | undefined, next: Pin | undefined): boolean {
  if (last === undefined || next === undefined) return false;
  const [along, over] = [next.item - last.item, next.at - last.at];
  return along > 0 && over > 0 && over <= MAX_BETWEEN && along <= over + MAX_LOST;
}

function withReach(pins: readonly Pin[], pinned: Uint8Array): Run {
  let from = pins[0]?.at ?? 0;
  let to = (pins.at(-1)?.at ?? 0) + 1;
  for (let steps = 0; steps < REACH && from > 0 && pinned[from - 1] === 0; steps++) from--;
  for (let steps = 0; steps < REACH && to < pinned.length && pinned[to] === 0; steps++) to++;
  return { pins, from, to };
}
