/**
 * RFC 6962 hashing and RFC 9162 proof verification. Nothing here belongs to a platform: the hash is
 * an argument, so that the same file runs on a server, in the reader's bundle and in a browser.
 */
import { TocsinError } from '../domain/errors.ts';

/** SHA-256 over the concatenation of its arguments. MUST return exactly 32 bytes. */
export type HashFn = (...parts: Uint8Array[]) => Uint8Array;

/** Length of every hash in a tree, in bytes (SHA-256). */
export const HASH_BYTES = 32;

/** RFC 6962 §2.1: one byte in front keeps a leaf from passing for a node, and a node for a leaf. */
const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

/** The hash of a leaf with the bytes `entry`: H(0x00 ‖ entry) (RFC 6962 §2.1). 32 bytes. */
export function leafHash(hash: HashFn, entry: Uint8Array): Uint8Array {
  return hash(LEAF_PREFIX, entry);
}

/** The hash of the node over two subtrees: H(0x01 ‖ left ‖ right) (RFC 6962 §2.1). 32 bytes. */
export function nodeHash(hash: HashFn, left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash(NODE_PREFIX, left, right);
}

/** The root of a tree without leaves: H("") (RFC 6962 §2.1). 32 bytes. */
export function emptyRoot(hash: HashFn): Uint8Array {
  return hash();
}

/** That the leaf at `index` (from 0) of the tree of `size` leaves under `root` has `leafHash`. */
export type InclusionClaim = {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  /** From the leaf's sibling up to the root's child. */
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
};

/**
 * RFC 9162 §2.1.3.2. Everything in the claim may be an attacker's.
 * @throws PROOF_INVALID when a size is not a safe integer, `index` is not below `size`, a hash is
 *   not 32 bytes, the proof has a hash too many or too few, or the computed root is another one.
 */
export function verifyInclusion(hash: HashFn, claim: InclusionClaim): void {
  const { index, size, proof, root } = claim;
  requireCount('size', size);
  requireCount('index', index);
  if (index >= size) throw wrong('index', `a leaf of the tree of size ${size}`, index);
  requireHashes({ leafHash: claim.leafHash, root }, proof);

  const sides = siblingSides(index, size - 1);
  requireLength(sides.length, proof.length);
  let computed = claim.leafHash;
  for (const [i, sibling] of proof.entries()) {
    computed =
      sides[i] === 'left' ? nodeHash(hash, sibling, computed) : nodeHash(hash, computed, sibling);
  }
  requireRoot('root', root, computed);
}

/** That the tree of `size2` leaves under `root2` begins with the tree of `size1` under `root1`. */
export type ConsistencyClaim = {
  readonly size1: number;
  readonly size2: number;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * RFC 9162 §2.1.4.2. Everything in the claim may be an attacker's. Nothing can be proved from size
 * 0: every tree begins with the empty one, so a caller who asks that has lost its old checkpoint.
 * @throws PROOF_INVALID when a size is not a safe integer or 0, the sizes go back, a hash is not 32
 *   bytes (at equal sizes only equality counts), the proof has a hash too many or too few, or one
 *   of the two computed roots is another one.
 */
export function verifyConsistency(hash: HashFn, claim: ConsistencyClaim): void {
  const { size1, size2, root1, root2, proof } = claim;
  requireCount('size1', size1);
  requireCount('size2', size2);
  if (size1 === 0) throw wrong('size1', 'at least 1', size1);
  if (size1 > size2) throw wrong('size2', `at least size1, ${size1}`, size2);
  if (size1 === size2) {
    // Nothing is hashed here, only compared; a published vector has roots of other lengths.
    requireLength(0, proof.length);
    requireRoot('root2', root2, root1);
    return;
  }
  requireHashes({ root1, root2 }, proof);

  // The largest complete subtree that ends at size1 is common to both trees: the walk starts there.
  let index = size1 - 1;
  let last = size2 - 1;
  while (index % 2 === 1) {
    index = Math.floor(index / 2);
    last = Math.floor(last / 2);
  }
  const sides = siblingSides(index, last);
  // Where that subtree is the whole first tree, its hash is root1 itself and the proof omits it.
  const nodes = index === 0 ? [root1, ...proof] : proof;
  requireLength(sides.length, nodes.length - 1);
  const [start = root1, ...siblings] = nodes;
  let old = start;
  let young = start;
  for (const [i, sibling] of siblings.entries()) {
    if (sides[i] === 'left') {
      old = nodeHash(hash, sibling, old);
      young = nodeHash(hash, sibling, young);
    } else {
      young = nodeHash(hash, young, sibling);
    }
  }
  requireRoot('root1', root1, old);
  requireRoot('root2', root2, young);
}

/**
 * On which side each sibling lies on the way from node `index` up to the root, when the last node
 * of its level is `last`. Halving, not shifting: sizes go up to 2^53, and shifts end at 2^31.
 */
function siblingSides(index: number, last: number): ('left' | 'right')[] {
  const sides: ('left' | 'right')[] = [];
  let at = index;
  let end = last;
  while (end > 0) {
    if (at % 2 === 1 || at === end) {
      sides.push('left');
      // A last node without a right sibling rises unhashed until it is itself a right child.
      while (at % 2 === 0) {
        at /= 2;
        end = Math.floor(end / 2);
      }
    } else {
      sides.push('right');
    }
    at = Math.floor(at / 2);
    end = Math.floor(end / 2);
  }
  return sides;
}

function requireCount(field: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw wrong(field, 'an integer from 0 to 2^53 - 1', count);
  }
}

function requireHashes(named: Record<string, Uint8Array>, proof: readonly Uint8Array[]): void {
  for (const [field, bytes] of Object.entries(named)) requireHash(field, bytes);
  for (const [i, bytes] of proof.entries()) requireHash(`proof[${i}]`, bytes);
}

function requireHash(field: string, bytes: Uint8Array): void {
  if (bytes.length !== HASH_BYTES) throw wrong(field, `${HASH_BYTES} bytes`, bytes.length);
}

function requireLength(expected: number, found: number): void {
  if (found !== expected) throw wrong('proof', `${expected} hashes for these sizes`, found);
}

function requireRoot(field: string, expected: Uint8Array, computed: Uint8Array): void {
  // Roots are public: an ordinary comparison tells an attacker nothing new.
  if (expected.length !== computed.length || expected.some((byte, i) => byte !== computed[i])) {
    throw wrong(field, hex(expected), `${hex(computed)} computed from the proof`);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function wrong(field: string, expected: string, found: number | string): TocsinError {
  return new TocsinError('PROOF_INVALID', `${field}: expected ${expected}, found ${found}`, {
    field,
  });
}
