import type { AlertId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { Finding } from '../../policy/timing/check.ts';
import type { Conflict } from '../../policy/timing/conflict.ts';
import type { Proposals } from '../../policy/timing/plan-lists.ts';
import type { Period } from '../../policy/timing/span.ts';
import { alertById } from '../../store/alert-reader.ts';
import { policyFiles } from '../../store/programme-store.ts';
import type { Context } from '../context.ts';
import { inThread } from '../thread.ts';
import { readHead } from './alert-head.ts';
import { unknownAlert } from './draft-alert.ts';
import { type Standing, standingOf } from './timing-facts.ts';

type Files = Readonly<Record<string, string>>;

/** One list that the alert goes to: a pack's texts, or null for the alert's own programme. */
export type ListAsked = { readonly name: string; readonly files: Files | null };

/** When all of several lists can be told of one T0, or which T0 all of them can have. */
export type DatesAsked = {
  readonly lists: readonly ListAsked[];
  /** Null: the T0 of the alert. */
  readonly disclosureAt: Instant | null;
  /** The stretch to look for T0s in; null: none. */
  readonly search: { readonly from: Instant; readonly to: Instant } | null;
};

/** What one list may be told when. */
export type ListDates = {
  readonly list: string;
  readonly notices: readonly Period[];
  readonly earliest: Instant;
  readonly latest: Instant;
  readonly schedule: Schedule;
  readonly warnings: readonly Finding[];
};

export type Dates = {
  readonly disclosureAt: Instant;
  /** For each list its notices, or for each that can have none the rules in conflict. */
  readonly lists: readonly ListDates[];
  readonly conflicts: readonly Conflict[];
  readonly proposals: Proposals | null;
};

/** What the thread works on. */
export type Dating = {
  readonly lists: readonly {
    readonly name: string;
    readonly files: Files;
    readonly standing: Standing;
    readonly reasons: readonly string[];
  }[];
  readonly disclosureAt: Instant;
  readonly search: DatesAsked['search'];
  readonly now: Instant;
};

/**
 * The notices that several lists can have of one alert, each by its own clock. Other lists are told
 * elsewhere: of them nobody has been told, as far as is known here. In a thread, since packs that
 * nobody checked take seconds. Changes nothing.
 * @throws POLICY_INVALID for a pack that does not compile; INVALID_INPUT where a calendar has a
 * gap, and for a search of more than 120 days.
 */
export async function planDates(
  context: Context,
  id: AlertId,
  { lists, disclosureAt, search }: DatesAsked,
  now: Instant,
): Promise<Dates> {
  const dating = await context.store.issuer(async (tx): Promise<Dating> => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    const policy = await context.policies.active(tx, alert.programme);
    const head = await readHead(context, tx, alert);
    const own = await standingOf(tx, policy, alert, head, null, now);
    const files = await policyFiles(tx, alert.programme, policy.sha256);
    const { facts, dates } = head;
    return {
      now,
      search,
      disclosureAt: disclosureAt ?? alert.schedule.disclosureAt,
      lists: lists.map((each) => ({
        name: each.name,
        files: each.files ?? files,
        // Who is on another list is not known here.
        standing:
          each.files === null
            ? { ...own, head: { facts, dates } }
            : { ...own, head: { facts, dates }, told: {}, calendars: [] },
        reasons: head.timing.reasons,
      })),
    };
  });
  return inThread<Dates>(new URL('./plan-dates-thread.ts', import.meta.url), 'lists', dating);
}
