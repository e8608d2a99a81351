import { refusePack } from '../refuse.ts';
import type { Axis } from './axis.ts';
import type { Situation } from './profile.ts';
import { type Cell, decisionAt, type Inquiry, type Profile, profileOf, RANK } from './profile.ts';

/** More situations than this at once nobody reads, and enumerating them takes minutes. */
const MAX_SITUATIONS = 20_000;

/** The ordinary situation: of what may yield, the settings that let the table say most. */
export function ordinarySituation(inquiry: Inquiry): Situation {
  const { axes } = inquiry;
  let best = axes.map(({ ordinary }) => ordinary);
  for (let again = true; again; ) {
    again = false;
    for (const [axis, { settings, yields }] of axes.entries()) {
      for (const setting of yields ? settings.keys() : []) {
        const other = best.with(axis, setting);
        if (!givesMore(profileOf(inquiry, other), profileOf(inquiry, best))) continue;
        best = other;
        again = true;
      }
    }
  }
  return best;
}

function givesMore(profile: Profile, than: Profile): boolean {
  const ranks = profile.flatMap((cell, i) => compared(cell, than[i] ?? cell));
  return ranks.every((rank) => rank >= 0) && ranks.some((rank) => rank > 0);
}

/** By how much one cell gives more than another, at each instant at which either turns. */
function compared(cell: Cell, other: Cell): number[] {
  return [...cell.turns, ...other.turns].map(
    ({ at }) => RANK[decisionAt(cell, at).outcome] - RANK[decisionAt(other, at).outcome],
  );
}

/**
 * The axes in groups that have to be looked at together: what two of them do together is not the
 * stricter of what each does alone. Found by asking, for all axes of each rule in every combination
 * and for every pair.
 */
export function axesTogether(
  inquiry: Inquiry,
  ordinary: Situation,
  together: readonly ReadonlySet<string>[],
): number[][] {
  const { axes } = inquiry;
  const groups = axes.map((_, axis) => [axis]);
  const join = (a: number, b: number) => {
    const [left, right] = [groups[a], groups[b]];
    if (left === undefined || right === undefined || left === right) return;
    const both = [...left, ...right].sort((one, other) => one - other);
    for (const axis of both) groups[axis] = both;
  };
  for (const some of [...together.map((paths) => axesOn(axes, paths)), ...pairs(axes.length)]) {
    for (const situation of situations(axes, ordinary, some)) {
      const changed = some.filter((axis) => situation[axis] !== ordinary[axis]);
      for (const [a = 0, b = 0] of pairsOf(changed)) {
        if (groups[a] === groups[b]) continue;
        if (interact(inquiry, situation, ordinary, a, b)) join(a, b);
      }
    }
  }
  return [...new Set(groups)];
}

function axesOn(axes: readonly Axis[], read: ReadonlySet<string>): number[] {
  return [...axes.keys()].filter((i) => axes[i]?.paths.some((path) => read.has(path)));
}

function pairs(count: number): number[][] {
  return pairsOf(Array.from({ length: count }, (_, i) => i));
}

function pairsOf(list: readonly number[]): number[][] {
  return list.flatMap((a, i) => list.slice(i + 1).map((b) => [a, b]));
}

/**
 * Every combination of settings of some axes, the others being ordinary.
 * @throws POLICY_INVALID when there are too many for anybody to read.
 */
export function situations(
  axes: readonly Axis[],
  ordinary: Situation,
  some: readonly number[],
): Situation[] {
  const sizes = some.map((axis) => axes[axis]?.settings.length ?? 1);
  if (sizes.reduce((product, size) => product * size, 1) > MAX_SITUATIONS) {
    throw refusePack(
      { file: 'the pack', line: null },
      `a rule looks at too much at once to be explained: ${some.length} things`,
      'split the rule',
    );
  }
  return some.reduce<Situation[]>(
    (found, axis) =>
      found.flatMap((one) =>
        [...(axes[axis]?.settings.keys() ?? [])].map((i) => one.with(axis, i)),
      ),
    [ordinary],
  );
}

/**
 * Whether two settings together do other than the stricter of what each does without the other.
 * Where one of them gives more than is usual, the other may still take some of that away.
 */
function interact(
  inquiry: Inquiry,
  situation: Situation,
  ordinary: Situation,
  a: number,
  b: number,
): boolean {
  const usual = profileOf(inquiry, situation.with(a, ordinary[a] ?? 0).with(b, ordinary[b] ?? 0));
  const both = profileOf(inquiry, situation);
  const withoutA = profileOf(inquiry, situation.with(a, ordinary[a] ?? 0));
  const withoutB = profileOf(inquiry, situation.with(b, ordinary[b] ?? 0));
  return both.some(
    (cell, i) => !isTogether(cell, withoutA[i] ?? cell, withoutB[i] ?? cell, usual[i] ?? cell),
  );
}

/** Whether a cell is what two others, each on its own, make of the usual one. */
function isTogether(cell: Cell, one: Cell, other: Cell, usual: Cell): boolean {
  if (cell.shape === one.shape && cell.shape === other.shape) return true;
  return [cell, one, other, usual]
    .flatMap(({ turns }) => turns)
    .every(({ at }) => {
      const rankIn = (each: Cell) => RANK[decisionAt(each, at).outcome];
      const [least, most] = [
        Math.min(rankIn(one), rankIn(other)),
        Math.max(rankIn(one), rankIn(other)),
      ];
      const rank = rankIn(cell);
      return most > rankIn(usual) ? rank >= least && rank <= most : rank === least;
    });
}
