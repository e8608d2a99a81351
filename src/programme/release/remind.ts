import { DAY_MS, type Instant, instant } from '../../domain/instant.ts';
import { type Obligation, owedBy } from '../../policy/duties/obligations.ts';
import type { Policy } from '../../policy/policy.ts';
import { type AlertRow, alertsDisclosedAfter } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { type ObligationRow, obligationRows } from '../../store/obligation-store.ts';
import { type PolicyInForce, policiesInForce } from '../../store/programme-store.ts';
import { insertReminders, type Reminder } from '../../store/reminder-store.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { obligationsFrom } from './obligations-of-copy.ts';

/** How long before something is due a member that is silent is reminded of it. */
const REMIND_BEFORE_MS = DAY_MS;

/**
 * Reminds members of what they owe for alerts that were approved and have not done: a day before it
 * is due, and once more when it is overdue, which is for their second contact. Each is told once
 * however often this runs: a transaction for each alert, killed before its commit nobody was told.
 */
export async function remindDue(context: Context, now: Instant): Promise<void> {
  for (const inForce of await context.store.lookup(policiesInForce)) {
    await remindIn(context, inForce, now);
  }
}

async function remindIn(
  context: Context,
  { programme, sha256 }: PolicyInForce,
  now: Instant,
): Promise<void> {
  const policy = await context.store.lookup((tx) => context.policies.get(tx, programme, sha256));
  // Of a policy in shadow nothing was sent, so nobody owes anything.
  const longest = policy.shadow ? null : longestOwed(policy, now);
  if (longest === null) return;
  const since = instant(now - longest - REMIND_BEFORE_MS);
  const alerts = await context.store.lookup((tx) => alertsDisclosedAfter(tx, programme, since));
  for (const alert of alerts) {
    const silent = await context.store.lookup((tx) => silentFor(tx, policy, alert, now));
    if (silent.length === 0) continue;
    const act = { programme, actor: SYSTEM, at: now };
    await context.store.issuer((tx) => insertReminders(tx, act, alert.id, silent));
  }
}

/** How long after disclosure members may owe something by a time; null: they never do. */
function longestOwed({ duties }: Policy, now: Instant): number | null {
  const owed = owedBy(duties, { grantedAt: now, disclosureAt: now }, now);
  const times = owed.flatMap(({ code, dueAt, withinMs }) => {
    if (code === 'retest') return [withinMs ?? 0];
    return dueAt === null ? [] : [dueAt - now];
  });
  return times.length === 0 ? null : Math.max(0, ...times);
}

/** Who has not done what is due for an alert, whether they were reminded of it or not. */
async function silentFor(
  tx: Tx,
  policy: Policy,
  alert: AlertRow,
  now: Instant,
): Promise<Reminder[]> {
  const silent: Reminder[] = [];
  for (const row of await obligationRows(tx, alert.id)) {
    if (!seesAlerts(row)) continue;
    for (const obligation of obligationsFrom(policy, alert, row, now)) {
      const stage = stageOf(obligation, now);
      if (stage === null) continue;
      silent.push({ participant: row.participant, obligation: obligation.code, stage });
    }
  }
  return silent;
}

/** Whoever sees no alert can neither do anything for one nor read the notice. */
function seesAlerts({ standing }: ObligationRow): boolean {
  return standing === 'active' || standing === 'restricted';
}

function stageOf({ state, dueAt }: Obligation, now: Instant): Reminder['stage'] | null {
  if (state === 'overdue') return 'overdue';
  return state === 'open' && dueAt !== null && dueAt - now <= REMIND_BEFORE_MS ? 'due' : null;
}
