import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '../crypto/hash.ts';
import type { ArtifactId } from '../domain/ids.ts';
import { type Outcome, tryScript } from './script-trial.ts';
import type { BitSlot, SlotTable } from './slot-table.ts';

/** `lines` of `a0`, `a1`…, each a slot whose other text is `b0`, `b1`…; some with a gap before. */
function script(lines: number, gapBefore: readonly number[] = []) {
  const artifact = '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId;
  let text = '';
  const slots = Array.from({ length: lines }, (_, line): BitSlot => {
    if (gapBefore.includes(line)) text += '\n\n';
    const start = text.length;
    text += `a${line}\n`;
    const key = { artifact, slot: String(line) };
    const [authored, other] = [`a${line}`, `b${line}`];
    return { kind: 'bit', key, family: 'test', start, end: text.length - 1, authored, other };
  });
  const master = Buffer.from(text);
  const table: SlotTable = { v: 1, artifact, version: 1, master: sha256Hex(master), slots };
  return { master, table };
}

function ended(output: string, status = 0): Outcome {
  return { kind: 'ended', status, output };
}

/** Tries the script on a machine that is a function of the text, and counts its runs. */
async function tried(
  { master, table }: ReturnType<typeof script>,
  machine: (text: string) => Outcome,
  most = Number.POSITIVE_INFINITY,
) {
  const seen: string[] = [];
  const run = async (bytes: Uint8Array) => {
    const text = Buffer.from(bytes).toString();
    seen.push(text);
    return text.includes('(') ? ended('', 1) : machine(text);
  };
  const { kept, dropped } = await tryScript(master, table, {
    run,
    isOver: () => seen.length > most,
  });
  return { kept: kept.map(({ other }) => other), dropped, seen };
}

/** All other texts that stand in a script, in order. */
function othersIn(text: string): string {
  return (text.match(/b\d+/g) ?? []).join(' ');
}

test('slots that make no difference are kept, each tried alone and with all', async () => {
  const { kept, dropped, seen } = await tried(script(3, [1, 2]), () => ended('same'));
  assert.deepEqual(kept, ['b0', 'b1', 'b2']);
  assert.deepEqual(dropped, []);
  for (const flipped of ['b0', 'b1', 'b2', 'b0 b1 b2']) {
    assert.ok(
      seen.some((text) => othersIn(text) === flipped),
      flipped,
    );
  }
});

test('a slot that changes output, status or end is dropped, with which it was', async () => {
  const changed: Record<string, Outcome> = {
    b0: ended('another'),
    b1: ended('same', 3),
    b2: { kind: 'failed', reason: 'did not end within 10 s' },
  };
  const { kept, dropped } = await tried(
    script(4, [1, 2, 3]),
    (text) => changed[othersIn(text)] ?? ended('same'),
  );
  assert.deepEqual(kept, ['b3']);
  assert.deepEqual(
    dropped.map(({ what, reason }) => `${what}: ${reason}`),
    [
      'line 1: other output',
      'line 4: expected status 0, found 3',
      'line 7: did not end within 10 s',
    ],
  );
});

test('neighbours are tried in every combination, and parted where two differ', async () => {
  const together = (text: string) => (/b1.*b2/s.test(text) ? ended('another') : ended('same'));
  const { kept, dropped, seen } = await tried(script(3), together);
  assert.deepEqual(kept, ['b0']);
  assert.match(dropped[0]?.reason ?? '', /together with its neighbours: other output/);
  const combinations = new Set(seen.map(othersIn));
  for (const flipped of ['b0', 'b1', 'b2', 'b0 b1', 'b0 b2', 'b1 b2']) {
    assert.ok(combinations.has(flipped), flipped);
  }
});

test('slots far apart that differ only together are all dropped', async () => {
  const together = (text: string) => (/b0.*b1/s.test(text) ? ended('another') : ended('same'));
  const { kept, dropped } = await tried(script(2, [1]), together);
  assert.deepEqual(kept, []);
  assert.ok(dropped.every(({ reason }) => reason === 'all together: other output'));
});

test('of a long row of neighbours every fifth is left out: there is an end', async () => {
  const { kept, dropped, seen } = await tried(script(11), () => ended('same'));
  assert.deepEqual(kept, ['b0', 'b1', 'b2', 'b3', 'b5', 'b6', 'b7', 'b8', 'b10']);
  assert.ok(dropped.every(({ reason }) => reason.includes('neighbouring lines')));
  assert.ok(seen.length <= 3 + 15 + 15 + 1 + 1, `${seen.length} runs`);
});

test('a test that shows nothing keeps nothing', async () => {
  let runs = 0;
  const machines: [() => Outcome, RegExp][] = [
    [() => ended('same', 1), /expected status 0, found 1/],
    [() => ({ kind: 'failed', reason: 'ended by SIGSEGV' }), /SIGSEGV/],
    [() => ended(`at ${runs++}`), /run twice: other output/],
  ];
  for (const [machine, reason] of machines) {
    const { kept, dropped } = await tried(script(2, [1]), machine);
    assert.deepEqual(kept, []);
    assert.equal(dropped.length, 2);
    assert.match(dropped[0]?.reason ?? '', reason);
  }
});

test('a test that does not look at the script is noticed', async () => {
  const { master, table } = script(1);
  const { kept, dropped } = await tryScript(master, table, {
    run: async () => ended('ok'),
    isOver: () => false,
  });
  assert.deepEqual(kept, []);
  assert.match(dropped[0]?.reason ?? '', /does not look at the script/);
});

test('what there is no time to try is dropped', async () => {
  const { kept, dropped } = await tried(script(4, [1, 2, 3]), () => ended('same'), 4);
  assert.deepEqual(kept, ['b0', 'b1']);
  assert.ok(dropped.every(({ reason }) => reason.includes('no time left')));
});
