import { type Axis, listed, type Wording } from './axis.ts';
import type { Situation } from './profile.ts';

/** Settings of each of some axes; stands for all their combinations. */
export type Box = ReadonlyMap<number, readonly number[]>;

/**
 * Boxes over some axes that together hold all the given situations, each as wide as it can be:
 * begun at the first situation that no box holds yet, and widened axis by axis. They hold nothing
 * else, but perhaps some of `also`, of which the same may be said.
 */
export function boxesOver(
  axes: readonly Axis[],
  some: readonly number[],
  situations: readonly Situation[],
  also: readonly Situation[],
): Box[] {
  const keyOf = (situation: Situation) => some.map((axis) => situation[axis]).join();
  const inside = new Set([...situations, ...also].map(keyOf));
  const held = new Set<string>();
  const boxes: Box[] = [];
  for (const situation of situations) {
    if (held.has(keyOf(situation))) continue;
    const box = new Map(some.map((axis) => [axis, [situation[axis] ?? 0]]));
    const whereAxis = (axis: number, setting: number) =>
      combinations(some, new Map([...box, [axis, [setting]]]));
    for (const axis of some) {
      const all = [...(axes[axis]?.settings.keys() ?? [])];
      box.set(
        axis,
        all.filter((setting) => whereAxis(axis, setting).every((key) => inside.has(key))),
      );
    }
    // What an earlier box has said need not be said again, unless it makes this one shorter.
    for (const axis of some) {
      const settings = box.get(axis) ?? [];
      if (settings.length === axes[axis]?.settings.length) continue;
      const fresh = settings.filter((setting) =>
        whereAxis(axis, setting).some((key) => !held.has(key)),
      );
      if (fresh.length > 0) box.set(axis, fresh);
    }
    for (const key of combinations(some, box)) held.add(key);
    boxes.push(box);
  }
  return boxes;
}

function combinations(some: readonly number[], box: Box): string[] {
  const lists = some.map((axis) => box.get(axis) ?? []);
  return lists
    .reduce<number[][]>(
      (found, list) => found.flatMap((one) => list.map((setting) => [...one, setting])),
      [[]],
    )
    .map((each) => each.join());
}

/** Says who is in a box: a clause for each axis, or each set, that is not free in it. */
export function boxWords(axes: readonly Axis[], box: Box): string {
  const clauses = [...Map.groupBy(fixedIn(axes, box), ({ axis }) => axis.member?.wording ?? axis)];
  return clauses
    .map(([about, fixed]) => {
      const [first] = fixed;
      if ('says' in about) return about.says(first?.settings ?? []);
      return setWords(about, fixed, axes.filter((axis) => axis.member?.wording === about).length);
    })
    .join(', and ');
}

type Fixed = { readonly axis: Axis; readonly settings: readonly number[] };

function fixedIn(axes: readonly Axis[], box: Box): Fixed[] {
  return [...box].flatMap(([i, settings]) => {
    const axis = axes[i];
    const free = axis === undefined || settings.length === axis.settings.length;
    return free ? [] : [{ axis, settings }];
  });
}

/** What is in a set and what is not; `size`: of how many members it is asked. */
function setWords({ yes, no, none }: Wording, fixed: readonly Fixed[], size: number): string {
  const words = (setting: number) =>
    fixed
      .filter(({ settings }) => settings[0] === setting)
      .map(({ axis }) => axis.member?.word ?? '');
  const [missing, present] = [words(0), words(1)];
  if (missing.length === size && none !== null) return none;
  return [
    ...(present.length > 0 ? [`${yes} ${listed(present, 'and')}`] : []),
    ...(missing.length > 0 ? [`${no} ${listed(missing, 'or')}`] : []),
  ].join(', and ');
}
