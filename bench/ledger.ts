/**
 * bench `ledger`. `limit:fdatasync`: events committed one per transaction by one writer, against a
 * bare append and fdatasync of as many bytes on the same disk. `proofs`: inclusion proofs of a log
 * of 50 021 ticks from its stored subtrees, against hashing the whole tree for each.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { sha256 } from '../src/crypto/hash.ts';
import { newId, randomBytes } from '../src/crypto/random.ts';
import {
  appendLeaf,
  EMPTY_FRONTIER,
  type Frontier,
  inclusionProof,
  rootOf,
} from '../src/ledger/log-tree.ts';
import { leafHash, verifyInclusion } from '../src/ledger/proof.ts';
import { recordEvent } from '../src/store/event-writer.ts';
import { openHouse } from '../tests/support/house.ts';
import { interleave, print, rate, rateAsync, round } from './harness.ts';

const ROUNDS = 5;
const ROUND_MS = 800;

await commits();
await proofs();

async function commits(): Promise<void> {
  const house = await openHouse();
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const file = openSync(join(folder, 'append'), 'w');
  // About what one event's row and its commit record take in the write-ahead log.
  const record = randomBytes(1_800);
  const { context, programme, clock } = house;
  const actor = { kind: 'system', id: null } as const;
  try {
    const result = await interleave(
      ROUNDS,
      () =>
        rateAsync(
          () =>
            context.store.issuer((tx) =>
              recordEvent(tx, {
                type: 'person_added',
                at: clock.now(),
                programme,
                actor,
                data: { person: newId() },
              }),
            ),
          ROUND_MS,
        ),
      () =>
        rate(() => {
          writeSync(file, record);
          fdatasyncSync(file);
        }, ROUND_MS),
    );
    const fsync = await context.store.issuer(async (tx) => {
      const { rows } = await sql<{ fsync: string }>`show fsync`.execute(tx);
      return rows[0]?.fsync ?? '';
    });
    print({
      bench: 'ledger',
      case: 'limit:fdatasync',
      ours: round(result.ours),
      peer: round(result.peer),
      ratio: round(result.ours / result.peer),
      unit: 'events/s',
      fsync,
      note: 'one writer, one event a transaction; peer: append and fdatasync of 1800 bytes',
    });
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
    await house.tearDown();
  }
}

async function proofs(): Promise<void> {
  const size = 50_021;
  const nodes = new Map<string, Uint8Array>();
  const leaves: Uint8Array[] = [];
  let frontier: Frontier = EMPTY_FRONTIER;
  for (let n = 0; n < size; n++) {
    const leaf = leafHash(sha256, Buffer.from(`tick ${n}`));
    leaves.push(leaf);
    const appended = appendLeaf(frontier, leaf);
    frontier = appended.frontier;
    for (const node of appended.nodes) nodes.set(`${node.level}/${node.index}`, node.hash);
  }
  const root = rootOf(frontier);
  const getNode = (level: number, index: number) => {
    const hash = nodes.get(`${level}/${index}`);
    if (!hash) throw new Error(`no node ${level}/${index}`);
    return hash;
  };
  const prove = (n: number) => {
    const index = (n * 7919) % size;
    return { index, proof: inclusionProof(index, size, getNode) };
  };
  const { index, proof } = prove(5);
  verifyInclusion(sha256, { index, size, leafHash: leaves[index] ?? root, proof, root });
  const result = await interleave(
    ROUNDS,
    () => rate((n) => prove(n), ROUND_MS),
    () => {
      const start = performance.now();
      let whole: Frontier = EMPTY_FRONTIER;
      for (const leaf of leaves) whole = appendLeaf(whole, leaf).frontier;
      return 1000 / (performance.now() - start);
    },
  );
  print({
    bench: 'ledger',
    case: 'proofs',
    ours: round(result.ours),
    peer: round(result.peer),
    ratio: round(result.ours / result.peer),
    unit: 'proofs/s',
    size,
    note: 'peer: hashing the whole tree once for each proof',
  });
}
