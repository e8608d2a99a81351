import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import {
  logKey,
  ORIGIN,
  sampleExport,
  sampleLedger,
  sampleProof,
} from '../../tests/support/sample-ledger.ts';
import { formatCheckpoint } from '../ledger/checkpoint.ts';
import { exportHeader, exportTick } from '../ledger/export.ts';
import {
  appendLeaf,
  consistencyProof,
  EMPTY_FRONTIER,
  inclusionProof,
  rootOf,
} from '../ledger/log-tree.ts';
import { signNote } from '../ledger/note.ts';
import { tickLeafHash } from '../ledger/tick-leaf.ts';
import type { FetchLike } from '../participant/session.ts';
import { auditExport, auditLog, openAuditor, verifyProof } from './log-audit.ts';

const ledger = sampleLedger();
const { ticks } = ledger;

/** The sample's log as it was after its first `size` ticks. */
function checkpointOf(first: readonly Parameters<typeof tickLeafHash>[0][]): string {
  const frontier = first.reduce(
    (known, tick) => appendLeaf(known, tickLeafHash(tick)).frontier,
    EMPTY_FRONTIER,
  );
  const text = formatCheckpoint({
    origin: ORIGIN,
    size: frontier.size,
    root: rootOf(frontier),
  });
  return signNote(text, { name: ORIGIN, ...logKey });
}

type Shown = { size: number; manifestKey: string };

/** A server whose log is the sample's, at the size it shows just now. */
function serverOf(shown: Shown): FetchLike {
  return async (url) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname === '/v1/issuer') {
      const { manifestKey } = shown;
      return Response.json({ origin: ORIGIN, logVerifierKey: ledger.verifierKey, manifestKey });
    }
    if (pathname === '/v1/log/checkpoint') {
      return new Response(checkpointOf(ticks.slice(0, shown.size)));
    }
    const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))];
    const node = (level: number, index: number) => {
      const found = ledger.nodes.get(`${level}/${index}`);
      assert.ok(found);
      return found;
    };
    const last = [from, to].map((size) => {
      const tick = ticks[size - 1];
      assert.ok(tick);
      const logProof = inclusionProof(tick.tick, to, node).map(hex);
      return { tick: tick.tick, at: tick.at, root: hex(tick.root), logProof };
    });
    return Response.json({
      from,
      to,
      proof: consistencyProof(from, to, node).map(hex),
      ticks: last,
    });
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

suite('the ledger as the issuer’s own persons audit it', () => {
  let folder: string;
  let shown: Shown;
  const auditor = () => openAuditor(folder, serverOf(shown), 'https://psirt.example');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-audit-'));
    shown = { size: 4, manifestKey: 'a'.repeat(64) };
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('keys are pinned at first; then the log must go on where it was', async () => {
    const first = await auditLog(auditor());
    assert.deepEqual([first.size, first.from, first.pinned], [4, null, true]);
    shown.size = 7;
    const second = await auditLog(auditor());
    assert.deepEqual([second.size, second.from, second.pinned], [7, 4, false]);
    shown.size = 5;
    await assert.rejects(auditLog(auditor()), { code: 'LEDGER_ROLLBACK' });
  });

  test('other keys than those pinned are refused', async () => {
    await auditLog(auditor());
    shown.manifestKey = 'b'.repeat(64);
    await assert.rejects(auditLog(auditor()), { code: 'LEDGER_TAMPERED', message: /pinned/ });
  });

  test('each server has pins of its own', async () => {
    await auditLog(auditor());
    const other = openAuditor(folder, serverOf(shown), 'https://rehearsal.example');
    assert.equal((await auditLog(other)).pinned, true);
  });

  test('a proof counts under the pinned key alone', async () => {
    shown.size = 7;
    const proof = sampleProof(ledger, 4, 3, 'issuer');
    assert.equal((await verifyProof(auditor(), proof)).tick, 4);
    const altered = { ...proof, position: (proof.position + 1) % 2 ** 20 };
    await assert.rejects(verifyProof(auditor(), altered), { code: 'PROOF_INVALID' });
  });

  suite('an export', () => {
    const file = () => join(folder, 'export.jsonl');
    const header = (checkpoint: string) =>
      exportHeader({ origin: ORIGIN, verifierKey: ledger.verifierKey, checkpoint });

    test('of the log seen, and an older one, are its beginning', async () => {
      shown.size = 7;
      await auditLog(auditor());
      await writeFile(file(), sampleExport(ledger));
      assert.deepEqual(await auditExport(auditor(), file()), { ticks: 7, events: 46 });
      const three = ticks.slice(0, 3);
      await writeFile(file(), header(checkpointOf(three)) + three.map(exportTick).join(''));
      assert.deepEqual(await auditExport(auditor(), file()), { ticks: 3, events: 4 });
    });

    test('of another history, though rightly signed, is refused', async () => {
      await auditLog(auditor());
      const [first] = ticks;
      assert.ok(first);
      const other = [{ ...first, at: first.at + 1 }];
      await writeFile(file(), header(checkpointOf(other)) + other.map(exportTick).join(''));
      await assert.rejects(auditExport(auditor(), file()), {
        code: 'LEDGER_TAMPERED',
        message: /beginning of the server's log/,
      });
    });

    test('newer than the server’s log, or unreadable, is the caller’s mistake', async () => {
      await auditLog(auditor());
      await writeFile(file(), sampleExport(ledger));
      const mistake = { code: 'INVALID_INPUT' };
      await assert.rejects(auditExport(auditor(), file()), {
        ...mistake,
        message: /at most the 4/,
      });
      await assert.rejects(auditExport(auditor(), join(folder, 'none')), mistake);
    });
  });
});
