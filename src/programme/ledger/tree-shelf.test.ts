import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../crypto/hash.ts';
import { instant } from '../../domain/instant.ts';
import { buildEventTree } from '../../ledger/event-tree.ts';
import { openTreeShelf } from './tree-shelf.ts';

const KEY = Buffer.alloc(32, 7);

/** A tick with this many events, one beside the other. */
function tickOf(events: number) {
  const leaves = Array.from({ length: events }, (_, position) => ({
    position,
    hash: sha256(Buffer.from(`event ${position}`)),
  }));
  const tree = buildEventTree(leaves, KEY);
  return { at: instant(0), root: tree.root.toString('hex'), tree, inLog: null };
}

/** A shelf, and how often it built the tree of each tick. */
function counted(mostNodes?: number) {
  const shelf = openTreeShelf(mostNodes);
  const built = new Map<number, number>();
  const get = (tick: number, events = 1) =>
    shelf.get(tick, async () => {
      built.set(tick, (built.get(tick) ?? 0) + 1);
      return tickOf(events);
    });
  return { get, built };
}

const NODES_OF_ONE = tickOf(1).tree.nodes;

test('proofs of many ticks in turn build the tree of each once', async () => {
  const { get, built } = counted();
  for (let round = 0; round < 3; round++) {
    for (let tick = 0; tick < 100; tick++) await get(tick);
  }
  assert.deepEqual([...new Set(built.values())], [1]);
});

test('however many ask at the same moment, a tree is built once', async () => {
  const { get, built } = counted();
  const trees = await Promise.all([get(1), get(2), get(1), get(1), get(2)]);
  assert.equal(new Set(trees).size, 2);
  assert.deepEqual([...built.values()], [1, 1]);
});

test('beyond its bound it gives up what was used longest ago, and no more', async () => {
  const { get, built } = counted(3 * NODES_OF_ONE);
  for (const tick of [1, 2, 3, 1, 4]) await get(tick);
  for (const tick of [1, 3, 4]) await get(tick);
  assert.deepEqual(Object.fromEntries(built), { 1: 1, 2: 1, 3: 1, 4: 1 });
  await get(2);
  assert.equal(built.get(2), 2);
});

test('the bound is of nodes: a large tree takes the place of several, and stays', async () => {
  const { get, built } = counted(3 * NODES_OF_ONE);
  for (const tick of [1, 2, 3]) await get(tick);
  assert.ok(tickOf(64).tree.nodes > 3 * NODES_OF_ONE);
  await get(4, 64);
  await get(4, 64);
  assert.equal(built.get(4), 1);
  await get(1);
  assert.equal(built.get(1), 2);
  await get(4, 64);
  assert.equal(built.get(4), 2, 'and gives way to what is asked for after it');
});

test('a tree that could not be built is built again, and its failure is told', async () => {
  const shelf = openTreeShelf();
  const down = () => Promise.reject(new Error('no database'));
  const asked = [shelf.get(1, down), shelf.get(1, down)];
  for (const each of asked) await assert.rejects(each, /no database/);
  assert.equal((await shelf.get(1, async () => tickOf(1))).tree.nodes, NODES_OF_ONE);
});
