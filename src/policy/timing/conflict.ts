import type { Instant } from '../../domain/instant.ts';
import type { Clock } from './clock.ts';
import type { Group, ListClock } from './lists.ts';
import { ALWAYS, intersect, type Period, periods, type Spans } from './span.ts';

/** A clock, and the notices it takes for one disclosure. */
type Cell = ListClock & { readonly notices: Spans };

/** All clocks of all groups at one disclosure. */
export type Row = { readonly at: Instant; readonly groups: readonly (readonly Cell[])[] };

/** A clock of a conflict, and the notices it would take for the disclosure of the witness. */
export type Conflicting = Pick<Clock, 'code' | 'field' | 'name'> & {
  readonly list: string;
  readonly notices: readonly Period[];
};

/**
 * Clocks that are impossible together: without any one of them the others leave a disclosure, and
 * `at` is one that all but the last of them leave.
 */
export type Conflict = { readonly at: Instant; readonly clocks: readonly Conflicting[] };

/** What the clocks of the groups say about a disclosure at `at`. */
export function rowAt(groups: readonly Group[], at: Instant): Row {
  const asked = new Map<string, Spans>();
  return {
    at,
    groups: groups.map((group) =>
      group.map((each) => {
        const notices = asked.get(each.id) ?? each.clock.notices(at);
        asked.set(each.id, notices);
        return { ...each, notices };
      }),
    ),
  };
}

/** The notices that all clocks of a group take, but those whose ids are left out. */
export function common(cells: readonly Cell[], without: ReadonlySet<string> = new Set()): Spans {
  let left: Spans = ALWAYS;
  for (const { id, notices } of cells) {
    if (!without.has(id)) left = intersect(left, notices);
    if (left.length === 0) break;
  }
  return left;
}

/** Whether every group of a row has a notice. */
export function possible({ groups }: Row, without?: ReadonlySet<string>): boolean {
  return groups.every((cells) => common(cells, without).length > 0);
}

/**
 * A smallest set of clocks that no row satisfies, found by leaving out one after the other for as
 * long as the rest stays impossible. `rows`: none of them is possible, and there is one at least.
 */
export function conflictIn(rows: readonly Row[]): Conflict | null {
  const without = new Set<string>();
  const every = new Map((rows[0]?.groups ?? []).flat().map((cell) => [cell.id, cell]));
  let witness = rows[0];
  for (const id of every.keys()) {
    without.add(id);
    const found = rows.find((row) => possible(row, without));
    if (found === undefined) continue;
    witness = found;
    without.delete(id);
  }
  if (witness === undefined) return null;
  const cells = new Map(witness.groups.flat().map((cell) => [cell.id, cell]));
  const clocks = [...cells.values()]
    .filter(({ id }) => !without.has(id))
    .map(({ list, clock: { code, field, name }, notices }) => ({
      ...{ list, code, field, name },
      notices: periods(notices),
    }));
  return { at: witness.at, clocks };
}
