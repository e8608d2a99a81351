import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exportOf,
  logKey,
  ORIGIN,
  sampleExport,
  sampleLedger,
  tickOfEvent,
} from '../../tests/support/sample-ledger.ts';
import { signNote } from './note.ts';
import { verifyExport } from './verify-export.ts';

const ledger = sampleLedger();
const whole = sampleExport(ledger).trimEnd().split('\n');

async function verify(lines: readonly string[], key = ledger.verifierKey) {
  return verifyExport(
    (async function* () {
      yield* lines;
    })(),
    key,
  );
}

/** The export with one line changed as JSON. */
function changed(index: number, change: (value: Record<string, unknown>) => void): string[] {
  const value = JSON.parse(whole[index] ?? '') as Record<string, unknown>;
  change(value);
  return whole.with(index, JSON.stringify(value));
}

const refused = async (lines: readonly string[], message: RegExp) =>
  assert.rejects(verify(lines), { code: 'LEDGER_TAMPERED', message });

test('the sample verifies, and its checkpoint is the one it was made with', async () => {
  const { events, checkpoint } = await verify(whole);
  assert.equal(events, 46);
  assert.equal(checkpoint.size, ledger.ticks.length);
  assert.equal(checkpoint.origin, ORIGIN);
});

test('an erased part leaves the rest verifiable', async () => {
  const erased = changed(2, (tick) => {
    const [event] = tick['events'] as { parts: unknown[] }[];
    if (event) event.parts[0] = { audience: 'issuer', erased: true };
  });
  assert.equal((await verify(erased)).events, 46);
});

test('any change is refused, and its line named', async () => {
  type Events = { events: { position: number; parts: { body: string; audience: string }[] }[] };
  const event = (change: (events: Events['events']) => void) =>
    changed(2, (tick) => change((tick as unknown as Events).events));
  await refused(
    event(([first]) => Object.assign(first?.parts[0] ?? {}, { body: '{"v":1}' })),
    /line 3: events\[0\]\.parts\[0\]: commitment/,
  );
  await refused(
    event((events) => events.pop()),
    /line 3: root/,
  );
  await refused(
    event(([first]) => Object.assign(first ?? {}, { position: 7 })),
    /line 3: (root|position)/,
  );
  await refused(
    event(([first]) => Object.assign(first?.parts[0] ?? {}, { audience: 'participant' })),
    /line 3: events\[0\]\.parts\[0\]\.audience/,
  );
  await refused(
    event(([first]) => first?.parts.pop()),
    /line 3: events\[0\]\.parts/,
  );
  await refused(
    changed(4, (tick) => Object.assign(tick, { at: 5 })),
    /line 5: at/,
  );
  await refused(
    changed(4, (tick) => Object.assign(tick, { more: 1 })),
    /line 5: members/,
  );
  await refused(
    changed(1, (tick) => Object.assign(tick, { key: '0'.repeat(64) })),
    /line 2: root/,
  );
  await refused(whole.with(3, '{'), /line 4: the line: expected JSON/);
});

test('a tick that is missing, added or moved is refused', async () => {
  await refused(whole.slice(0, -1), /number of ticks: expected 7, found 6/);
  await refused(whole.toSpliced(2, 1), /line 3: tick: expected 1, found 2/);
  await refused([], /a first line, found nothing/);
  // A time that the checkpoint does not bind any more: the log's root differs.
  const later = changed(7, (tick) => Object.assign(tick, { at: Number(tick['at']) + 1 }));
  await refused(later, /root of the log/);
});

test('a signed log whose time stands still, runs back or precedes its events', async () => {
  const at = 1_750_000_000_000;
  const log = (...times: readonly (readonly [tick: number, event: number])[]) =>
    exportOf(times.map(([time, happened], n) => tickOfEvent(n, time, happened)))
      .trimEnd()
      .split('\n');
  assert.equal((await verify(log([at, at], [at + 1, at]))).events, 2);
  await refused(log([at, at], [at, at]), /line 3: at: expected later than \d+, found/);
  await refused(log([at, at], [at - 1, at - 1]), /line 3: at: expected later than \d+, found/);
  await refused(log([at, at + 1]), /line 2: events\[0\]\.parts\[0\]: at: expected at most/);
});

test('only the pinned key counts, and its origin', async () => {
  const other = ledger.verifierKey.replace(ORIGIN, 'log.example/other');
  await assert.rejects(verify(whole, 'none'), { code: 'LEDGER_TAMPERED', message: /verifierKey/ });
  await refused(
    changed(0, (header) => Object.assign(header, { verifierKey: other })),
    /verifierKey/,
  );
  await refused(
    changed(0, (header) => Object.assign(header, { origin: 'x' })),
    /origin/,
  );
  const note = signNote(`elsewhere\n1\n${Buffer.alloc(32).toString('base64')}\n`, {
    name: ORIGIN,
    ...logKey,
  });
  await refused(
    changed(0, (header) => Object.assign(header, { checkpoint: note })),
    /origin/,
  );
});

test('a malformed key is the caller’s own mistake', async () => {
  const named = changed(0, (header) => Object.assign(header, { verifierKey: 'none' }));
  await assert.rejects(verify(named, 'none'), { code: 'KEY_INVALID' });
});

test('an error that is none of the export’s is passed on', async () => {
  const broken = (async function* () {
    yield whole[0] ?? '';
    throw new RangeError('disk');
  })();
  await assert.rejects(verifyExport(broken, ledger.verifierKey), RangeError);
});
