import { TocsinError } from '../domain/errors.ts';
import type { EventProof } from '../ledger/event-proof.ts';
import { buildEventTree, type EventTree } from '../ledger/event-tree.ts';
import { exportHeader, exportTick } from '../ledger/export.ts';
import {
  consistencyNodes,
  consistencyProof,
  inclusionNodes,
  inclusionProof,
} from '../ledger/log-tree.ts';
import {
  eventByLeaf,
  eventsOfTick,
  latestCheckpoint,
  leavesOfTick,
  logNodes,
  ownEventByLeaf,
  type PlacedEvent,
  tickByNumber,
} from '../store/ledger-store.ts';
import type { Caller } from './act.ts';
import type { Context } from './context.ts';
import { logVerifierKey, lookup } from './stored-log.ts';
import type { TreeShelf } from './tree-shelf.ts';

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
  const tree = await trees.get(tick, () => treeOf(context, tick));
  return context.store.issuer(async (tx) => {
    const row = await tickByNumber(tx, tick);
    const checkpoint = await latestCheckpoint(tx);
    if (!row || !checkpoint) throw missing(tick);
    const nodes = await logNodes(tx, inclusionNodes(tick, checkpoint.size).flat());
    return {
      entry: event.entry,
      part: { audience, body, salt: salt.toString('hex') },
      position,
      path: tree.path(position).map((hash) => hash.toString('hex')),
      tick: { tick, at: row.at, root: row.root.toString('hex') },
      logIndex: tick,
      logProof: inclusionProof(tick, checkpoint.size, lookup(nodes)).map((hash) =>
        Buffer.from(hash).toString('hex'),
      ),
      checkpoint: checkpoint.note,
    };
  });
}

async function visibleEvent(
  context: Context,
  caller: Caller,
  leaf: Buffer,
): Promise<PlacedEvent | null> {
  if (caller.kind === 'person') return context.store.issuer((tx) => eventByLeaf(tx, leaf));
  // As the participant's login: the columns of the issuer's part are not even readable there.
  return context.store.participant(caller.participant, (tx) => ownEventByLeaf(tx, leaf));
}

/** Reads the tick in a transaction of its own, so that building holds no connection. */
async function treeOf(context: Context, tick: number): Promise<EventTree> {
  const [row, leaves] = await context.store.issuer(
    async (tx) => [await tickByNumber(tx, tick), await leavesOfTick(tx, tick)] as const,
  );
  if (!row) throw missing(tick);
  return buildEventTree(leaves, row.tickKey);
}

function missing(tick: number): TocsinError {
  return new TocsinError('LEDGER_TAMPERED', `tick ${tick}: expected its row, found none`);
}

/** The newest checkpoint. @throws NOT_AVAILABLE before the first tick. */
export async function readCheckpoint(context: Context): Promise<string> {
  const checkpoint = await context.store.issuer(latestCheckpoint);
  if (!checkpoint) throw new TocsinError('NOT_AVAILABLE', 'the ledger has not ticked yet');
  return checkpoint.note;
}

/**
 * Proof that the log of `size2` ticks extends that of `size1`, hex hashes. @throws INVALID_INPUT
 * for sizes out of range.
 */
export async function proveConsistency(
  context: Context,
  size1: number,
  size2: number,
): Promise<string[]> {
  return context.store.issuer(async (tx) => {
    const size = (await latestCheckpoint(tx))?.size ?? 0;
    if (size2 > size) {
      throw new TocsinError('INVALID_INPUT', `to: expected at most ${size}, found ${size2}`, {
        field: 'to',
      });
    }
    const nodes = await logNodes(tx, consistencyNodes(size1, size2).flat());
    return consistencyProof(size1, size2, lookup(nodes)).map((hash) =>
      Buffer.from(hash).toString('hex'),
    );
  });
}

/** The whole ledger line by line, for an outside verifier (docs/formats/ledger-export.md). */
export async function* exportLedger(context: Context): AsyncGenerator<string> {
  const checkpoint = await context.store.issuer(latestCheckpoint);
  if (!checkpoint) return;
  yield exportHeader({
    origin: context.origin,
    verifierKey: logVerifierKey(context),
    checkpoint: checkpoint.note,
  });
  for (let tick = 0; tick < checkpoint.size; tick++) {
    const [row, events] = await context.store.issuer(
      async (tx) => [await tickByNumber(tx, tick), await eventsOfTick(tx, tick)] as const,
    );
    if (!row) throw missing(tick);
    const placed = events.map((event) => ({ ...event, position: event.position ?? 0 }));
    yield exportTick({ ...row, key: row.tickKey, events: placed });
  }
}
