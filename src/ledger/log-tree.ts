/**
 * The public log: an RFC 6962 Merkle tree that only grows. Stored are the hashes of complete
 * subtrees (a leaf is one of height 0), which never change once written; every root and every proof
 * is folded from them.
 */
import { sha256 } from '../crypto/hash.ts';
import { invalid } from '../domain/errors.ts';
import { emptyRoot, HASH_BYTES, nodeHash } from './proof.ts';
import { count } from './shape.ts';

/** The complete subtree of 2^level leaves that starts at leaf `index` · 2^level. */
export type NodeAt = { readonly level: number; readonly index: number };

/** A complete subtree with its hash, 32 bytes. */
export type LogNode = NodeAt & { readonly hash: Uint8Array };

/** Looks up a stored complete subtree. MUST return its 32-byte hash or throw. */
export type GetNode = (level: number, index: number) => Uint8Array;

/**
 * All that is needed to append: the largest complete subtrees, left to right, that cover the log.
 */
export type Frontier = { readonly size: number; readonly roots: readonly Uint8Array[] };

/** The frontier of a log without leaves. */
export const EMPTY_FRONTIER: Frontier = { size: 0, roots: [] };

/**
 * Appends one leaf. `nodes` are the subtrees that it completes, the leaf itself first: exactly what
 * must be stored, in the transaction that stores the leaf.
 * @throws INVALID_INPUT when the hash is not 32 bytes, the frontier does not fit its size, or the
 *   log has 2^53 - 1 leaves.
 */
export function appendLeaf(
  frontier: Frontier,
  leafHash: Uint8Array,
): { frontier: Frontier; nodes: LogNode[] } {
  const { size } = frontier;
  if (leafHash.length !== HASH_BYTES) throw invalid('leafHash', '32 bytes', leafHash.length);
  count('size after the leaf', size + 1);
  const expected = frontierNodes(size).length;
  if (frontier.roots.length !== expected) {
    throw invalid('frontier.roots', `${expected} for size ${size}`, frontier.roots.length);
  }

  // Each one bit at the end of `size` is a left subtree that the new leaf completes to a pair.
  const kept = frontier.roots.length - trailingOnes(size);
  let node: LogNode = { level: 0, index: size, hash: leafHash };
  const nodes = [node];
  for (const left of frontier.roots.slice(kept).reverse()) {
    const hash = nodeHash(sha256, left, node.hash);
    node = { level: node.level + 1, index: Math.floor(node.index / 2), hash };
    nodes.push(node);
  }
  const roots = [...frontier.roots.slice(0, kept), node.hash];
  return { frontier: { size: size + 1, roots }, nodes };
}

/** The root of the log (RFC 6962 §2.1), 32 bytes. */
export function rootOf(frontier: Frontier): Uint8Array {
  return frontier.roots.length === 0 ? emptyRoot(sha256) : fold(frontier.roots);
}

/**
 * The complete subtrees that make up the frontier of a log of `size` leaves, left to right.
 * @throws INVALID_INPUT when `size` is not a safe integer ≥ 0.
 */
export function frontierNodes(size: number): NodeAt[] {
  count('size', size);
  return cover(0, size);
}

/**
 * The frontier of the log when it had `size` leaves, read back from its stored subtrees.
 * @throws INVALID_INPUT as `frontierNodes`.
 */
export function frontierAt(size: number, getNode: GetNode): Frontier {
  return { size, roots: frontierNodes(size).map((node) => getNode(node.level, node.index)) };
}

/**
 * What the proof of leaf `index` in the tree of `size` leaves is made of (RFC 6962 §2.1.1, PATH):
 * for each hash of the proof, leaf's sibling first, the complete subtrees (left to right) whose
 * fold it is. Lists of one are stored hashes; longer ones stand at the ragged right edge and are
 * computed.
 * @throws INVALID_INPUT when `size` is not a safe integer or `index` not an integer below it.
 */
export function inclusionNodes(index: number, size: number): NodeAt[][] {
  count('index', index);
  count('size', size);
  if (index >= size) throw invalid('index', `below the size ${size}`, index);
  const siblings: NodeAt[][] = [];
  let begin = 0;
  let end = size;
  while (end - begin > 1) {
    const middle = begin + splitPoint(end - begin);
    if (index < middle) {
      siblings.push(cover(middle, end));
      end = middle;
    } else {
      siblings.push(cover(begin, middle));
      begin = middle;
    }
  }
  return siblings.reverse();
}

/**
 * What the proof that the tree of `size2` leaves extends that of `size1` is made of (RFC 6962
 * §2.1.2, PROOF), in the form of `inclusionNodes`. Empty when the sizes are equal.
 * @throws INVALID_INPUT when not 1 ≤ `size1` ≤ `size2`, safe integers.
 */
export function consistencyNodes(size1: number, size2: number): NodeAt[][] {
  count('size1', size1);
  count('size2', size2);
  if (size1 < 1) throw invalid('size1', 'at least 1', size1);
  if (size1 > size2) throw invalid('size2', `at least size1, ${size1}`, size2);
  const siblings: NodeAt[][] = [];
  let begin = 0;
  let end = size2;
  // Narrow down to the subtree that ends where the old tree ended.
  while (end !== size1) {
    const middle = begin + splitPoint(end - begin);
    if (size1 <= middle) {
      siblings.push(cover(middle, end));
      end = middle;
    } else {
      siblings.push(cover(begin, middle));
      begin = middle;
    }
  }
  // When that subtree is the whole old tree, the verifier holds its hash already: the old root.
  if (begin > 0) siblings.push(cover(begin, end));
  return siblings.reverse();
}

/**
 * The proof of leaf `index` in the tree of `size` leaves.
 * @throws INVALID_INPUT as `inclusionNodes`.
 */
export function inclusionProof(index: number, size: number, getNode: GetNode): Uint8Array[] {
  return inclusionNodes(index, size).map((nodes) => foldStored(nodes, getNode));
}

/** The proof between two sizes. @throws INVALID_INPUT as `consistencyNodes`. */
export function consistencyProof(size1: number, size2: number, getNode: GetNode): Uint8Array[] {
  return consistencyNodes(size1, size2).map((nodes) => foldStored(nodes, getNode));
}

function foldStored(nodes: readonly NodeAt[], getNode: GetNode): Uint8Array {
  return fold(nodes.map((node) => getNode(node.level, node.index)));
}

/** The hash over neighbouring complete subtrees of falling size: the smaller ones pair up first. */
function fold(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.reduceRight((right, left) => nodeHash(sha256, left, right));
}

/**
 * Leaves `begin` to `end` (exclusive) as complete subtrees of falling size; `begin` is aligned to
 * the first.
 */
function cover(begin: number, end: number): NodeAt[] {
  const nodes: NodeAt[] = [];
  let at = begin;
  while (at < end) {
    let level = 0;
    let leaves = 1;
    while (leaves * 2 <= end - at) {
      level += 1;
      leaves *= 2;
    }
    nodes.push({ level, index: at / leaves });
    at += leaves;
  }
  return nodes;
}

/** The largest power of two below `n` (RFC 6962 §2.1: k < n ≤ 2k), for `n` ≥ 2. */
function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function trailingOnes(size: number): number {
  let ones = 0;
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) ones += 1;
  return ones;
}
