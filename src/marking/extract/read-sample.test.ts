import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { html, plain, remarked } from '../../../tests/support/markup.ts';
import { type Seeded, seeded } from '../../../tests/support/seeded.ts';
import * as change from '../../../tests/support/transformations.ts';
import { hyphenate, retype } from '../../../tests/support/typing.ts';
import type { Format } from '../../domain/artifact.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId } from '../../domain/ids.ts';
import { freezeSlots } from '../freeze.ts';
import type { Reading } from '../reading.ts';
import { parseSidecar } from '../sidecar.ts';
import type { BitSlot } from '../slot-table.ts';
import { compileTable, splice } from '../splice.ts';
import { type KnownVersion, prepareAlert, readOpened, readSample } from './read-sample.ts';
import { openSample } from './sample.ts';

const TESTDATA = join(import.meta.dirname, '../../../testdata');
const ALERT = 'b8b1c3c8-5c0a-4a5e-8a43-6f8c0b1f4d11' as AlertId;
const artifact = (digit: string) => `4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c1${digit}` as ArtifactId;

function read(path: string): string {
  return readFileSync(join(TESTDATA, path), 'utf8');
}

function frozen(
  id: ArtifactId,
  format: Format,
  text: string,
  sidecar: string | null,
): KnownVersion {
  const parsed = sidecar === null ? null : parseSidecar(sidecar);
  const input = { artifact: id, version: 1, format, text, sidecar: parsed, earlier: [] };
  return { table: freezeSlots(input).table, text };
}

const NOTICE = frozen(
  artifact('0'),
  'markdown',
  read('marking/notice.md'),
  read('marking/notice.md.alternates.yaml'),
);
const YARA = frozen(artifact('1'), 'yara', read('toolshell/yara/expl_sharepoint_jul25.yar'), null);
const SIGMA_FILE = 'proc_creation_lnx_sap_netweaver_susp_child_process.yml';
const SIGMA = frozen(artifact('2'), 'sigma', read(`rules/sigma/${SIGMA_FILE}`), null);
const ALL = [NOTICE, YARA, SIGMA];

function bitSlots({ table }: KnownVersion): BitSlot[] {
  return table.slots.filter((slot) => slot.kind === 'bit');
}

/** A copy, and which text it shows at each slot. */
function copyOf(version: KnownVersion, random: Seeded) {
  const bits = Uint8Array.from(bitSlots(version), () => random.below(2));
  const splicer = compileTable(Buffer.from(version.text), version.table);
  const text = splice(splicer, bits, () => Buffer.alloc(32, random.below(256))).toString();
  const truth = new Map(bitSlots(version).map(({ key }, i) => [nameOf(key), bits[i] ?? 0]));
  return { text, truth };
}

function nameOf(key: { artifact: string; slot: string }): string {
  return `${key.artifact}/${key.slot}`;
}

function readText(text: string | Uint8Array, versions = ALL): Reading {
  const sample = typeof text === 'string' ? Buffer.from(text) : text;
  return readSample({ alert: ALERT, sample, versions });
}

function countRead({ slots }: Reading): number {
  return slots.filter(({ value }) => value !== null).length;
}

const RUNS = 12;
const PREPARED = prepareAlert({ alert: ALERT, versions: ALL });

/** Shares of slots read, and of these read wrongly, over some copies of all artifacts joined. */
function survival(transformation: change.Transformation, runs = RUNS) {
  let [total, seen, wrong] = [0, 0, 0];
  for (let run = 0; run < runs; run++) {
    const random = seeded(run);
    const copies = ALL.map((version) => copyOf(version, random));
    const truth = new Map(copies.flatMap((copy) => [...copy.truth]));
    const sample = transformation(copies.map(({ text }) => text).join('\n\n'), random);
    for (const { key, value } of readOpened(openSample(Buffer.from(sample)), PREPARED).slots) {
      total++;
      if (value === null) continue;
      seen++;
      if (value !== truth.get(nameOf(key))) wrong++;
    }
  }
  return { read: seen / total, wrong: wrong / Math.max(1, seen) };
}

test('what changes the form alone leaves every slot readable', () => {
  const changes: Record<string, change.Transformation> = {
    verbatim: (text) => text,
    reflow: change.reflow,
    typeset: change.typeset,
    'in a normal form': change.normalised,
    'as plain text': plain,
    'as a page of the web': html,
    'as Markdown of another tool': remarked,
    'upper case': (text) => text.toUpperCase(),
    'one line': (text) => text.replace(/\s+/g, ' '),
    'windows lines': (text) => text.replaceAll('\n', '\r\n'),
    quoted: (text) => text.replace(/^/gm, '> '),
  };
  for (const [name, transformation] of Object.entries(changes)) {
    assert.deepEqual(survival(transformation, 4), { read: 1, wrong: 0 }, name);
  }
});

test('retyped with one error in a hundred letters: nearly all read, almost none wrong', () => {
  const { read: share, wrong } = survival(retype);
  assert.ok(share >= 0.95, `${share} read`);
  assert.ok(wrong <= 0.005, `${wrong} wrong`);
});

test('words broken at line ends are joined again', () => {
  const { read: share, wrong } = survival(hyphenate);
  assert.ok(share >= 0.97, `${share} read`);
  assert.equal(wrong, 0);
});

test('sections may come in another order', () => {
  const { read: share, wrong } = survival(change.shuffleSections);
  assert.ok(share >= 0.97, `${share} read`);
  assert.equal(wrong, 0);
});

test('of an excerpt, what is there is read and what is not is erased', () => {
  for (let run = 0; run < RUNS; run++) {
    const random = seeded(100 + run);
    const { text, truth } = copyOf(NOTICE, random);
    const excerpt = change.half(text, random);
    const { slots } = readText(excerpt);
    const seen = slots.filter(({ value }) => value !== null);
    assert.ok(seen.every(({ key, value }) => value === truth.get(nameOf(key))));
    const within = bitSlots(NOTICE).filter(({ key, authored, other }) =>
      excerpt.includes(truth.get(nameOf(key)) === 1 ? other : authored),
    );
    assert.ok(seen.length >= 0.9 * within.length, `${seen.length} of ${within.length}`);
  }
});

test('a single rule of a file, or one artifact of several, is recognised as such', () => {
  const random = seeded(5);
  const { text } = copyOf(YARA, random);
  const rule = text.slice(text.indexOf('rule APT_EXPL'), text.lastIndexOf('rule APT_EXPL'));
  const { coverage, slots } = readText(rule);
  const share = (version: KnownVersion) =>
    coverage.find((one) => one.artifact === version.table.artifact)?.share ?? -1;
  assert.ok(share(YARA) > 0.1 && share(YARA) < 0.5, `${share(YARA)}`);
  assert.deepEqual([share(NOTICE), share(SIGMA)], [0, 0]);
  assert.ok(slots.filter(({ value }) => value !== null).length >= 3);
});

test('advisories of others are not ours', () => {
  const folder = join(TESTDATA, 'cisa-csaf');
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const reading = readText(readFileSync(join(folder, name)));
    assert.ok(countRead(reading) <= 0.02 * reading.slots.length, name);
    assert.ok(
      reading.coverage.every(({ share }) => share < 0.1),
      name,
    );
  }
});

test('rules of others are not ours', () => {
  const mistaken = readdirSync(join(TESTDATA, 'rules/yara')).filter((name) => {
    const reading = readText(read(`rules/yara/${name}`));
    assert.ok(countRead(reading) <= 0.02 * reading.slots.length, name);
    return countRead(reading) > 0;
  });
  // One slot of one file: its author begins conditions with the same words as the alert's.
  assert.deepEqual(mistaken, ['expl_ivanti_epmm_mobileiron_cve_2023_35078.yar']);
});

test('two copies in one sample leave unread what they differ in, and nothing wrong', () => {
  const [one, other] = [copyOf(NOTICE, seeded(1)), copyOf(NOTICE, seeded(2))];
  for (const { key, value } of readText(`${one.text}\n\n${other.text}`, [NOTICE]).slots) {
    const [a, b] = [one.truth.get(nameOf(key)), other.truth.get(nameOf(key))];
    if (a !== b) assert.equal(value, null);
    else assert.equal(value, a);
  }
});

test('a passage known from two versions is one slot, read once', () => {
  const text = `${NOTICE.text}\nA line was added.\n`;
  const { table } = freezeSlots({
    artifact: NOTICE.table.artifact,
    version: 2,
    format: 'markdown',
    text,
    sidecar: parseSidecar(read('marking/notice.md.alternates.yaml')),
    earlier: [NOTICE],
  });
  const { text: sample, truth } = copyOf(NOTICE, seeded(3));
  const { slots, coverage } = readText(sample, [NOTICE, { table, text }]);
  assert.equal(slots.length, bitSlots(NOTICE).length);
  assert.ok(slots.every(({ key, value }) => value === truth.get(nameOf(key))));
  assert.deepEqual(
    coverage.map(({ version }) => version),
    [1, 2],
  );
});

test('a third wording is neither text', () => {
  const slot = bitSlots(NOTICE).find(({ authored }) => authored === 'We are not aware of');
  assert.ok(slot);
  const { slots } = readText(NOTICE.text.replace(slot.authored, 'There have not been'), [NOTICE]);
  const value = slots.find(({ key }) => key.slot === slot.key.slot)?.value;
  assert.equal(value, null);
  assert.equal(slots.filter((one) => one.value === 0).length, slots.length - 1);
});

test('a sentence or a list that was moved away from its surroundings is read by itself', () => {
  const { text, truth } = copyOf(NOTICE, seeded(12));
  const [list] = bitSlots(NOTICE).filter(({ family }) => family === 'prose.list-order');
  assert.ok(list);
  const shown = truth.get(nameOf(list.key)) === 1 ? list.other : list.authored;
  const moved = `${shown}\n\nAnd now for something else.\n\n${text.replace(shown, '')}`;
  const { slots } = readText(moved, [NOTICE]);
  const value = slots.find(({ key }) => key.slot === list.key.slot)?.value;
  assert.equal(value, truth.get(nameOf(list.key)));
});

test('a text without words is read where its neighbours close up, and only there', () => {
  const filler = Array.from(
    { length: 20 },
    (_, i) => `    $w${i} = "word number ${i} of many" wide`,
  );
  const strings = ['    $a = "{{"', ...filler].join('\n');
  const rule = `rule lone_braces {\n  strings:\n${strings}\n  condition: all of them\n}\n`;
  const version = frozen(artifact('3'), 'yara', rule, null);
  const slot = bitSlots(version).find(({ family }) => family === 'yara.default-ascii');
  assert.ok(slot);
  const valueIn = (text: string) =>
    readText(text, [version]).slots.find(({ key }) => key.slot === slot.key.slot)?.value;
  assert.equal(valueIn(rule), 0);
  assert.equal(valueIn(rule.replace('"{{"', '"{{" ascii')), 1);
  assert.equal(valueIn(rule.replace('"{{"', '"{{" nocase')), null);
  assert.equal(valueIn(rule.replace('$a = "{{"\n    $w0', '')), null);
});

const CANARIES = frozen(
  artifact('4'),
  'script',
  'id = "3f2b8c1e-0000-4000-8000-000000000001"; key = "0000000000000000"',
  [
    'canaries:',
    '  - { text: "3f2b8c1e-0000-4000-8000-000000000001", form: guid }',
    '  - { text: "0000000000000000", form: hex }',
  ].join('\n'),
);

test('strings that could be a canary are reported from texts and from binaries, once', () => {
  const guid = '3F2B8C1E-5A77-4C60-9D10-0C4E6A1B2D3F';
  const sample = Buffer.concat([
    Buffer.from([0, 1, 2, 255, 254, 0]),
    Buffer.from(`${guid}x0123456789abcdef ${guid.toLowerCase()} 0123456789abcde {g123}`),
    Buffer.alloc(64),
  ]);
  const { strings, slots } = readText(sample, [...ALL, CANARIES]);
  assert.deepEqual(strings, [guid.toLowerCase(), '0123456789abcdef']);
  assert.ok(slots.every(({ value }) => value === null));
});

test('a string that is as long as no canary of the alert is none of its business', () => {
  const strings = ['ab'.repeat(9), '12'.repeat(8), '3f'.repeat(16), '0c'.repeat(32)];
  assert.deepEqual(readText(strings.join('\n'), [CANARIES]).strings, strings.slice(1, 3));
  assert.deepEqual(readText(strings.join('\n'), [YARA]).strings, []);
});

test('at most 10 000 strings are reported', () => {
  const many = Array.from({ length: 10_500 }, (_, i) => i.toString(16).padStart(16, '0'));
  assert.equal(readText(many.join('\n'), [CANARIES]).strings.length, 10_000);
});

test('UTF-16 is read where a byte order mark says so', () => {
  const { text, truth } = copyOf(NOTICE, seeded(9));
  const sample = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  const { slots } = readText(sample, [NOTICE]);
  assert.ok(slots.every(({ key, value }) => value === truth.get(nameOf(key))));
});

test('nothing, noise and a huge sample have a clear answer', () => {
  for (const sample of [
    Buffer.alloc(0),
    Buffer.from('\n\n'),
    Buffer.alloc(100_000),
    Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) & 0xff)),
    Buffer.from('the '.repeat(50_000)),
  ]) {
    const { slots, coverage } = readText(sample);
    assert.ok(slots.every(({ value }) => value === null));
    assert.ok(coverage.every(({ share }) => share === 0));
  }
  assert.throws(
    () => readText(Buffer.alloc(16 * 1024 * 1024 + 1)),
    (error) => error instanceof TocsinError && error.code === 'LIMIT_EXCEEDED',
  );
});

test('a row of slots that may have no word at all does not cost every way through it', () => {
  const text = `${'a '.repeat(400)}end of the row`;
  const slots = Array.from({ length: 400 }, (_, i) => ({
    ...{ kind: 'bit' as const, key: { artifact: artifact('5'), slot: String(i) } },
    ...{ family: 'prose.word', start: 2 * i, end: 2 * i + 1, authored: 'a', other: ',' },
  }));
  const { table } = frozen(artifact('5'), 'text', text, null);
  assert.equal(readText(text, [{ table: { ...table, slots }, text }]).slots.length, 400);
});

test('a copy deep in a long sample is read, wherever a window of it ends', () => {
  const { text, truth } = copyOf(NOTICE, seeded(4));
  for (const before of [49_000, 49_500, 50_000, 123_456]) {
    const { slots } = readText(`${'elsewhere '.repeat(before)}\n${text}`, [NOTICE]);
    const wrong = slots.filter(({ key, value }) => value !== truth.get(nameOf(key)));
    assert.deepEqual(wrong, [], `${before} words before it`);
  }
});

test('a text repeated a hundred times is still read', () => {
  const { text, truth } = copyOf(NOTICE, seeded(4));
  const { slots } = readText(`${text}\n`.repeat(100), [NOTICE]);
  assert.ok(slots.every(({ key, value }) => value === truth.get(nameOf(key))));
});

test('a reading depends on sample and tables alone', () => {
  const { text } = copyOf(NOTICE, seeded(6));
  assert.deepEqual(readText(text), readText(text));
  assert.match(readText(text).sample, /^[0-9a-f]{64}$/);
});
