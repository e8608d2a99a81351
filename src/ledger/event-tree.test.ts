import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { hmacSha256, lp, sha256 } from '../crypto/hash.ts';
import {
  buildEventTree,
  drawPositions,
  EVENT_TREE_CAPACITY,
  EVENT_TREE_DEPTH,
  type EventLeaf,
  verifyEventPath,
} from './event-tree.ts';

const key = sha256(Buffer.from('tick key'));

/** The tree by its definition, top down: the oracle for the one built bottom up. */
function subtree(leaves: readonly EventLeaf[], height: number, index: number): Buffer {
  const [only] = leaves;
  if (only === undefined) {
    return hmacSha256(key, lp('tocsin/empty/v1', String(height), String(index)));
  }
  if (height === 0) return Buffer.from(only.hash);
  const middle = (2 * index + 1) * 2 ** (height - 1);
  return sha256(
    Buffer.of(1),
    subtree(
      leaves.filter(({ position }) => position < middle),
      height - 1,
      2 * index,
    ),
    subtree(
      leaves.filter(({ position }) => position >= middle),
      height - 1,
      2 * index + 1,
    ),
  );
}

const positions = fc.uniqueArray(
  fc.oneof(
    fc.integer({ min: 0, max: EVENT_TREE_CAPACITY - 1 }),
    // Crowded corners, where siblings meet.
    fc.integer({ min: 0, max: 7 }),
    fc.integer({ min: EVENT_TREE_CAPACITY - 8, max: EVENT_TREE_CAPACITY - 1 }),
  ),
  { maxLength: 60 },
);

const leavesAt = (where: readonly number[]): EventLeaf[] =>
  where.map((position) => ({ position, hash: sha256(Buffer.from(`event at ${position}`)) }));

suite('the tree', () => {
  test('has the root and the paths of its definition, in whatever order its events come', () => {
    fc.assert(
      fc.property(positions, (where) => {
        const leaves = leavesAt(where);
        const tree = buildEventTree(leaves, key);
        assert.deepEqual(tree.root, subtree(leaves, EVENT_TREE_DEPTH, 0));
        assert.deepEqual(buildEventTree(leaves.toReversed(), key).root, tree.root);
        for (const { position, hash } of leaves) {
          const path = tree.path(position);
          verifyEventPath(sha256, { leaf: hash, position, path, root: tree.root });
        }
      }),
    );
  });

  test('of an idle tick is one empty subtree, another one for each key', () => {
    const idle = buildEventTree([], key).root;
    assert.deepEqual(idle, subtree([], EVENT_TREE_DEPTH, 0));
    assert.notDeepEqual(buildEventTree([], Buffer.alloc(32)).root, idle);
  });

  test('repeats no hash on a path, so that none can be known for an empty one', () => {
    const [lone, ...crowd] = leavesAt(drawPositions(2000));
    assert.ok(lone);
    for (const leaves of [[lone], [lone, ...crowd]]) {
      const path = buildEventTree(leaves, key).path(lone.position);
      assert.equal(path.length, EVENT_TREE_DEPTH);
      assert.equal(new Set(path.map((hash) => hash.toString('hex'))).size, EVENT_TREE_DEPTH);
      assert.ok(path.every((hash) => hash.length === 32));
    }
  });

  test('gives paths that are the caller’s own: writing into one changes nothing', () => {
    const tree = buildEventTree(leavesAt([4, 5]), key);
    const path = tree.path(5);
    for (const hash of tree.path(5)) hash.fill(0);
    assert.deepEqual(tree.path(5), path);
  });

  test('refuses every tampered path', () => {
    const leaves = leavesAt([3, 4, 500_000]);
    const tree = buildEventTree(leaves, key);
    const claim = { leaf: leavesAt([3])[0]?.hash ?? key, position: 3, root: tree.root };
    fc.assert(
      fc.property(
        fc.nat(EVENT_TREE_DEPTH - 1),
        fc.nat(31),
        fc.integer({ min: 1, max: 255 }),
        (where, byte, flip) => {
          const path = tree.path(3);
          const hash = path[where];
          assert.ok(hash);
          hash[byte] = (hash[byte] ?? 0) ^ flip;
          assert.throws(() => verifyEventPath(sha256, { ...claim, path }), {
            code: 'PROOF_INVALID',
          });
        },
      ),
    );
  });

  test('refuses paths of another length and positions outside', () => {
    const tree = buildEventTree(leavesAt([3]), key);
    const path = tree.path(3);
    const claim = { leaf: leavesAt([3])[0]?.hash ?? key, position: 3, path, root: tree.root };
    verifyEventPath(sha256, claim);
    const refused = { code: 'PROOF_INVALID' };
    for (const spoiled of [
      { path: path.slice(1) },
      { path: [...path, key] },
      { position: 2 },
      { position: EVENT_TREE_CAPACITY + 3 },
    ]) {
      assert.throws(() => verifyEventPath(sha256, { ...claim, ...spoiled }), refused);
    }
  });
});

suite('what cannot be built', () => {
  const [leaf] = leavesAt([1]);
  assert.ok(leaf);
  const cases: [string, () => unknown, string, RegExp][] = [
    [
      'a position beyond the tree',
      () => buildEventTree([{ ...leaf, position: EVENT_TREE_CAPACITY }], key),
      'INVALID_INPUT',
      /^position: expected an integer in \[0, 2\^20\), found 1048576$/,
    ],
    [
      'a negative position',
      () => buildEventTree([{ ...leaf, position: -1 }], key),
      'INVALID_INPUT',
      /^position: .* found -1$/,
    ],
    [
      'a fraction',
      () => buildEventTree([{ ...leaf, position: 0.5 }], key),
      'INVALID_INPUT',
      /^position: .* found 0.5$/,
    ],
    [
      'two events at one position',
      () => buildEventTree([leaf, leaf], key),
      'INVALID_INPUT',
      /^position: expected one event at each, found "1 twice"$/,
    ],
    [
      'a hash of another length',
      () => buildEventTree([{ position: 1, hash: Buffer.alloc(20) }], key),
      'INVALID_INPUT',
      /^hash: expected 32 bytes, found 20$/,
    ],
    [
      'a key of another length',
      () => buildEventTree([], Buffer.alloc(16)),
      'KEY_INVALID',
      /^tick key: expected 32 bytes, found 16$/,
    ],
    [
      'the path of no event',
      () => buildEventTree([leaf], key).path(2),
      'INVALID_INPUT',
      /^position: expected the position of an event of this tick, found 2$/,
    ],
    [
      'more events than positions',
      () => drawPositions(EVENT_TREE_CAPACITY + 1),
      'LIMIT_EXCEEDED',
      /^events of one tick: expected at most 1048576, found 1048577$/,
    ],
  ];
  for (const [what, act, code, message] of cases) {
    test(what, () => {
      assert.throws(act, { name: 'TocsinError', code, message });
    });
  }
});

suite('positions', () => {
  test('are distinct and in range', () => {
    const drawn = drawPositions(5000);
    assert.equal(new Set(drawn).size, 5000);
    assert.ok(drawn.every((position) => position >= 0 && position < EVENT_TREE_CAPACITY));
    assert.deepEqual(drawPositions(0), []);
  });

  test('are the low 20 bits of each word, in the order drawn, without what came before', () => {
    const words = [0xfff00007, 7, 0x00100003, 3, 0x000fffff, 12];
    const random = (bytes: number): Buffer => {
      const out = Buffer.alloc(bytes, 0xff);
      for (const [i, word] of words.entries()) out.writeUInt32BE(word, 4 * i);
      return out;
    };
    assert.deepEqual(drawPositions(4, random), [7, 3, 0xfffff, 12]);
  });

  test('are drawn again when one draw does not give enough', () => {
    let draws = 0;
    const random = (bytes: number): Buffer => Buffer.alloc(bytes, draws++);
    assert.deepEqual(drawPositions(3, random), [0, 0x10101, 0x20202]);
  });
});
