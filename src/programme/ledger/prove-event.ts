import { TocsinError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { EventProof } from '../../ledger/event-proof.ts';
import { buildEventTree } from '../../ledger/event-tree.ts';
import {
  consistencyNodes,
  consistencyProof,
  inclusionNodes,
  inclusionProof,
} from '../../ledger/log-tree.ts';
import {
  eventByLeaf,
  latestCheckpoint,
  leavesOfTick,
  logNodes,
  ownEventByLeaf,
  type SeenEvent,
  tickByNumber,
} from '../../store/ledger-store.ts';
import type { Caller } from '../act.ts';
import type { Context } from '../context.ts';
import { missing, nodeIn } from './stored-log.ts';
import type { ShelvedTick, TreeShelf } from './tree-shelf.ts';

/**
 * Proof that an event is in the ledger: the caller's part of it, its path, and the log's proof.
 * @throws NOT_FOUND for an event the caller has no part in; NOT_AVAILABLE while its tick is to
 * come.
 */
export async function proveEvent(
  context: Context,
  trees: TreeShelf,
  caller: Caller,
  leaf: Buffer,
): Promise<EventProof> {
  const event = await visibleEvent(context, caller, leaf);
  const audience = caller.kind === 'person' ? 'issuer' : 'participant';
  const part = event?.parts.find((candidate) => candidate.audience === audience);
  if (!event || !part) throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
  const { tick, position } = event;
  if (tick === null || position === null) {
    throw new TocsinError('NOT_AVAILABLE', 'this event waits for the next tick of the ledger');
  }
  if (part.body === null || part.salt === null) {
    throw new TocsinError('NOT_AVAILABLE', 'this part of the event was erased');
  }
  const { body, salt } = part;
  const { newest } = event;
  if (newest === null) throw missing(tick);
  // Ticks and the log's subtrees are only ever added to: what is read later, or was earlier,
  // belongs together without a transaction.
  const shelved = await trees.get(tick, () => shelve(context, tick));
  const { at, root, tree } = shelved;
  return {
    entry: event.entry,
    part: { audience, body, salt: salt.toString('hex') },
    position,
    path: tree.path(position).map(hex),
    tick: { tick, at, root },
    logIndex: tick,
    logProof: await proofInLog(context, shelved, tick, newest.size),
    checkpoint: newest.note,
  };
}

async function visibleEvent(
  context: Context,
  caller: Caller,
  leaf: Buffer,
): Promise<SeenEvent | null> {
  if (caller.kind === 'person') return context.store.issuer((tx) => eventByLeaf(tx, leaf));
  // As the participant's login: the columns of the issuer's part are not even readable there.
  return context.store.participant(caller.participant, (tx) => ownEventByLeaf(tx, leaf));
}

/** Reads the tick in a transaction of its own, so that building holds no connection. */
async function shelve(context: Context, tick: number): Promise<ShelvedTick> {
  const [row, leaves] = await context.store.issuer(
    async (tx) => [await tickByNumber(tx, tick), await leavesOfTick(tx, tick)] as const,
  );
  if (!row) throw missing(tick);
  const { at, root, tickKey } = row;
  return { at, root: hex(root), tree: buildEventTree(leaves, tickKey), inLog: null };
}

async function proofInLog(
  context: Context,
  shelved: ShelvedTick,
  tick: number,
  size: number,
): Promise<readonly string[]> {
  const known = shelved.inLog;
  if (known?.size === size) return known.proof;
  const needed = inclusionNodes(tick, size).flat();
  const nodes = await context.store.lookup((tx) => logNodes(tx, needed));
  const proof = inclusionProof(tick, size, nodeIn(nodes)).map(hex);
  shelved.inLog = { size, proof };
  return proof;
}

/** The newest checkpoint. @throws NOT_AVAILABLE before the first tick. */
export async function readCheckpoint(context: Context): Promise<string> {
  const checkpoint = await context.store.issuer(latestCheckpoint);
  if (!checkpoint) throw new TocsinError('NOT_AVAILABLE', 'the ledger has not ticked yet');
  return checkpoint.note;
}

/** What shows that the log grew: hashes as hex. */
export type GrowthProof = {
  readonly proof: readonly string[];
  /** The last tick of each size, with its inclusion proof in the larger log. */
  readonly ticks: readonly {
    readonly tick: number;
    readonly at: Instant;
    readonly root: string;
    readonly logProof: readonly string[];
  }[];
};

/**
 * Proof that the log of `size2` ticks extends that of `size1`, and with what times. @throws
 * INVALID_INPUT for sizes out of range.
 */
export async function proveGrowth(
  context: Context,
  size1: number,
  size2: number,
): Promise<GrowthProof> {
  return context.store.issuer(async (tx) => {
    const size = (await latestCheckpoint(tx))?.size ?? 0;
    if (size2 > size) {
      throw new TocsinError('INVALID_INPUT', `to: expected at most ${size}, found ${size2}`, {
        field: 'to',
      });
    }
    const last = [size1 - 1, size2 - 1];
    const needed = [consistencyNodes(size1, size2), ...last.map((n) => inclusionNodes(n, size2))];
    const getNode = nodeIn(await logNodes(tx, needed.flat(2)));
    const ticks = [];
    for (const tick of last) {
      const row = await tickByNumber(tx, tick);
      if (!row) throw missing(tick);
      const logProof = inclusionProof(tick, size2, getNode).map(hex);
      ticks.push({ tick, at: row.at, root: hex(row.root), logProof });
    }
    return { proof: consistencyProof(size1, size2, getNode).map(hex), ticks };
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
