import type { AlertId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ObligationCode, ReportWord } from '../../domain/obligation.ts';
import type { Obligation } from '../../policy/duties/obligations.ts';
import { alertById } from '../../store/alert-reader.ts';
import { type ObligationRow, obligationRows } from '../../store/obligation-store.ts';
import { unknownAlert } from '../alert/draft-alert.ts';
import type { Context } from '../context.ts';
import type { AlertKeys } from '../keyring.ts';
import { obligationsFrom } from './obligations-of-copy.ts';
import { productOf } from './report-obligation.ts';

/** How many members stand how to one obligation. Silence is `open` or `overdue`, never `done`. */
export type ObligationCounts = Record<Obligation['state'], number> & {
  readonly code: ObligationCode;
};

/** One member's obligations, with the last word that it reported for each. */
export type MemberObligations = {
  readonly participant: ParticipantId;
  readonly obligations: readonly (Obligation & {
    /** The last word, of whichever product. */
    readonly says: ReportWord | null;
    /** The last word of each product, oldest first. */
    readonly products: readonly ProductReport[];
  })[];
};

export type ProductReport = {
  readonly product: string;
  readonly says: ReportWord;
  readonly at: Instant;
};

/** Members in one answer; all are counted. */
const MAX_LISTED = 2_000;

/**
 * What everybody owes that was given something of an alert: counted by obligation, and member by
 * member, those with something overdue first.
 */
export async function readObligations(
  context: Context,
  id: AlertId,
  now: Instant,
): Promise<{ counts: readonly ObligationCounts[]; members: readonly MemberObligations[] }> {
  return context.store.issuer(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw unknownAlert();
    const policy = await context.policies.active(tx, alert.programme);
    const keys = await context.keys.alert(tx, id);
    const counts = new Map<ObligationCode, ObligationCounts>();
    const members = (await obligationRows(tx, id)).map((row) => {
      const obligations = obligationsFrom(policy, alert, row, now).map((each) => ({
        ...each,
        says: lastWord(row, each),
        products: productsIn(keys, row, each),
      }));
      for (const { code, state } of obligations) countOf(counts, code)[state] += 1;
      return { participant: row.participant, obligations };
    });
    const late = members.filter(hasOverdue);
    const others = members.filter((each) => !hasOverdue(each));
    return { counts: [...counts.values()], members: [...late, ...others].slice(0, MAX_LISTED) };
  });
}

function hasOverdue({ obligations }: MemberObligations): boolean {
  return obligations.some(({ state }) => state === 'overdue');
}

function countOf(counts: Map<ObligationCode, ObligationCounts>, code: ObligationCode) {
  const found = counts.get(code) ?? { code, open: 0, done: 0, late: 0, overdue: 0, binding: 0 };
  counts.set(code, found);
  return found;
}

function productsIn(
  keys: AlertKeys,
  { reports }: ObligationRow,
  { code }: Obligation,
): ProductReport[] {
  const found = new Map<string, ProductReport>();
  for (const report of reports.filter((each) => each.code === code)) {
    const product = productOf(keys, report);
    if (product === null) continue;
    found.delete(product);
    found.set(product, { product, says: report.says, at: report.at });
  }
  return [...found.values()];
}

function lastWord({ reports }: ObligationRow, { code }: Obligation): ReportWord | null {
  return reports.findLast((each) => each.code === code)?.says ?? null;
}
