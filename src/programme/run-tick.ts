import { randomBytes } from '../crypto/random.ts';
import { TocsinError } from '../domain/errors.ts';
import { type Instant, instant } from '../domain/instant.ts';
import { formatCheckpoint, parseCheckpoint } from '../ledger/checkpoint.ts';
import {
  buildEventTree,
  drawPositions,
  EVENT_TREE_CAPACITY,
  TICK_KEY_BYTES,
} from '../ledger/event-tree.ts';
import {
  appendLeaf,
  type Frontier,
  frontierAt,
  frontierNodes,
  type NodeAt,
  rootOf,
} from '../ledger/log-tree.ts';
import { signNote } from '../ledger/note.ts';
import { tickLeafHash } from '../ledger/tick-leaf.ts';
import { verifierKey } from '../ledger/verifier-key.ts';
import type { Tx } from '../store/database.ts';
import {
  insertCheckpoint,
  insertLogNodes,
  insertTick,
  latestCheckpoint,
  logNodes,
  placeEvents,
} from '../store/ledger-store.ts';
import { lockSequencer } from '../store/locks.ts';
import type { Context } from './context.ts';

export type TickResult = { readonly tick: number; readonly events: number; readonly note: string };

/**
 * One tick of the ledger: places all committed events, appends exactly one leaf to the public log
 * and signs the new checkpoint, in one transaction. Missed ticks are not made up. Killed before the
 * commit, nothing happened and the checkpoint that was signed was never shown; killed between
 * commit and pin, the next start finds the database ahead of the pin, checks that it extends it,
 * and pins.
 */
export async function runTick(context: Context, now: Instant): Promise<TickResult> {
  const result = await context.store.issuer(async (tx) => {
    await lockSequencer(tx);
    const latest = await latestCheckpoint(tx);
    const size = latest?.size ?? 0;
    // A clock that was put right may stand before the last tick; the log's time never runs back.
    const at = instant(Math.max(now, latest?.at ?? now));
    const { root, events } = await placeTick(tx, size, at);
    await context.reached('tick.placed');
    const leaf = tickLeafHash({ tick: size, at, root });
    const appended = appendLeaf(await storedFrontier(tx, size), leaf);
    await insertLogNodes(tx, appended.nodes);
    const note = signCheckpoint(context, size + 1, rootOf(appended.frontier));
    await insertCheckpoint(tx, { size: size + 1, at, note });
    await context.reached('tick.signed');
    return { tick: size, events, note };
  });
  await context.reached('tick.committed');
  await context.pin.write(result.note);
  await context.reached('tick.pinned');
  return result;
}

async function placeTick(tx: Tx, tick: number, now: Instant) {
  const leaves = await placeEvents(tx, tick, EVENT_TREE_CAPACITY, (events) =>
    drawPositions(events),
  );
  const tickKey = randomBytes(TICK_KEY_BYTES);
  const { root } = buildEventTree(leaves, tickKey);
  await insertTick(tx, { tick, at: now, root, tickKey, events: leaves.length });
  return { root, events: leaves.length };
}

/** The log's frontier at `size`, folded from its stored subtrees. */
export async function storedFrontier(tx: Tx, size: number): Promise<Frontier> {
  return frontierAt(size, lookup(await logNodes(tx, frontierNodes(size))));
}

/** Looks subtrees up among those read beforehand. */
export function lookup(nodes: ReadonlyMap<string, Buffer>) {
  return (level: NodeAt['level'], index: NodeAt['index']): Buffer => {
    const hash = nodes.get(`${level}/${index}`);
    if (!hash) throw new TocsinError('INTERNAL', `log node ${level}/${index}: expected it read`);
    return hash;
  };
}

function signCheckpoint(context: Context, size: number, root: Uint8Array): string {
  const { publicKey, sign } = context.keys.log;
  return signNote(formatCheckpoint({ origin: context.origin, size, root }), {
    name: context.origin,
    publicKey,
    sign,
  });
}

/** The key that checkpoints of this ledger verify with, in the signed-note form. */
export function logVerifierKey(context: Pick<Context, 'origin' | 'keys'>): string {
  return verifierKey(context.origin, context.keys.log.publicKey);
}

/**
 * Compares the database's log with the checkpoint kept outside it, at start. A database that is
 * behind (an older backup) or tells another history is refused; one that is ahead is a tick whose
 * pin was not written, and is pinned now.
 * @throws LEDGER_ROLLBACK, LEDGER_TAMPERED
 */
export async function checkPinnedLedger(context: Context): Promise<{ size: number }> {
  const pinnedNote = await context.pin.read();
  const key = logVerifierKey(context);
  const pinned = pinnedNote === null ? null : parseCheckpoint(pinnedNote, key);
  return context.store.issuer(async (tx) => {
    const latest = await latestCheckpoint(tx);
    const size = latest?.size ?? 0;
    if (pinned && size < pinned.size) {
      throw new TocsinError(
        'LEDGER_ROLLBACK',
        `ledger: expected at least ${pinned.size} ticks, as pinned outside the database, found ` +
          `${size}: this is an older database. Restore the newest one, or see docs/keys.md`,
      );
    }
    if (latest) await checkRoot(tx, parseCheckpoint(latest.note, key), 'the newest checkpoint');
    if (pinned && pinned.size > 0) await checkRoot(tx, pinned, 'the pinned checkpoint');
    if (latest && latest.size !== pinned?.size) await context.pin.write(latest.note);
    return { size };
  });
}

async function checkRoot(
  tx: Tx,
  checkpoint: { readonly size: number; readonly root: Uint8Array },
  name: string,
): Promise<void> {
  const found = Buffer.from(rootOf(await storedFrontier(tx, checkpoint.size)));
  if (found.equals(checkpoint.root)) return;
  throw new TocsinError(
    'LEDGER_TAMPERED',
    `ledger: expected the root of ${name} at size ${checkpoint.size}, found another history`,
  );
}
