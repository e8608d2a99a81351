/**
 * The events of one tick as a Merkle tree of fixed depth, in which number and order of the events
 * are hidden: each event lies at a random position, and wherever there is none, one keyed-random
 * hash stands for the whole empty subtree. To whoever lacks the tick's key such a hash looks like
 * the hash of a subtree full of events. Format: docs/formats/event-tree.md.
 */
import { hmacLp, sha256 } from '../crypto/hash.ts';
import { randomBytes } from '../crypto/random.ts';
import { invalid, TocsinError } from '../domain/errors.ts';
import { HASH_BYTES, type HashFn, nodeHash, verifyInclusion } from './proof.ts';

/** Levels from a leaf (0) to the root (20), whatever the number of events. */
export const EVENT_TREE_DEPTH = 20;

/** Positions in one tick's tree: 2^20. Events beyond that wait for the next tick. */
export const EVENT_TREE_CAPACITY = 2 ** EVENT_TREE_DEPTH;

/** Length of a tick's key in bytes. */
export const TICK_KEY_BYTES = 32;

const EMPTY_LABEL = 'tocsin/empty/v1';

/** An event's leaf hash (32 bytes) at its position in [0, 2^20). */
export type EventLeaf = { readonly position: number; readonly hash: Uint8Array };

/** The tree of one tick. */
export type EventTree = {
  /** 32 bytes. */
  readonly root: Buffer;
  /** How many nodes it holds: about 36 bytes each. */
  readonly nodes: number;
  /** The 20 siblings from the leaf up. @throws INVALID_INPUT when no event lies at `position`. */
  path(position: number): Buffer[];
};

/**
 * The nodes of one level that have an event below them, by rising index: indexes[i] has the hash at
 * bytes 32·i. Two flat arrays a level, because 60 000 events make 300 000 nodes, and as many small
 * buffers would weigh ten times as much.
 */
type Level = { readonly indexes: Uint32Array; readonly hashes: Buffer };

/**
 * Builds the tree of one tick. Deterministic: the same leaves and key give the same root and paths,
 * so a path can be recomputed at any time from the tick's leaves and its key. Without leaves the
 * tree is one empty subtree. Memory: about 36 bytes for each of at most 21 nodes an event.
 * @param tickKey 32 random bytes of this tick alone; it stays with the issuer.
 * @throws INVALID_INPUT when a position is out of range or taken twice, or a hash is not 32 bytes;
 *   KEY_INVALID when the key is not 32 bytes.
 */
export function buildEventTree(leaves: readonly EventLeaf[], tickKey: Uint8Array): EventTree {
  if (tickKey.length !== TICK_KEY_BYTES) {
    const found = `found ${tickKey.length}`;
    throw new TocsinError('KEY_INVALID', `tick key: expected ${TICK_KEY_BYTES} bytes, ${found}`);
  }
  const bottom = leafLevel(leaves);
  const below: Level[] = [];
  let top = bottom;
  for (let height = 0; height < EVENT_TREE_DEPTH; height++) {
    below.push(top);
    top = parentLevel(top, height, tickKey);
  }
  const root = leaves.length === 0 ? emptySubtree(tickKey, EVENT_TREE_DEPTH, 0) : top.hashes;
  return {
    root,
    nodes: below.reduce((sum, { indexes }) => sum + indexes.length, 0),
    path(position) {
      if (find(bottom, position) === undefined) {
        throw invalid('position', 'the position of an event of this tick', position);
      }
      return pathOf(below, position, tickKey);
    },
  };
}

/**
 * That `leaf` lies at `position` of the tick's tree under `root`: an RFC 9162 inclusion proof in a
 * full tree of 2^20 leaves. Everything in the claim may be an attacker's.
 * @throws PROOF_INVALID as `verifyInclusion`.
 */
export function verifyEventPath(
  hash: HashFn,
  claim: {
    readonly leaf: Uint8Array;
    readonly position: number;
    readonly path: readonly Uint8Array[];
    readonly root: Uint8Array;
  },
): void {
  verifyInclusion(hash, {
    index: claim.position,
    size: EVENT_TREE_CAPACITY,
    leafHash: claim.leaf,
    proof: claim.path,
    root: claim.root,
  });
}

/**
 * `n` distinct positions, uniform over all sequences of that length, so that an event's position
 * tells neither how many others there are nor which came first.
 * @param random source of random bytes; the system's unless a test brings its own.
 * @throws LIMIT_EXCEEDED when `n` is beyond 2^20.
 */
export function drawPositions(
  n: number,
  random: (bytes: number) => Uint8Array = randomBytes,
): number[] {
  if (n > EVENT_TREE_CAPACITY) {
    throw new TocsinError(
      'LIMIT_EXCEEDED',
      `events of one tick: expected at most ${EVENT_TREE_CAPACITY}, found ${n}`,
    );
  }
  // Drawing again whatever was drawn before keeps the rest uniform; a Set remembers the order.
  const drawn = new Set<number>();
  while (drawn.size < n) {
    const bytes = random(DRAW_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < DRAW_BYTES && drawn.size < n; at += 4) {
      // 2^20 divides 2^32: the remainder is uniform.
      drawn.add(view.getUint32(at) % EVENT_TREE_CAPACITY);
    }
  }
  return [...drawn];
}

/** Random bytes asked for at a time: 1024 positions. */
const DRAW_BYTES = 4096;

function leafLevel(leaves: readonly EventLeaf[]): Level {
  const sorted = leaves.toSorted((a, b) => a.position - b.position);
  const level = levelOf(new Uint32Array(sorted.length));
  for (const [i, { position, hash }] of sorted.entries()) {
    if (!Number.isInteger(position) || position < 0 || position >= EVENT_TREE_CAPACITY) {
      throw invalid('position', 'an integer in [0, 2^20)', position);
    }
    if (position === sorted[i - 1]?.position) {
      throw invalid('position', 'one event at each', `${position} twice`);
    }
    if (hash.length !== HASH_BYTES) throw invalid('hash', `${HASH_BYTES} bytes`, hash.length);
    level.indexes[i] = position;
    level.hashes.set(hash, i * HASH_BYTES);
  }
  return level;
}

/** The level above `children`, which is at height `height`. A parent exists where a child does. */
function parentLevel(children: Level, height: number, tickKey: Uint8Array): Level {
  const halves = children.indexes.map((index) => index >>> 1);
  const parents = levelOf(halves.filter((index, i) => index !== halves[i - 1]));
  let next = 0;
  const take = (index: number): Buffer =>
    children.indexes[next] === index
      ? hashIn(children, next++)
      : emptySubtree(tickKey, height, index);
  for (const [i, index] of parents.indexes.entries()) {
    const left = take(2 * index);
    const right = take(2 * index + 1);
    parents.hashes.set(nodeHash(sha256, left, right), i * HASH_BYTES);
  }
  return parents;
}

function pathOf(levels: readonly Level[], position: number, tickKey: Uint8Array): Buffer[] {
  return levels.map((level, height) => {
    const sibling = (position >>> height) ^ 1;
    const found = find(level, sibling);
    // Copied: a view would keep the whole level alive for as long as somebody holds the path.
    return found === undefined
      ? emptySubtree(tickKey, height, sibling)
      : Buffer.from(hashIn(level, found));
  });
}

/**
 * The hash of the maximal empty subtree number `index` (from the left) of height `height`:
 * HMAC-SHA-256(tickKey, lp("tocsin/empty/v1", height, index)), numbers in decimal.
 */
function emptySubtree(tickKey: Uint8Array, height: number, index: number): Buffer {
  return hmacLp(tickKey, EMPTY_LABEL, String(height), String(index));
}

function levelOf(indexes: Uint32Array): Level {
  return { indexes, hashes: Buffer.allocUnsafe(indexes.length * HASH_BYTES) };
}

function hashIn(level: Level, i: number): Buffer {
  return level.hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
}

/** Where `index` stands in the level's sorted indexes, or undefined: a binary search. */
function find(level: Level, index: number): number | undefined {
  let low = 0;
  let high = level.indexes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((level.indexes[middle] ?? index) < index) low = middle + 1;
    else high = middle;
  }
  return level.indexes[low] === index ? low : undefined;
}
