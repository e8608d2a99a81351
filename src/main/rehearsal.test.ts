import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOUR_MS, parseInstant, plus } from '../domain/instant.ts';
import { openRehearsal } from './rehearsal.ts';

const START = parseInstant('2025-06-20T09:00:00Z');

test('time passes by ticks when told, and by itself only after something happened', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  await chmod(dataDir, 0o711);
  const rehearsal = await openRehearsal({
    dataDir,
    listen: '127.0.0.1:0',
    start: START,
    tickMs: HOUR_MS,
    pack: 'mapp',
    readerCap: 10,
  });
  try {
    assert.equal(await rehearsal.advance(plus(START, 3 * HOUR_MS)), 3);
    assert.equal(rehearsal.now(), plus(START, 3 * HOUR_MS));
    await rehearsal.person('Ada', ['author']);
    let end: () => void = () => undefined;
    const serving = rehearsal.serveUntil(
      new Promise<void>((resolve) => {
        end = resolve;
      }),
    );
    while (rehearsal.now() < plus(START, 4 * HOUR_MS)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // Long enough for it to look again: nothing happened since, so the clock stands.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    end();
    await serving;
    assert.equal(rehearsal.now(), plus(START, 4 * HOUR_MS));
  } finally {
    await rehearsal.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
