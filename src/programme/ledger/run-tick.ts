import { randomBytes } from '../../crypto/random.ts';
import { type Instant, instant, plus } from '../../domain/instant.ts';
import { buildEventTree, drawPositions, TICK_KEY_BYTES } from '../../ledger/event-tree.ts';
import { appendLeaf, rootOf } from '../../ledger/log-tree.ts';
import { tickLeafHash } from '../../ledger/tick-leaf.ts';
import { clockMark } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import {
  type CheckpointRow,
  insertTick,
  placeEvents,
  type TickRow,
} from '../../store/ledger-store.ts';
import type { Context } from '../context.ts';
import { backlogOf, pinCheckpoint, requireLedger, see } from './guard-ledger.ts';
import { signCheckpoint } from './stored-log.ts';

export type TickResult = { readonly tick: number; readonly events: number; readonly note: string };

/**
 * One tick of the ledger, committed and pinned.
 * @throws as `commitTick`; and as the pin does when it cannot be written, after the commit: the
 *   tick stands, and the worker's next cycle pins it.
 */
export async function runTick(context: Context, now: Instant): Promise<TickResult> {
  const done = await commitTick(context, now);
  await pinTick(context);
  return done;
}

/**
 * One tick of the ledger: places the committed events, appends exactly one leaf to the public log
 * and signs the new checkpoint, in one transaction; only over a log that extends the pinned one.
 * Missed ticks are not made up. Killed before the commit, nothing happened and the checkpoint that
 * was signed was never shown; killed between commit and pin, the database is ahead of the pin, and
 * the next start or tick checks that it extends it, and pins. The same where the pin could not be
 * written: it is behind by all the ticks since, and what a database loses of them is found out by
 * this process alone, which has seen them.
 * @throws LEDGER_ROLLBACK, LEDGER_TAMPERED: nothing is signed then, and the pin stays.
 */
export async function commitTick(context: Context, now: Instant): Promise<TickResult> {
  const { checkpoint, note, backlog, ...done } = await context.store.sequencer(async (tx) => {
    const { latest, frontier } = await requireLedger(context, tx);
    const placed = await placeTick(context, tx, latest, now);
    await context.reached('tick.placed');
    const { frontier: grown, nodes } = appendLeaf(frontier, tickLeafHash(placed));
    const next = { origin: context.origin, size: grown.size, root: rootOf(grown) };
    const signed = signCheckpoint(context, next);
    await insertTick(tx, placed, nodes, signed);
    await context.reached('tick.signed');
    const { tick, events } = placed;
    const backlog = events < context.tickLimit ? 0 : await backlogOf(context, tx, tick);
    return { tick, events, note: signed, checkpoint: next, backlog };
  });
  see(context, checkpoint, backlog);
  owePin(context, { size: checkpoint.size, note });
  await context.reached('tick.committed');
  return { ...done, note };
}

function owePin({ ledger }: Context, tick: { readonly size: number; readonly note: string }): void {
  if (tick.size > (ledger.unpinned?.size ?? 0)) ledger.unpinned = tick;
}

/**
 * Pins the last tick of this process, unless it is pinned.
 * @throws as the pin does when it cannot be written; the next call tries again.
 */
export async function pinTick(context: Context): Promise<void> {
  const { ledger } = context;
  const tick = ledger.unpinned;
  if (tick === null) return;
  await pinCheckpoint(context, tick);
  // Meanwhile there may be another.
  if (ledger.unpinned === tick) ledger.unpinned = null;
  await context.reached('tick.pinned');
}

/**
 * Places what has happened by the tick's time, which is later than the last tick's and not before
 * any event in it. An event stamped ahead of every clock that is trusted is one of a clock that was
 * wrong: it would carry the log's time, and with it all later promises, away. It waits until the
 * time has come or persons have said that it has.
 */
async function placeTick(
  context: Context,
  tx: Tx,
  latest: CheckpointRow | null,
  now: Instant,
): Promise<TickRow> {
  const { trusted, highWater } = await trustedTime(tx, now);
  const until = plus(instant(Math.max(trusted, highWater)), context.tickMs);
  const tick = latest?.size ?? 0;
  const limit = context.tickLimit;
  const leaves = await placeEvents(tx, tick, { until, limit }, drawPositions);
  const after = latest ? latest.at + 1 : 0;
  const at = instant(
    leaves.reduce((most, leaf) => Math.max(most, leaf.at), Math.max(trusted, after)),
  );
  const tickKey = randomBytes(TICK_KEY_BYTES);
  const { root } = buildEventTree(leaves, tickKey);
  return { tick, at, root, tickKey, events: leaves.length };
}

/**
 * While the clock is doubted, no later than the last time that was not: a tick must not claim a
 * time that may be wrong, and what was promised by the old time is kept by it.
 */
async function trustedTime(
  tx: Tx,
  now: Instant,
): Promise<{ trusted: Instant; highWater: Instant }> {
  const mark = await clockMark(tx);
  const highWater = mark?.highWater ?? now;
  const doubted = mark !== null && mark.doubtedAt !== null;
  return { trusted: doubted ? instant(Math.min(now, highWater)) : now, highWater };
}
