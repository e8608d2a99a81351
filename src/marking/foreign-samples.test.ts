import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { markKey } from '../../tests/support/leak.ts';
import { html } from '../../tests/support/markup.ts';
import { type RealText, realText } from '../../tests/support/real-texts.ts';
import { type Seeded, seeded } from '../../tests/support/seeded.ts';
import { type Survivor, survivingCopy, survivorOf } from '../../tests/support/survival.ts';
import { reflow } from '../../tests/support/transformations.ts';
import { TocsinError } from '../domain/errors.ts';
import type { ArtifactId } from '../domain/ids.ts';
import type { MarkKey } from './code.ts';
import type { TraceResult } from './decoder/result.ts';
import { scoreReadings } from './decoder/score-readings.ts';
import { readOpened } from './extract/read-sample.ts';
import { openSample } from './extract/sample.ts';
import { freezeSlots } from './freeze.ts';
import { parseSidecar } from './sidecar.ts';

const TESTDATA = join(import.meta.dirname, '../../testdata');
const FIRMS = Array.from({ length: 120 }, (_, i) => `firm-${i}`);

/** An alert that was released, and its mark key. */
type Released = { readonly survivor: Survivor; readonly key: MarkKey };

function released(text: RealText, random: Seeded): Released {
  return { survivor: survivorOf(text, []), key: markKey(random) };
}

/** Two alerts of one programme. */
const ADVISORY = released(realText('mv500'), seeded(1));
const OTHER = released(realText('tropos'), seeded(2));

const copyOf = ({ survivor, key }: Released, firm: string): string =>
  survivingCopy(survivor, key, firm, 'desk-0').text;

/** What tracing a sample against some alerts comes to; null for an alert it shows nothing of. */
function trace(sample: string | Uint8Array, alerts = [ADVISORY, OTHER]): (TraceResult | null)[] {
  const opened = openSample(typeof sample === 'string' ? Buffer.from(sample) : sample);
  const readings = alerts.map(({ survivor, key }) => ({
    ...{ reading: readOpened(opened, survivor.prepared), key, canaries: [], cap: 200 },
    participants: FIRMS.map((participant) => ({ participant, readers: ['desk-0'] })),
  }));
  return [...scoreReadings(readings, 0, { entries: [], frozen: [], opened: [], cap: 200 }).results];
}

function namedIn(result: TraceResult | null | undefined): string[] {
  return result?.identified.map(({ participant }) => participant) ?? [];
}

const FOREIGN: Readonly<Record<string, () => string | Uint8Array>> = {
  'a program': () => readFileSync(process.execPath).subarray(0, 4 * 1024 * 1024),
  'an archive': () => {
    const random = seeded(3);
    return Buffer.from(Array.from({ length: 200_000 }, () => random.below(256)));
  },
  'an advisory of another vendor': () =>
    readFileSync(join(TESTDATA, 'cisa-csaf/icsa-17-045-02.json')),
  'rules of others': () => readFileSync(join(TESTDATA, 'rules/yara/expl_proxyshell.yar')),
};

for (const [name, sample] of Object.entries(FOREIGN)) {
  test(`nothing of ours, and nobody named: ${name}`, () => {
    assert.deepEqual(trace(sample()), [null, null]);
  });
}

test('a file of 200 MB is refused by its size, before it is read', () => {
  assert.throws(
    () => trace(Buffer.alloc(200 * 1024 * 1024)),
    (error) => error instanceof TocsinError && error.code === 'LIMIT_EXCEEDED',
  );
});

test('the unmarked master is known as that, in whatever form, and nobody named', () => {
  for (const change of [String, reflow, html]) {
    const [result] = trace(change(ADVISORY.survivor.master, seeded(4)));
    assert.deepEqual([result?.knownWord, namedIn(result)], ['master', []]);
  }
});

test('a version that was never released, as authored: no copy, and nobody named', () => {
  const next = ADVISORY.survivor.master
    .replace('## Remediation', '## Workarounds\n\nDo not use the web server.\n\n## Remediation')
    .replace(/^### CVE-2022-36946[\s\S]*?(?=^### )/m, '');
  const [result] = trace(next);
  assert.deepEqual([result?.knownWord, namedIn(result)], ['master', []]);
});

test('the public CSAF document is known as that; a copy of it is traced', () => {
  const text = readFileSync(join(TESTDATA, 'cisa-csaf/icsa-23-194-04.json'), 'utf8');
  const sidecar = readFileSync(
    join(TESTDATA, 'survive/icsa-23-194-04.json.alternates.yaml'),
    'utf8',
  );
  const { table } = freezeSlots({
    artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7cfe' as ArtifactId,
    ...{ version: 1, format: 'csaf', text, sidecar: parseSidecar(sidecar), earlier: [] },
  });
  const alert = released({ name: 'csaf', versions: [{ table, text }] }, seeded(5));
  const rewritten = (json: string) => JSON.stringify(JSON.parse(json));
  const [known] = trace(rewritten(text), [alert]);
  assert.deepEqual([known?.knownWord, namedIn(known)], ['master', []]);
  assert.deepEqual(namedIn(trace(rewritten(copyOf(alert, 'firm-7')), [alert])[0]), ['firm-7']);
});

test('copies of two alerts in one sample: each is traced to its own recipient', () => {
  const sample = `${copyOf(ADVISORY, 'firm-3')}\n\n${copyOf(OTHER, 'firm-60')}`;
  assert.deepEqual(trace(sample).map(namedIn), [['firm-3'], ['firm-60']]);
});

test('a copy whose reader the programme never had is nobody’s', () => {
  const [result] = trace(copyOf(ADVISORY, 'firm of another programme'));
  assert.ok(result);
  assert.deepEqual([result.knownWord, namedIn(result)], [null, []]);
});

test('one copy a hundred times over is one copy', () => {
  const copy = copyOf(ADVISORY, 'firm-11');
  const [once, often] = [copy, `${copy}\n\n`.repeat(100)].map((sample) => trace(sample)[0]);
  assert.deepEqual(often?.participants, once?.participants);
  assert.deepEqual(namedIn(often), ['firm-11']);
});

/** Two documents of one alert. */
function documents(...names: readonly string[]): RealText {
  const versions = names.flatMap((name, i) =>
    realText(name).versions.map(({ table, text }) => {
      const artifact = table.artifact.replace(/..$/, `b${i}`) as ArtifactId;
      const slots = table.slots.map((slot) => ({ ...slot, key: { ...slot.key, artifact } }));
      return { table: { ...table, artifact, slots }, text };
    }),
  );
  return { name: names.join(), versions };
}

test('half the sentences a copy’s, half the public text’s: a mixture, and the copy named', () => {
  const random = seeded(6);
  const survivor = survivorOf(documents('cbas', 'tropos'), []);
  for (let run = 0; run < 3; run++) {
    const alert = { survivor, key: markKey(random) };
    const [own, authored] = [copyOf(alert, 'firm-20'), survivor.master].map((text) =>
      text.split(/(?<=[.!?\n])/),
    );
    assert.equal(own?.length, authored?.length);
    const sample = own?.map((part, i) => (random.below(2) === 0 ? part : authored?.[i])).join('');
    const [result] = trace(sample ?? '', [alert]);
    assert.deepEqual(
      { known: result?.knownWord, mixed: result?.mixed, named: namedIn(result) },
      { known: null, mixed: true, named: ['firm-20'] },
      `run ${run}`,
    );
  }
});
