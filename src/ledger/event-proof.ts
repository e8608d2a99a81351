/**
 * The proof that one event is in the ledger, from the words that its reader may read up to the
 * log's signature. Format and steps: docs/formats/event-proof.md.
 */
import { TocsinError } from '../domain/errors.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { parseEventEntry, partCommitment } from './event-leaf.ts';
import { type EventProofBytes, parseEventProof } from './event-proof-form.ts';
import { verifyEventPath } from './event-tree.ts';
import { type HashFn, leafHash } from './proof.ts';
import { verifyTickInLog } from './tick-leaf.ts';

export type { EventProof } from './event-proof-form.ts';

/** What a valid proof proves. */
export type ProvenEvent = {
  /** The body of the opened part, canonical JSON. */
  readonly body: string;
  /** The event's leaf hash, 64 lower-case hex digits: what a promise names. */
  readonly leaf: string;
  /** Number and time (ms since 1970) of the tick that holds the event. */
  readonly tick: number;
  readonly at: number;
  /** The checkpoint of the proof, a signed note; size and root of the log by it. */
  readonly note: string;
  readonly size: number;
  readonly root: Uint8Array;
};

/**
 * Verifies a proof that anybody may have sent; nothing of it is believed before its check, which
 * goes from the key held by the caller down to the body.
 * @param hash SHA-256.
 * @param sent an `EventProof`, as parsed from JSON.
 * @param verifierKey the log's, as pinned by the caller; never one that came with the proof.
 * @throws PROOF_INVALID naming the check that failed, with expected and found (`cause` has the
 *   error beneath); KEY_INVALID when `verifierKey` itself is malformed.
 */
export function verifyEventProof(hash: HashFn, sent: unknown, verifierKey: string): ProvenEvent {
  const proof = check('form', () => parseEventProof(sent));
  const checkpoint = check('checkpoint', () => parseCheckpoint(proof.checkpoint, verifierKey));
  check('tick in log', () => tickInLog(hash, proof, checkpoint));
  const leaf = leafHash(hash, Buffer.from(proof.entry));
  check('event in tick', () => eventInTick(hash, proof, leaf));
  check('part in event', () => partInEvent(hash, proof));
  return {
    body: proof.part.body,
    leaf: Buffer.from(leaf).toString('hex'),
    tick: proof.tick.tick,
    at: proof.tick.at,
    note: proof.checkpoint,
    size: checkpoint.size,
    root: checkpoint.root,
  };
}

function tickInLog(hash: HashFn, proof: EventProofBytes, checkpoint: Checkpoint): void {
  // Each tick appends exactly one leaf, so its number is its index in the log.
  if (proof.tick.tick !== proof.logIndex) {
    throw mismatch('tick.tick', `${proof.logIndex}, its index in the log`, `${proof.tick.tick}`);
  }
  verifyTickInLog(hash, proof, checkpoint);
}

function eventInTick(hash: HashFn, proof: EventProofBytes, leaf: Uint8Array): void {
  const { position, path, tick } = proof;
  verifyEventPath(hash, { leaf, position, path, root: tick.root });
}

function partInEvent(hash: HashFn, { entry, part }: EventProofBytes): void {
  const committed = parseEventEntry(entry).find(({ audience }) => audience === part.audience);
  if (committed === undefined) {
    throw mismatch('part.audience', 'an audience of the entry', part.audience);
  }
  const found = partCommitment(part.salt, part.body, hash);
  if (!found.equals(committed.commitment)) {
    throw mismatch('part', `commitment ${hex(committed.commitment)}`, hex(found));
  }
}

/** Runs one check of the list; whatever it finds wrong makes the proof invalid. */
function check<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    // The key is the caller's own: that it is malformed says nothing about the proof.
    if (!(cause instanceof TocsinError) || cause.code === 'KEY_INVALID') throw cause;
    throw new TocsinError('PROOF_INVALID', `${what}: ${cause.message}`, { cause });
  }
}

function mismatch(field: string, expected: string, found: string): TocsinError {
  return new TocsinError('PROOF_INVALID', `${field}: expected ${expected}, found ${found}`, {
    field,
  });
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}
