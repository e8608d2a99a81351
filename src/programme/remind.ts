import type { ProgrammeId } from '../domain/ids.ts';
import { DAY_MS, type Instant, instant } from '../domain/instant.ts';
import { type Obligation, owedBy } from '../policy/duties/obligations.ts';
import type { Policy } from '../policy/policy.ts';
import { type AlertRow, alertsDisclosedAfter } from '../store/alert-reader.ts';
import type { Tx } from '../store/database.ts';
import { type ObligationRow, obligationRows } from '../store/obligation-store.ts';
import { programmes } from '../store/programme-store.ts';
import { insertReminders, type Reminder } from '../store/reminder-store.ts';
import { SYSTEM } from './act.ts';
import type { Context } from './context.ts';
import { obligationsFrom } from './obligations-of-copy.ts';

/** How long before something is due a member that is silent is reminded of it. */
const REMIND_BEFORE_MS = DAY_MS;

/**
 * Reminds members of what they owe for alerts that were approved and have not done: a day before it
 * is due, and once more when it is overdue, which is for their second contact. Each is told once
 * however often this runs: a transaction for each alert, killed before its commit nobody was told.
 */
export async function remindDue(context: Context, now: Instant): Promise<void> {
  const all = await context.store.lookup((tx) => programmes(tx));
  for (const { id } of all) await remindIn(context, id, now);
}

async function remindIn(context: Context, programme: ProgrammeId, now: Instant): Promise<void> {
  const policy = await context.store.lookup((tx) => context.policies.active(tx, programme));
  // Of a policy in shadow nothing was sent, so nobody owes anything.
  const longest = policy.shadow ? null : longestOwed(policy, now);
  if (longest === null) return;
  const since = instant(now - longest - REMIND_BEFORE_MS);
  const alerts = await context.store.lookup((tx) => alertsDisclosedAfter(tx, programme, since));
  for (const alert of alerts) {
    await context.store.issuer((tx) => remindOf(tx, policy, alert, now));
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

async function remindOf(tx: Tx, policy: Policy, alert: AlertRow, now: Instant): Promise<void> {
  const silent: Reminder[] = [];
  for (const row of await obligationRows(tx, alert.id)) {
    if (!seesAlerts(row)) continue;
    for (const obligation of obligationsFrom(policy, alert, row, now)) {
      const stage = stageOf(obligation, now);
      if (stage === null) continue;
      silent.push({ participant: row.participant, obligation: obligation.code, stage });
    }
  }
  const act = { programme: alert.programme, actor: SYSTEM, at: now };
  await insertReminders(tx, act, alert.id, silent);
}

/** Whoever sees no alert can neither do anything for one nor read the notice. */
function seesAlerts({ standing }: ObligationRow): boolean {
  return standing === 'active' || standing === 'restricted';
}

function stageOf({ state, dueAt }: Obligation, now: Instant): Reminder['stage'] | null {
  if (state === 'overdue') return 'overdue';
  return state === 'open' && dueAt !== null && dueAt - now <= REMIND_BEFORE_MS ? 'due' : null;
}
