import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import {
  exportOf,
  ORIGIN,
  sampleExport,
  sampleLedger,
  tickOfEvent,
} from '../../tests/support/sample-ledger.ts';
import { signer } from '../crypto/sign.ts';
import { exportTick } from './export.ts';
import { verifierKey } from './note.ts';

const ROOT = join(import.meta.dirname, '../..');
const golden = readFileSync(join(ROOT, 'testdata/ledger/export.jsonl'), 'utf8');
const ledger = sampleLedger();

/** Runs the outside verifier on an export, as an auditor does. */
function verify(exported: string, ...args: string[]) {
  const script = join(ROOT, 'scripts/verify-ledger.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '-', ...args], {
    input: exported,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('the export of the sample is the committed one, byte for byte', () => {
  assert.equal(sampleExport(ledger), golden);
});

test('a verifier that shares no code accepts the export', () => {
  const [, , root = ''] = ledger.checkpoint.split('\n');
  const hex = Buffer.from(root, 'base64').toString('hex');
  const accepted = {
    status: 0,
    stdout: `ledger verified: 7 ticks, 46 events, root ${hex}\n`,
    stderr: '',
  };
  assert.deepEqual(verify(golden), accepted);
  assert.deepEqual(verify(golden, ledger.verifierKey), accepted);
});

test('erased parts leave the ledger whole', () => {
  const erased = ledger.ticks.map((tick) => ({
    ...tick,
    events: tick.events.map((event) => ({
      ...event,
      parts: event.parts.map(({ audience }) => ({ audience, body: null, salt: null })),
    })),
  }));
  const [header = ''] = golden.split('\n');
  const exported = `${header}\n${erased.map(exportTick).join('')}`;
  assert.ok(!exported.includes('salt'));
  assert.equal(verify(exported).status, 0);
});

const otherKey = verifierKey(ORIGIN, signer(Buffer.alloc(32, 3)).publicKey);
const lines = golden.split('\n');
const without = (index: number) => lines.toSpliced(index, 1).join('\n');
const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)].join('\n');
/** Replaces the first match in the line of a tick (or in the header, line 0). */
const inLine = (index: number, from: RegExp, to: string) =>
  lines.with(index, (lines[index] ?? '').replace(from, to)).join('\n');

/** What a dishonest or damaged export does, and what the verifier must answer. */
const mistakes: [string, string, RegExp][] = [
  ['nothing', '', /: expected a header line, found an empty file/],
  ['no JSON', 'ledger\n', /line 1: the line: expected JSON/],
  ['a cut line', golden.slice(0, -2), /line 7: expected a newline at the end/],
  [
    'a further member',
    inLine(1, /\{/, '{"a":1,'),
    /line 2: tick: members: expected at, events, key,/,
  ],
  [
    'a key of another name',
    inLine(0, /"origin":"/, '"origin":"x'),
    /line 1: name of the key: expect/,
  ],
  ['a key with another id', inLine(0, /\+f/, '+0'), /line 1: id of the verifier key: expected/],
  [
    'a key that is none',
    inLine(0, /"log.example\/sample\+/, '"'),
    /line 1: verifier key: expected <na/,
  ],
  [
    'another log’s key',
    inLine(0, /"[^"]+"\}$/, `"${otherKey}"}`),
    /line 1: checkpoint: expected a sig/,
  ],
  [
    'a changed checkpoint',
    inLine(0, /\\n7\\n/, '\\n8\\n'),
    /line 1: checkpoint: the signature .* not v/,
  ],
  ['a tick left out', without(2), /line 3: number of the tick: expected 1, found 2/],
  ['the last tick left out', without(7), /: size of the checkpoint: expected 7, found 6/],
  ['two ticks exchanged', swapped, /line 2: number of the tick: expected 0, found 1/],
  [
    'time running back',
    inLine(2, /"at":1/, '"at":'),
    /line 3: tick 1: expected a time after 1750723200000/,
  ],
  ['another time', inLine(7, /"at":1/, '"at":2'), /verified: root of the log: expected/],
  [
    'another tick root',
    inLine(1, /"root":"\w{4}/, '"root":"0000'),
    /line 2: tick 0: root: expected/,
  ],
  ['another tick key', inLine(5, /"key":"\w{4}/, '"key":"0000'), /line 6: tick 4: root: expected/],
  [
    'a short tick key',
    inLine(5, /"key":"\w{2}/, '"key":"'),
    /line 6: tick 4: key: expected 64 lower-c/,
  ],
  ['another position', inLine(3, /"position":\d/, '"position":'), /line 4: tick 2: root: expected/],
  [
    'no position',
    inLine(3, /"position":\d+/, '"position":-1'),
    /event 1: expected a position in \[0, 2/,
  ],
  [
    'an event left out',
    inLine(3, /\{"entry".*\}(?=\],"key)/, ''),
    /line 4: tick 2: root: expected/,
  ],
  [
    'a changed body',
    inLine(3, /tick 2 event 0/, 'tick 2 event 1'),
    /event 1: part 1: commitment: expect/,
  ],
  [
    'a changed salt',
    inLine(3, /"salt":"\w{4}/, '"salt":"0000'),
    /event 1: part 1: commitment: expected/,
  ],
  [
    'a changed commitment',
    inLine(3, /ent\\":\\"\w{4}/, 'ent\\":\\"0000'),
    /part 1: commitment: expect/,
  ],
  [
    'another entry form',
    inLine(3, /\\"v\\":1/, '\\"v\\": 1'),
    /tick 2: event 1: entry: expected \{"parts/,
  ],
  [
    'a part left out',
    inLine(3, /,\{"audience":"part.*?\}(?=\],"pos)/, ''),
    /event 1: parts: expected 2, found 1/,
  ],
  [
    'another audience',
    inLine(3, /"audience":"i/, '"audience":"j'),
    /part 1: audience: expected issuer, fo/,
  ],
];

suite('the outside verifier names the first mistake', () => {
  for (const [what, exported, message] of mistakes) {
    test(what, () => {
      assert.notEqual(exported, golden);
      const { status, stdout, stderr } = verify(exported);
      assert.match(stderr, message);
      assert.match(stderr, /^ledger not verified: .*\n$/);
      assert.deepEqual([status, stdout], [1, '']);
    });
  }

  test('a signed log whose time stands still, runs back or is before its events', () => {
    const at = 1_750_000_000_000;
    const log = (...times: readonly (readonly [tick: number, event: number])[]) =>
      verify(exportOf(times.map(([time, happened], n) => tickOfEvent(n, time, happened))));
    assert.equal(log([at, at], [at + 1, at]).status, 0);
    for (const time of [at, at - 1]) {
      assert.match(log([at, at], [time, time]).stderr, /line 3: tick 1: expected a time after \d+/);
    }
    assert.match(log([at, at + 1]).stderr, /line 2: tick 0: event 1: part 1: expected a time of/);
  });

  test('two events at one position', () => {
    const tick = ledger.ticks[1];
    assert.ok(tick);
    const [event] = tick.events;
    assert.ok(event);
    const doubled = exportTick({ ...tick, events: [event, event] }).trimEnd();
    const { status, stderr } = verify(lines.with(2, doubled).join('\n'));
    assert.match(stderr, /line 3: tick 1: event 2: expected a position above the one before/);
    assert.equal(status, 1);
  });

  test('a key other than the pinned one', () => {
    const { status, stderr } = verify(golden, otherKey);
    assert.match(stderr, /line 1: verifier key: expected log.example\/sample\+/);
    assert.equal(status, 1);
  });

  test('a line separator inside a string is not the end of a line', () => {
    const { stderr } = verify(inLine(2, /tick 1 event/, 'tick\u20281 event'));
    assert.match(stderr, /line 3: tick 1: event 1: part 1: commitment: expected/);
  });
});
