import type { Decision } from '../../domain/decision.ts';
import type { AlertId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { decideRelease } from '../../policy/decide.ts';
import { countDecision, type WaveCount } from '../../policy/plan.ts';
import type { Policy } from '../../policy/policy.ts';
import { alertById } from '../../store/alert-reader.ts';
import { setAlertState } from '../../store/alert-writer.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import { lockForRelease } from '../../store/locks.ts';
import { enrolmentsPage } from '../../store/participant-reader.ts';
import {
  type DueWave,
  deleteRedecision,
  insertPublications,
  nextDueWave,
  nextRedecision,
  updateWave,
  type Wave,
  type WaveCounts,
  waveForUpdate,
  wavesOf,
} from '../../store/release-store.ts';
import { SYSTEM } from '../act.ts';
import { type AlertFacts, alertFacts, factsFor, grantNow, grantPage } from '../alert/grant-due.ts';
import type { Context } from '../context.ts';
import { requireLedger } from '../ledger/guard-ledger.ts';

/**
 * Participants per transaction: bounds both the memory of a wave and how long a suspension waits
 * for it.
 */
const BATCH = 200;

/**
 * Releases every wave due at `now`, batch by batch. Each batch is one transaction: the wave's
 * cursor, the grants, their events and notices. Killed anywhere, the next run goes on after the
 * last committed batch; a batch that committed although its answer was lost is not done again,
 * because its cursor moved with it. Returns the number of batches done.
 * @throws LEDGER_ROLLBACK, LEDGER_TAMPERED: nothing more is released then. Any other error of an
 * alert once the others have had their waves; the next run tries it again.
 */
export async function releaseDue(context: Context, now: Instant, batch = BATCH): Promise<number> {
  let batches = 0;
  try {
    while (await redecideNext(context, now)) batches += 1;
  } finally {
    batches += await releaseWaves(context, now, batch, []);
  }
  return batches;
}

/** The waves of all alerts but those that have failed in this run. */
async function releaseWaves(
  context: Context,
  now: Instant,
  batch: number,
  failed: readonly AlertId[],
): Promise<number> {
  for (let batches = 0; ; batches += 1) {
    const wave = await context.store.issuer(async (tx) => {
      // Before each batch: a wave may take longer than a database needs to go back.
      await requireLedger(context, tx);
      return (await clockDoubted(tx)) ? null : nextDueWave(tx, now, failed);
    });
    if (!wave) return batches;
    try {
      await releaseBatch(context, wave, now, batch);
    } catch (error) {
      await releaseWaves(context, now, batch, [...failed, wave.alert]);
      throw error;
    }
    await context.reached('release.committed');
  }
}

/** One participant whose time came between waves; done and struck off in one transaction. */
async function redecideNext(context: Context, now: Instant): Promise<boolean> {
  return context.store.issuer(async (tx) => {
    const due = (await clockDoubted(tx)) ? null : await nextRedecision(tx, now);
    if (!due) return false;
    await lockForRelease(tx, due.programme);
    // While this waited, another worker may have done it, and the clock may be doubted by now: then
    // it is noted anew.
    if (await deleteRedecision(tx, due)) {
      await grantNow(context, tx, due.programme, due.participant, now);
    }
    return true;
  });
}

async function releaseBatch(
  context: Context,
  due: DueWave,
  now: Instant,
  batch: number,
): Promise<void> {
  await context.store.issuer(async (tx) => {
    await lockForRelease(tx, due.programme);
    // Between finding the wave and holding the lock the approval may have been voided (no row any
    // more) and given again for another plan, the clock doubted, or another worker may have moved
    // the cursor: nothing that was read before counts.
    const wave = await waveForUpdate(tx, due.alert, due.at);
    const alert = await alertById(tx, due.alert);
    if (!alert || !wave || wave.state === 'done' || (await clockDoubted(tx))) return;
    await context.reached('release.locked');
    const facts = await alertFacts(context, tx, alert);
    const policy = await context.policies.active(tx, alert.programme);
    const page = await enrolmentsPage(tx, alert.programme, wave.cursor, batch);
    if (wave.state === 'pending') await startWave(tx, facts, wave, now);
    await context.reached('release.decided');
    const { decisions, granted } = await grantPage(tx, policy, facts, page, wave.at, now);
    await context.reached('release.granted');
    const counts = addCounts(wave.counts, wave.at, decisions, granted);
    const cursor = page.at(-1)?.participant ?? wave.cursor;
    const last = page.length < batch;
    await updateWave(tx, { ...wave, cursor, counts, state: last ? 'done' : 'running' });
    if (last) await finishWave(tx, policy, facts, wave, counts, now);
  });
}

async function startWave(tx: Tx, { alert }: AlertFacts, wave: Wave, now: Instant): Promise<void> {
  await recordEvent(tx, {
    type: 'wave_started',
    at: now,
    programme: alert.programme,
    actor: SYSTEM,
    data: { alert: alert.id, wave: wave.at },
  });
}

async function finishWave(
  tx: Tx,
  policy: Policy,
  facts: AlertFacts,
  wave: Wave,
  counts: WaveCounts,
  now: Instant,
): Promise<void> {
  const { alert, artifacts, mode } = facts;
  const act = { programme: alert.programme, actor: SYSTEM, at: now };
  await recordEvent(tx, {
    type: 'wave_finished',
    ...act,
    data: {
      alert: alert.id,
      wave: wave.at,
      granted: counts.granted,
      denied: counts.denied,
      held: counts.held,
    },
  });
  const open = artifacts.filter(
    (artifact) =>
      decideRelease(policy, factsFor(facts, artifact, { kind: 'public' }), now).outcome === 'allow',
  );
  // An exercise never leaves the programme, and a shadow casts nothing.
  if (mode === 'live' && !policy.shadow) await insertPublications(tx, act, alert.id, open);
  const all = await wavesOf(tx, alert.id);
  if (all.every((other) => other.state === 'done')) await setAlertState(tx, alert.id, 'closed');
}

function addCounts(
  before: WaveCounts,
  at: Instant,
  decisions: readonly Decision[][],
  granted: number,
): WaveCounts {
  const { allowed, reduced: allowedReduced, held, denied } = before;
  const count: WaveCount = {
    at,
    allowed,
    allowedReduced,
    held,
    denied,
    reasons: { ...before.reasons },
  };
  for (const decision of decisions.flat()) countDecision(count, decision);
  return {
    allowed: count.allowed,
    reduced: count.allowedReduced,
    held: count.held,
    denied: count.denied,
    granted: before.granted + granted,
    reasons: count.reasons,
  };
}
