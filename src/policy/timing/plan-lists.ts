import type { Tier } from '../../domain/enrolment.ts';
import { invalid } from '../../domain/errors.ts';
import { DAY_MS, type Instant, instant } from '../../domain/instant.ts';
import { leadInstant, type Schedule } from '../../domain/schedule.ts';
import { checkTiming, type Finding } from './check.ts';
import { type Conflict, common, conflictIn, possible, type Row, rowAt } from './conflict.ts';
import { groupsOf, type List } from './lists.ts';
import type { Span, Spans } from './span.ts';
import { turningInstants } from './turning.ts';

/** What one list may be told when, for one disclosure. */
export type ListPlan = {
  readonly list: string;
  /** Every instant at which its first notice is safe, its leads and now considered. */
  readonly notices: Spans;
  /** The first of them, at which its first wave opens. */
  readonly earliest: Instant;
  /** The last of them: a first notice after it breaks a rule. */
  readonly latest: Instant;
  /** The leads of its tiers, none before `earliest`. */
  readonly schedule: Schedule;
  readonly warnings: readonly Finding[];
};

/** A plan for all lists, or for each list that cannot have one the clocks in conflict. */
export type ListsPlan =
  | { readonly kind: 'planned'; readonly lists: readonly ListPlan[] }
  | { readonly kind: 'refused'; readonly conflicts: readonly Conflict[] };

/**
 * The notices that several lists can have of one disclosure, each by its own clock: not before what
 * it asks for (a fix, its longest embargo), and not after its latest safe instant.
 * @throws INVALID_INPUT as `checkTiming`.
 */
export function planLists(lists: readonly List[], disclosureAt: Instant): ListsPlan {
  const rows = lists.map((list) => rowAt(groupsOf(list), disclosureAt));
  const conflicts = rows.flatMap((row) => (possible(row) ? [] : (conflictIn([row]) ?? [])));
  if (conflicts.length > 0) return { kind: 'refused', conflicts };
  return {
    kind: 'planned',
    lists: lists.flatMap((list, i) => planList(list, rows[i], disclosureAt)),
  };
}

function planList(list: List, row: Row | undefined, disclosureAt: Instant): ListPlan[] {
  const notices = common(row?.groups[0] ?? []);
  const [earliest, latest] = [notices[0]?.from, notices.at(-1)?.to];
  if (earliest === undefined || latest === undefined) return [];
  const { told, now } = list.facts;
  const opensAt: Record<Tier, Instant> = {};
  for (const [tier, lead] of Object.entries(list.leads)) {
    const opens = leadInstant(disclosureAt, lead, list.calendars);
    opensAt[tier] = told[tier] ?? instant(Math.max(opens, now, earliest));
  }
  const schedule = { disclosureAt, opensAt };
  const { timing, facts, calendars } = list;
  return [
    {
      list: list.name,
      notices,
      earliest: instant(earliest),
      latest: instant(latest),
      schedule,
      warnings: checkTiming(timing, { ...facts, schedule }, calendars),
    },
  ];
}

/** Disclosures that all lists can have. `clean`: no list warns of them. */
export type Candidates = {
  readonly from: Instant;
  readonly to: Instant;
  readonly clean: boolean;
};

/** The disclosures that all lists can have, or why there is none. */
export type Proposals =
  | { readonly kind: 'found'; readonly candidates: readonly Candidates[] }
  | { readonly kind: 'refused'; readonly conflict: Conflict | null };

/** Longer stretches are for a person to narrow down, not for a request to wait for. */
const MAX_SEARCH_MS = 120 * DAY_MS;

/**
 * Every disclosure from `from` to `to` that all lists can have, in order. The search is over the
 * instants at which an answer can change, and so misses none.
 * @throws INVALID_INPUT for a search longer than 120 days, and as `checkTiming`.
 */
export function proposeDisclosures(lists: readonly List[], from: Instant, to: Instant): Proposals {
  if (to < from || to - from > MAX_SEARCH_MS) {
    throw invalid('to', 'up to 120 days after the start of the search', to - from);
  }
  const groups = lists.flatMap(groupsOf);
  const constant = constantSpans(turningInstants(lists, from, to), to);
  const rows = constant.map((span) => rowAt(groups, instant(span.from)));
  const candidates = constant.flatMap((span, i) => {
    const row = rows[i];
    if (row === undefined || !possible(row)) return [];
    return [{ from: row.at, to: instant(span.to), clean: isClean(lists, row.at) }];
  });
  if (candidates.length === 0) return { kind: 'refused', conflict: conflictIn(rows) };
  return { kind: 'found', candidates: joined(candidates) };
}

function isClean(lists: readonly List[], at: Instant): boolean {
  const plan = planLists(lists, at);
  return plan.kind === 'planned' && plan.lists.every(({ warnings }) => warnings.length === 0);
}

/**
 * Each turning instant, and what lies between it and the next: on each the answers are constant.
 */
function constantSpans(turning: readonly Instant[], to: Instant): Span[] {
  return turning.flatMap((at, i) => {
    const next = turning[i + 1] ?? to + 1;
    const point = { from: at, to: at };
    return at + 1 < next ? [point, { from: at + 1, to: next - 1 }] : [point];
  });
}

function joined(candidates: readonly Candidates[]): Candidates[] {
  const found: Candidates[] = [];
  for (const each of candidates) {
    const last = found.at(-1);
    if (last !== undefined && last.to + 1 === each.from && last.clean === each.clean) {
      found[found.length - 1] = { ...last, to: each.to };
    } else found.push(each);
  }
  return found;
}
