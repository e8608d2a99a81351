import { parseInstant } from '../../domain/instant.ts';
import type { Report } from './report.ts';

/** What the story claims, each to be held against what was measured. */
const CLAIMS: readonly { readonly claim: string; readonly holds: (report: Report) => boolean }[] = [
  {
    claim: 'firms that must report have nothing before disclosure, then the general description',
    holds: ({ alerts }) =>
      alerts.every(
        ({ restricted }) =>
          restricted.pocCopies === 0 &&
          restricted.copiesBeforeT0 === 0 &&
          restricted.otherCopies === 0,
      ),
  },
  {
    claim: 'every copy that was served was opened, and its proof verified',
    holds: ({ alerts }) =>
      alerts.every(
        ({ copies }) => copies.opened === copies.served && copies.verified === copies.served,
      ),
  },
  {
    claim: 'nothing is served after a suspension',
    holds: ({ suspension }) => suspension.fetchesAfter > 0 && suspension.servedAfter === 0,
  },
  {
    claim: 'the text is traced to the copy it was made from, and to no other',
    holds: ({ leak }) =>
      leak.accused.length === 1 &&
      leak.accused.every((one) => one.reader === leak.truth && one.corrected <= 1e-6),
  },
  {
    claim: 'a canary value is found, and is not sufficient alone',
    holds: ({ canary }) => canary.hit && !canary.sufficient,
  },
  {
    claim: 'no copy is identified where there is no mark',
    holds: ({ unmarked }) => unmarked.accused.length === 0,
  },
  {
    claim: 'nothing that was taken over was released before it was published',
    holds: ({ alerts }) =>
      alerts.every(({ sources }) =>
        sources.every(
          ({ publishedAt, releasedAt }) =>
            releasedAt !== null && parseInstant(releasedAt) >= parseInstant(publishedAt),
        ),
      ),
  },
  {
    claim: 'the second alert was published by one person and confirmed by another in time',
    holds: ({ alerts }) => alerts[1]?.breakGlass?.confirmedInTime === true,
  },
  { claim: 'the ledger verifies from outside', holds: ({ ledger }) => ledger.verified },
];

/** The claims that the numbers do not bear out; none, if all is well. */
export function brokenClaims(report: Report): string[] {
  return CLAIMS.filter(({ holds }) => !holds(report)).map(({ claim }) => claim);
}
