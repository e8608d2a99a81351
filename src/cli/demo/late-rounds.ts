import { DAY_MS, HOUR_MS, type Instant, instant, plus } from '../../domain/instant.ts';

/**
 * What comes late is released once a day, late in it: of most sources the day is known and not the
 * hour.
 */
const HOUR_OF_DAY = 23;

type Dated = { readonly sourcePublishedAt: Instant | null };

/** Late artifacts that are released together. */
export type Round<T> = { readonly at: Instant; readonly artifacts: readonly T[] };

/**
 * Each artifact in the first round on or after its own date, in order; one of our own, which has
 * none, in the first there is.
 */
export function roundsOf<T extends Dated>(late: readonly T[]): Round<T>[] {
  const dated = late.flatMap(({ sourcePublishedAt: at }) => (at === null ? [] : [roundOf(at)]));
  const first = instant(Math.min(...dated));
  const rounds = Map.groupBy(late, ({ sourcePublishedAt: at }) =>
    at === null ? first : roundOf(at),
  );
  return [...rounds].map(([at, artifacts]) => ({ at, artifacts })).toSorted((a, b) => a.at - b.at);
}

function roundOf(published: Instant): Instant {
  const hour = plus(instant(Math.floor(published / DAY_MS) * DAY_MS), HOUR_OF_DAY * HOUR_MS);
  return published <= hour ? hour : plus(hour, DAY_MS);
}
