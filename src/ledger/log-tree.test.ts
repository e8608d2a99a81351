import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../crypto/hash.ts';
import {
  appendLeaf,
  consistencyNodes,
  consistencyProof,
  EMPTY_FRONTIER,
  type Frontier,
  frontierAt,
  frontierNodes,
  type GetNode,
  inclusionNodes,
  inclusionProof,
  rootOf,
} from './log-tree.ts';
import { emptyRoot, leafHash, nodeHash, verifyConsistency, verifyInclusion } from './proof.ts';

/** RFC 6962 §2.1 word for word: the oracle for everything incremental. */
function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return emptyRoot(sha256);
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(sha256, treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

class Log {
  readonly leaves: Uint8Array[] = [];
  readonly roots: Uint8Array[] = [rootOf(EMPTY_FRONTIER)];
  frontier: Frontier = EMPTY_FRONTIER;
  readonly #nodes = new Map<string, Uint8Array>();

  append(leaf: Uint8Array): void {
    const { frontier, nodes } = appendLeaf(this.frontier, leaf);
    for (const { level, index, hash } of nodes) {
      const key = `${level}/${index}`;
      assert.ok(!this.#nodes.has(key), `node ${key} was completed twice`);
      this.#nodes.set(key, hash);
    }
    this.frontier = frontier;
    this.leaves.push(leaf);
    this.roots.push(rootOf(frontier));
  }

  readonly getNode: GetNode = (level, index) => {
    const hash = this.#nodes.get(`${level}/${index}`);
    assert.ok(hash, `node ${level}/${index} was never completed`);
    return hash;
  };

  root(size: number): Uint8Array {
    const root = this.roots[size];
    assert.ok(root);
    return root;
  }
}

function logOf(size: number): Log {
  const log = new Log();
  for (let i = 0; i < size; i++) log.append(leafHash(sha256, Buffer.from(`leaf ${i}`)));
  return log;
}

type EightLeaves = {
  leaves_hex: string[];
  root_by_size_hex: string[];
  nodes_by_level_hex: string[][];
};

test('the eight-leaf tree of RFC 6962: every root and every node', () => {
  const file = join(import.meta.dirname, '../../testdata/tlog/rfc6962-8leaf.json');
  const vector = JSON.parse(readFileSync(file, 'utf8')) as EightLeaves;
  const log = new Log();
  for (const leaf of vector.leaves_hex) log.append(leafHash(sha256, Buffer.from(leaf, 'hex')));
  const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
  assert.deepEqual(log.roots.map(hex), vector.root_by_size_hex);
  assert.deepEqual(
    vector.nodes_by_level_hex.map((nodes, level) =>
      nodes.map((_, i) => hex(log.getNode(level, i))),
    ),
    vector.nodes_by_level_hex,
  );
});

test('after every append, the tree rebuilt from all leaves equals the incremental one', () => {
  const log = new Log();
  for (let size = 1; size <= 130; size++) {
    log.append(leafHash(sha256, Buffer.from(`leaf ${size}`)));
    const whole = treeHash(log.leaves);
    assert.deepEqual(Buffer.from(log.root(size)), Buffer.from(whole));
    const reread = frontierAt(size, log.getNode);
    assert.deepEqual(reread, log.frontier);
    assert.deepEqual(Buffer.from(rootOf(reread)), Buffer.from(whole));
  }
});

const BIG = 1000;
const big = logOf(BIG);

function inclusionClaim(log: Log, index: number, size: number) {
  const proof = inclusionProof(index, size, log.getNode);
  const leaf = log.leaves[index];
  assert.ok(leaf);
  return { index, size, leafHash: leaf, proof, root: log.root(size) };
}

function consistencyClaim(log: Log, size1: number, size2: number) {
  const proof = consistencyProof(size1, size2, log.getNode);
  return { size1, size2, root1: log.root(size1), root2: log.root(size2), proof };
}

suite('what is proved verifies', () => {
  test('inclusion of every leaf in every size up to 70', () => {
    for (let size = 1; size <= 70; size++) {
      for (let index = 0; index < size; index++) {
        verifyInclusion(sha256, inclusionClaim(big, index, size));
      }
    }
  });

  test('consistency of every pair of sizes up to 40', () => {
    for (let size2 = 1; size2 <= 40; size2++) {
      for (let size1 = 1; size1 <= size2; size1++) {
        verifyConsistency(sha256, consistencyClaim(big, size1, size2));
      }
    }
  });

  const sizes = fc.tuple(fc.integer({ min: 1, max: BIG }), fc.integer({ min: 1, max: BIG }));

  test('inclusion and consistency at random larger sizes', () => {
    fc.assert(
      fc.property(sizes, ([a, b]) => {
        const [small, large] = a < b ? [a, b] : [b, a];
        verifyInclusion(sha256, inclusionClaim(big, small - 1, large));
        verifyConsistency(sha256, consistencyClaim(big, small, large));
      }),
    );
  });

  test('nothing tampered does', () => {
    const tampering = fc.tuple(sizes, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }));
    const refused = { code: 'PROOF_INVALID' };
    fc.assert(
      fc.property(tampering, ([[a, b], where, byte, flip]) => {
        const [small, large] = a < b ? [a, b] : [b, a + 1];
        if (large > BIG) return;
        const inclusion = inclusionClaim(big, small - 1, large);
        const flipped = [inclusion.leafHash, inclusion.root, ...inclusion.proof].map((hash) =>
          Buffer.from(hash),
        );
        spoil(flipped, where, byte, flip);
        const [leaf, root, ...proof] = flipped;
        assert.ok(leaf && root);
        const spoiled = { ...inclusion, leafHash: leaf, root, proof };
        assert.throws(() => verifyInclusion(sha256, spoiled), refused);

        const consistency = consistencyClaim(big, small, large);
        const hashes = [consistency.root1, consistency.root2, ...consistency.proof].map((hash) =>
          Buffer.from(hash),
        );
        spoil(hashes, where, byte, flip);
        const [root1, root2, ...nodes] = hashes;
        assert.ok(root1 && root2);
        const changed = { ...consistency, root1, root2, proof: nodes };
        assert.throws(() => verifyConsistency(sha256, changed), refused);
      }),
    );
  });

  test('no proof serves another leaf', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ([a, b], other) => {
        const claim = inclusionClaim(big, Math.min(a, b) - 1, Math.max(a, b));
        const index = other % claim.size;
        fc.pre(index !== claim.index);
        assert.throws(() => verifyInclusion(sha256, { ...claim, index }), {
          code: 'PROOF_INVALID',
        });
      }),
    );
  });
});

function spoil(hashes: readonly Buffer[], where: number, byte: number, flip: number): void {
  const hash = hashes[where % hashes.length];
  assert.ok(hash);
  const at = byte % hash.length;
  hash[at] = (hash[at] ?? 0) ^ flip;
}

suite('coordinates', () => {
  test('the frontier of 2^53 - 1 leaves has 53 subtrees, none beyond exact numbers', () => {
    const nodes = frontierNodes(Number.MAX_SAFE_INTEGER);
    assert.equal(nodes.length, 53);
    assert.ok(nodes.every(({ index }) => Number.isSafeInteger(index)));
    assert.deepEqual(nodes.at(-1), { level: 0, index: 2 ** 53 - 2 });
  });

  test('the last leaf of 2^53 - 1 needs 52 hashes, each a stored subtree', () => {
    const nodes = inclusionNodes(2 ** 53 - 2, Number.MAX_SAFE_INTEGER);
    assert.deepEqual(
      nodes.map((list) => list.length),
      Array.from({ length: 52 }, () => 1),
    );
  });

  test('equal sizes need no proof', () => {
    assert.deepEqual(consistencyNodes(7, 7), []);
  });
});

suite('what is refused', () => {
  const leaf = leafHash(sha256, Buffer.from('leaf'));
  const cases: [string, () => unknown, string, RegExp][] = [
    [
      'a leaf hash of another length',
      () => appendLeaf(EMPTY_FRONTIER, Buffer.alloc(31)),
      'leafHash',
      /expected 32 bytes, found 31/,
    ],
    [
      'a frontier that does not fit its size',
      () => appendLeaf({ size: 3, roots: [leaf] }, leaf),
      'frontier.roots',
      /expected 2 for size 3, found 1/,
    ],
    [
      'a leaf beyond 2^53 - 1',
      () => appendLeaf({ size: Number.MAX_SAFE_INTEGER, roots: [] }, leaf),
      'size after the leaf',
      /found 9007199254740992/,
    ],
    ['an index outside', () => inclusionNodes(5, 5), 'index', /below the size 5, found 5/],
    ['a negative index', () => inclusionNodes(-1, 5), 'index', /found -1/],
    ['consistency from nothing', () => consistencyNodes(0, 5), 'size1', /at least 1, found 0/],
    ['consistency back', () => consistencyNodes(6, 5), 'size2', /at least size1, 6, found 5/],
    ['a size that is no number', () => frontierNodes(Number.NaN), 'size', /found NaN/],
  ];
  for (const [what, act, field, message] of cases) {
    test(what, () => {
      assert.throws(act, { name: 'TocsinError', code: 'INVALID_INPUT', field, message });
    });
  }
});
