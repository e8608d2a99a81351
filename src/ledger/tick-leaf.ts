/**
 * The one leaf that each tick appends to the public log, whether anything happened or not. It holds
 * the tick's number, its time and the root of its event tree, and nothing that depends on how many
 * events there were. Format: docs/formats/event-tree.md.
 */
import { canonicalJson } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/hash.ts';
import { invalid } from '../domain/errors.ts';
import { HASH_BYTES, type HashFn, leafHash, verifyInclusion } from './proof.ts';
import { count } from './shape.ts';

/** One tick as the public log shows it. */
export type Tick = {
  /** The number of the tick, from 0: also the index of its leaf, for each tick appends one. */
  readonly tick: number;
  /** When the tick was taken, in milliseconds since 1970. */
  readonly at: number;
  /** Root of the tick's event tree, 32 bytes. */
  readonly root: Uint8Array;
};

/**
 * The bytes of the tick's log entry: canonical JSON `{"at":…,"root":<64 hex>,"tick":…,"v":1}` as
 * UTF-8.
 * @throws INVALID_INPUT when a number is not a safe integer ≥ 0 or the root not 32 bytes.
 */
export function tickEntry({ tick, at, root }: Tick): Buffer {
  if (root.length !== HASH_BYTES) throw invalid('tick.root', `${HASH_BYTES} bytes`, root.length);
  return Buffer.from(
    canonicalJson({
      v: 1,
      tick: count('tick.tick', tick),
      at: count('tick.at', at),
      root: Buffer.from(root).toString('hex'),
    }),
  );
}

/** RFC 6962's leaf hash of the tick's entry: what `appendLeaf` takes. @throws as `tickEntry`. */
export function tickLeafHash(tick: Tick): Buffer {
  return Buffer.from(leafHash(sha256, tickEntry(tick)));
}

/** A tick with the RFC 6962 inclusion proof of its leaf. */
export type TickProof = { readonly tick: Tick; readonly logProof: readonly Uint8Array[] };

/**
 * That the tick is in the log of this size and root, at the index that is its number.
 * @throws PROOF_INVALID as `verifyInclusion`; INVALID_INPUT as `tickEntry`.
 */
export function verifyTickInLog(
  hash: HashFn,
  { tick, logProof }: TickProof,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
): void {
  verifyInclusion(hash, {
    index: tick.tick,
    size,
    leafHash: leafHash(hash, tickEntry(tick)),
    proof: logProof,
    root,
  });
}
