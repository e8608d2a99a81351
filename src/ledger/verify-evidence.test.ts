import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportOf, logKey, ORIGIN, tickOfBodies } from '../../tests/support/sample-ledger.ts';
import { EMPTY_LIST, nextList } from './evidence-list.ts';
import type { ExportedEvent } from './export.ts';
import { verifierKey } from './note.ts';
import { verifyExport } from './verify-export.ts';

const VERIFIER = join(import.meta.dirname, '../../scripts/verify-ledger.mjs');

type Body = { readonly type: string; readonly data: Readonly<Record<string, string | number>> };

const hash = (n: number) => String(n).padStart(64, 'a');
const about = (n: number) => ({ sighting: `s${n}`, alert: 'a', reading: hash(n) });
const committed = (n: number, read = 40): Body => ({
  type: 'reading_committed',
  data: { ...about(n), slots: 100, read },
});
const entered = (n: number, nth: number): Body => ({
  type: 'evidence_entered',
  data: { ...about(n), nth },
});
const counted = (sighting: number, ...entries: readonly number[]): Body => ({
  type: 'evidence_counted',
  data: {
    sighting: `s${sighting}`,
    readings: entries.length,
    list: entries.reduce((list, n) => nextList(list, hash(n)), EMPTY_LIST),
  },
});

/** Ours and the verifier that shares no code with us; they must agree. */
async function faultOf(ticks: readonly (readonly Body[])[], erased = false): Promise<string> {
  const at = 1_750_000_000_000;
  const exported = exportOf(
    ticks.map((bodies, n) => {
      const events = bodies.map((body) => ({ v: 1, at, programme: 'p', ...body }));
      const tick = tickOfBodies(n, at + n, [{ v: 1, type: 'sample' }, ...events]);
      return erased ? { ...tick, events: tick.events.map(eraseFirst) } : tick;
    }),
  );
  const lines = (async function* () {
    yield* exported.trimEnd().split('\n');
  })();
  const key = verifierKey(ORIGIN, logKey.publicKey);
  const ours = await verifyExport(lines, key).then(
    () => '',
    (error: Error) => error.message,
  );
  const { status, stderr } = spawnSync(process.execPath, [VERIFIER, '-'], {
    input: exported,
    encoding: 'utf8',
  });
  assert.equal(status, ours === '' ? 0 : 1, `ours: ${ours}, the other: ${stderr}`);
  return ours;
}

function eraseFirst(event: ExportedEvent, i: number): ExportedEvent {
  const parts = [{ audience: 'issuer', body: null, salt: null } as const];
  return i === 0 ? { ...event, parts } : event;
}

const FIRST = [committed(1), committed(9, 0), entered(1, 1), counted(1, 1)];

test('every reading counted, in whatever order a tick shows its events', async () => {
  const second = [committed(2), entered(2, 2), counted(2, 1, 2)];
  assert.equal(await faultOf([FIRST, second]), '');
  assert.equal(await faultOf([FIRST.toReversed(), second.toReversed()]), '');
  assert.equal(await faultOf([[...FIRST, ...second]]), '');
});

test('a reading that never entered is missed at the next count', async () => {
  const faults = await faultOf([
    FIRST,
    [committed(2)],
    [committed(3), entered(3, 2), counted(3, 1, 3)],
  ]);
  assert.match(faults ?? '', /tick 2: evidence of 2 readings: expected all of the ticks before/);
});

test('a reading that enters only after the next count is missed there', async () => {
  const late = [committed(3), entered(3, 2), counted(3, 1, 3)];
  const faults = await faultOf([FIRST, [committed(2)], late, [entered(2, 3)]]);
  assert.match(faults ?? '', /tick 2: evidence of 2 readings/);
});

test('a count that leaves out an entry, or lists another', async () => {
  const dropped = [committed(3), entered(3, 3), counted(3, 1, 3)];
  const both = [committed(2), entered(2, 2)];
  assert.match((await faultOf([FIRST, both, dropped])) ?? '', /expected the list of its entries/);
  const fewer = [committed(3), entered(3, 3), counted(3, 1)];
  assert.match((await faultOf([FIRST, both, fewer])) ?? '', /all of the ticks before/);
});

test('entries without a reading, twice, or with a gap', async () => {
  assert.match((await faultOf([FIRST, [entered(5, 2)]])) ?? '', /a reading for entry 2/);
  assert.match((await faultOf([FIRST, [committed(2), entered(2, 1)]])) ?? '', /one entry 1/);
  assert.match((await faultOf([FIRST, [committed(2), entered(2, 3)]])) ?? '', /found no 2/);
});

test('with an issuer’s part erased nothing is missed: nobody knows what it said', async () => {
  const ticks = [FIRST, [committed(2)], [committed(3), entered(3, 2), counted(3, 1, 3)]];
  assert.equal(await faultOf(ticks, true), '');
});
