import type { ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Manifest } from '../../formats/manifest.ts';
import {
  type Obligation,
  type Owed,
  obligationsOf,
  owedBy,
  turnsOnGrant,
} from '../../policy/duties/obligations.ts';
import type { Policy } from '../../policy/policy.ts';
import type { AlertRow } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { firstGrantTo, type ObligationRow, obligationRows } from '../../store/obligation-store.ts';

export { OBLIGATION_STATES, type Obligation } from '../../policy/duties/obligations.ts';

/** Of an alert and its reader, what obligations turn on. */
type Case = { readonly alert: AlertRow; readonly policy: Pick<Policy, 'duties'> };

/** What a copy issued at `now` says that its reader's participant owes. */
export async function obligationsOfCopy(
  tx: Tx,
  { alert, policy }: Case,
  participant: ParticipantId,
  now: Instant,
): Promise<Manifest['obligations']> {
  const { duties } = policy;
  // A round trip of every fetch, and most packs count from disclosure alone.
  const granted = turnsOnGrant(duties) ? await firstGrantTo(tx, alert.id, participant) : null;
  const { disclosureAt } = alert.schedule;
  const owed = owedBy(duties, { grantedAt: granted ?? now, disclosureAt }, now);
  return {
    due: timesOf(owed, ({ dueAt }) => dueAt),
    within: timesOf(owed, ({ withinMs }) => withinMs),
  };
}

function timesOf(
  owed: readonly Owed[],
  timeOf: (one: Owed) => number | null,
): Record<string, number> {
  const times = owed.flatMap((one): [string, number][] => {
    const time = timeOf(one);
    return time === null ? [] : [[one.code, time]];
  });
  return Object.fromEntries(times);
}

/** What a participant owes for an alert that it was given, as things stand. */
export async function obligationsOfAlert(
  tx: Tx,
  { alert, policy }: Case,
  participant: ParticipantId,
  now: Instant,
): Promise<readonly Obligation[]> {
  const [row] = await obligationRows(tx, alert.id, participant);
  return row === undefined ? [] : obligationsFrom(policy, alert, row, now);
}

/** The same, with what is on record of the participant read already. */
export function obligationsFrom(
  { duties }: Pick<Policy, 'duties'>,
  { schedule: { disclosureAt } }: Pick<AlertRow, 'schedule'>,
  row: ObligationRow,
  now: Instant,
): Obligation[] {
  return obligationsOf(duties, { ...row, disclosureAt }, now);
}
