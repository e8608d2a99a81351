import { type ErrorCode, TocsinError } from '../../domain/errors.ts';
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint.ts';
import {
  EMPTY_FRONTIER,
  type Frontier,
  frontierAt,
  frontierNodes,
  rootOf,
} from '../../ledger/log-tree.ts';
import type { Tx } from '../../store/database.ts';
import type { LogHead } from '../../store/delivery-reader.ts';
import {
  type CheckpointRow,
  leftOver,
  logNodes,
  type StoredLog,
  storedLog,
} from '../../store/ledger-store.ts';
import type { Context } from '../context.ts';
import { logVerifierKey, nodeIn } from './stored-log.ts';

/** The log of the database, once it is seen to be sound. */
export type SoundLog = {
  /** Null before the first tick. */
  readonly latest: CheckpointRow | null;
  /** At the size of `latest`. */
  readonly frontier: Frontier;
};

/**
 * That the database's log extends the checkpoint pinned outside it, and what this process has seen
 * of it since: a restored backup, or a replica that was behind and took over, shows while the
 * process runs too. Costs one statement, and another when somebody else has ticked, with a fold of
 * at most 53 stored hashes for each checkpoint. On a fault nothing is released, signed or answered
 * (`requireSoundLedger`) until the right database is back.
 * @throws LEDGER_ROLLBACK for a smaller log; LEDGER_TAMPERED for another history.
 */
export async function requireLedger(context: Context, tx: Tx): Promise<SoundLog> {
  // Read first: a tick of another process that is pinned by now is also in the database by now.
  const pinned = await readPin(context);
  const { ledger } = context;
  const { known } = ledger;
  try {
    const sizes = new Set([pinned, known].map((checkpoint) => checkpoint?.size ?? 0));
    const log = await storedLog(tx, [...sizes].flatMap(frontierNodes));
    if (pinned) requireExtends(log, pinned, 'as pinned outside the database');
    const seen = known ? requireExtends(log, known, 'as this process has seen') : EMPTY_FRONTIER;
    const { latest } = log;
    const isNew = latest !== null && latest.size !== known?.size;
    const frontier = isNew ? await requireNewest(context, tx, latest) : seen;
    ledger.fault = null;
    return { latest, frontier };
  } catch (error) {
    if (error instanceof TocsinError && FAULTS.includes(error.code)) ledger.fault = error;
    throw error;
  }
}

/** That the log is what its newest checkpoint says, which this process has not seen yet. */
async function requireNewest(context: Context, tx: Tx, latest: CheckpointRow): Promise<Frontier> {
  const { size, note } = latest;
  // At the size of its row: an older checkpoint put in its place has another root.
  const newest = { ...parseCheckpoint(note, logVerifierKey(context)), size };
  const nodes = await logNodes(tx, frontierNodes(size));
  const frontier = requireExtends({ latest, nodes }, newest, 'as the newest checkpoint says');
  see(context, newest, await backlogOf(context, tx, size - 1));
  return frontier;
}

const FAULTS: readonly ErrorCode[] = ['LEDGER_ROLLBACK', 'LEDGER_TAMPERED'];

/**
 * The same for the worker, at each cycle: nothing is released before it. A log only grows, so that
 * what is read need not be of one moment.
 */
export async function guardLedger(context: Context): Promise<void> {
  await context.store.lookup((tx) => requireLedger(context, tx));
}

/** @throws LEDGER_ROLLBACK, LEDGER_TAMPERED while the ledger was last seen so. */
export function requireSoundLedger({ ledger }: Context): void {
  if (ledger.fault) throw ledger.fault;
}

/**
 * The quick form for a release, which has the log's size at hand: a database that went back shows
 * before the worker looks again.
 * @param known what this process had seen before the transaction of the release began.
 * @throws LEDGER_ROLLBACK
 */
export function requireSize(
  { ledger }: Context,
  known: Checkpoint | null,
  { size }: LogHead,
): void {
  if (known === null || size >= known.size) return;
  ledger.fault = rollback(known.size, size, 'as this process has seen');
  throw ledger.fault;
}

/**
 * Keeps a committed checkpoint outside the database, unless a newer one is kept there: another
 * process may have ticked since.
 */
export async function pinCheckpoint(
  context: Context,
  { size, note }: Pick<CheckpointRow, 'size' | 'note'>,
): Promise<void> {
  const pinned = await readPin(context);
  if (pinned === null || pinned.size < size) await context.pin.write(note);
}

/** What was seen only grows: a slower process may tell of an older one. */
export function see({ ledger }: Context, checkpoint: Checkpoint, backlog: number): void {
  if (checkpoint.size <= (ledger.known?.size ?? 0)) return;
  ledger.known = checkpoint;
  ledger.backlog = backlog;
}

/** How many ticks it takes to place what a tick left over. */
export async function backlogOf({ tickLimit }: Context, tx: Tx, tick: number): Promise<number> {
  return Math.ceil((await leftOver(tx, tick, tickLimit)) / tickLimit);
}

async function readPin(context: Context): Promise<Checkpoint | null> {
  const note = await context.pin.read();
  if (note === null) return null;
  const { ledger } = context;
  if (ledger.pinned?.note !== note) {
    ledger.pinned = { note, checkpoint: parseCheckpoint(note, logVerifierKey(context)) };
  }
  return ledger.pinned.checkpoint;
}

/** @returns the log's frontier at the size of the checkpoint. */
function requireExtends(
  { latest, nodes }: StoredLog,
  { size, root }: Checkpoint,
  source: string,
): Frontier {
  const found = latest?.size ?? 0;
  if (found < size) throw rollback(size, found, source);
  const frontier = frontierAt(size, nodeIn(nodes));
  if (Buffer.from(rootOf(frontier)).equals(root)) return frontier;
  throw new TocsinError(
    'LEDGER_TAMPERED',
    `ledger: expected the root at size ${size} ${source}, found another history`,
  );
}

function rollback(expected: number, found: number, source: string): TocsinError {
  return new TocsinError(
    'LEDGER_ROLLBACK',
    `ledger: expected at least ${expected} ticks, ${source}, found ${found}: this is an older ` +
      'database. Restore the newest one, or see docs/keys.md',
  );
}
