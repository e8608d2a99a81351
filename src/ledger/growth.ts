/**
 * The proof that one log is the continuation of another, in what it holds and in its time. Format:
 * docs/formats/checkpoint.md.
 */
import { TocsinError } from '../domain/errors.ts';
import { type HashFn, verifyConsistency } from './proof.ts';
import { type TickProof, verifyTickInLog } from './tick-leaf.ts';

/** A log as a checkpoint describes it: number of ticks and root, 32 bytes. */
export type LogState = { readonly size: number; readonly root: Uint8Array };

/** What shows that a log grew; hashes of 32 bytes. */
export type Growth = {
  /** The RFC 6962 consistency proof. */
  readonly proof: readonly Uint8Array[];
  /** The last tick of the smaller log and of the larger one, proven in the larger; else none. */
  readonly ticks: readonly TickProof[];
};

/**
 * That the log of `newer` is that of `older`, or begins with it and went on in time: its last tick
 * is later. All of `growth` may be an attacker's.
 * @throws PROOF_INVALID naming what is wrong; INVALID_INPUT as the proofs it is made of.
 */
export function verifyGrowth(
  hash: HashFn,
  [older, newer]: readonly [older: LogState, newer: LogState],
  { proof, ticks }: Growth,
): void {
  const roots = { root1: older.root, root2: newer.root };
  verifyConsistency(hash, { size1: older.size, size2: newer.size, ...roots, proof });
  if (older.size === newer.size) return;
  const [last, next] = ticks;
  if (!last || !next || ticks.length > 2) throw wrong('ticks', '2', ticks.length);
  for (const [found, { size }] of [
    [last, older],
    [next, newer],
  ] as const) {
    if (found.tick.tick !== size - 1) throw wrong('tick', `number ${size - 1}`, found.tick.tick);
    verifyTickInLog(hash, found, newer);
  }
  if (next.tick.at <= last.tick.at) {
    throw wrong("the log's time", `later than ${last.tick.at}`, next.tick.at);
  }
}

function wrong(what: string, expected: string, found: number): TocsinError {
  return new TocsinError('PROOF_INVALID', `${what}: expected ${expected}, found ${found}`);
}
