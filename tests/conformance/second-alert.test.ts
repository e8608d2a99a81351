import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { FolderArtifact } from '../../src/cli/alert-folder.ts';
import { OPENED } from '../../src/cli/demo/act-second.ts';
import { roundsOf } from '../../src/cli/demo/late-rounds.ts';
import { DAY_MS, formatInstant, parseInstant, plus } from '../../src/domain/instant.ts';
import { importCve } from '../../src/formats/cve/record.ts';
import {
  cveRecord,
  lateSources,
  publicFile,
  publicRules,
  SECOND,
  second,
  tracesOf,
} from './example-alert.ts';

const alert = await second();
const IDS = ['CVE-2025-53770', 'CVE-2025-53771'];
const all = [...alert.artifacts, ...alert.late];
const text = ({ content }: FolderArtifact) => content.toString();
const file = (name: string) => readFileSync(join(SECOND, name), 'utf8');
const ours = all.filter(({ format }) => format === 'markdown');
const takenOver = all.filter(({ format }) => format !== 'markdown');

test('our own texts say that they are a reconstruction, and have no source of a day', () => {
  assert.ok(ours.length > 0);
  for (const artifact of ours) {
    assert.match(text(artifact).slice(0, 40), /^> \*\*Reconstruction\.\*\*/, artifact.file);
    assert.equal(artifact.sourcePublishedAt, null, artifact.file);
  }
  for (const { file: name, sourcePublishedAt, origin } of takenOver) {
    assert.ok(sourcePublishedAt !== null && origin !== null, name);
  }
});

test('their facts are those of the CVE records, without a version that was not there yet', () => {
  const records = IDS.flatMap((id) => importCve(cveRecord(id)).vulnerabilities);
  const vectors = records.flatMap((one) => one.scores).map((score) => score.vector);
  for (const artifact of ours) {
    const said = text(artifact);
    for (const id of said.match(/CVE-\d{4}-\d+/g) ?? []) assert.ok(IDS.includes(id), id);
    for (const vector of said.match(/CVSS:3\.1\/[^\s)]+/g) ?? []) {
      assert.ok(
        vectors.some((known) => known.startsWith(vector)),
        `${artifact.file}: ${vector}`,
      );
    }
    // The records do not say when there was a correction.
    assert.doesNotMatch(said, /\b16\.0(?:\.\d+)+/, artifact.file);
  }
});

type Metadata = { cveMetadata: { datePublished: string }; containers: { cna: Cna } };
type Cna = { datePublic: string };

test('the alert opens on the day the record names, and -53771 follows its own record', () => {
  const record = (id: string) => JSON.parse(cveRecord(id).toString()) as Metadata;
  const [first = '', later = ''] = IDS;
  assert.equal(record(first).containers.cna.datePublic.slice(0, 10), '2025-07-19');
  assert.equal(formatInstant(OPENED).slice(0, 10), '2025-07-19');
  const published = parseInstant(record(later).cveMetadata.datePublished);
  const addition = alert.late.find(({ sourcePublishedAt: at }) => at === null);
  const [round] = roundsOf(alert.late);
  assert.ok(addition && round?.artifacts.includes(addition) && round.at >= published);
  assert.match(text(addition), /published on 20 July 2025 at 22:16 UTC/);
  assert.equal(formatInstant(published).slice(0, 16), '2025-07-20T22:16');
});

test('rules are byte for byte those that were published', () => {
  for (const artifact of takenOver.filter(({ format }) => format === 'sigma')) {
    assert.equal(text(artifact), publicFile(`sigma/${artifact.file}`));
  }
  assert.equal(file('toolshell-own.rules'), publicFile('suricata/toolshell-own.rules'));
  const halves = takenOver.filter(({ format }) => format === 'yara').map(text);
  assert.equal(halves.join(''), publicFile('yara/expl_sharepoint_jul25.yar'));
  const formats = takenOver.map(({ format }) => format);
  assert.deepEqual(
    ['sigma', 'yara', 'suricata', 'text'].map(
      (format) => formats.filter((one) => one === format).length,
    ),
    [4, 2, 1, 2],
  );
  for (const { file: name, marking } of takenOver) assert.equal(marking, 'none', name);
});

type Entry = Readonly<Record<string, unknown>> & { cveID: string; dateAdded: string };
const catalogue = JSON.parse(publicFile('kev-toolshell.json')) as Entry[];
const kevOf = (artifact: FolderArtifact) =>
  (JSON.parse(text(artifact)) as { vulnerabilities: Entry[] }).vulnerabilities;

test('KEV entries say what the catalogue says, all of a day together', () => {
  const files = takenOver.filter(({ format }) => format === 'text');
  const taken = files.flatMap(kevOf);
  for (const entry of taken) {
    const real = catalogue.find(({ cveID }) => cveID === entry.cveID);
    assert.deepEqual({ ...real, ...entry }, real, entry.cveID);
  }
  assert.equal(taken.length, catalogue.length);
  for (const artifact of files) {
    assert.equal(new Set(kevOf(artifact).map(({ dateAdded }) => dateAdded)).size, 1);
  }
});

/** The day of the text as it stands here: its last change, as it says itself. */
function dayOf(artifact: FolderArtifact): string {
  const said = text(artifact);
  switch (artifact.format) {
    case 'sigma': {
      const { date, modified } = parse(said) as { date: string; modified?: string };
      return modified ?? date;
    }
    case 'yara':
      return lastOf(said.match(/(?<=\b(?:date|modified) = ")[\d-]+/g));
    case 'suricata':
      return lastOf(said.match(/(?<=created_at )[\d_]+/g)).replaceAll('_', '-');
    default:
      return lastOf(kevOf(artifact).map(({ dateAdded }) => dateAdded));
  }
}

const lastOf = (days: readonly string[] | null) => [...(days ?? [])].sort().at(-1) ?? '';

test('each source has the day of its last change, and no later day stands in its text', () => {
  for (const artifact of takenOver) {
    const { file: name, sourcePublishedAt: at } = artifact;
    assert.equal(at && formatInstant(at), `${dayOf(artifact)}T00:00:00Z`, name);
    // By when to act is a day to come, and known on the day itself.
    const said = text(artifact).replaceAll(/"dueDate": "[\d-]+"/g, '');
    for (const day of said.match(/\b2025[-/_]\d\d[-/_]\d\d\b/g) ?? []) {
      assert.ok(day.replaceAll(/[/_]/g, '-') <= dayOf(artifact), `${name}: ${day}`);
    }
  }
});

test('nothing taken over verbatim was published after its release, nor released a day late', () => {
  assert.deepEqual(lateSources(alert.artifacts, OPENED), []);
  const rounds = roundsOf(alert.late);
  for (const [index, { at, artifacts }] of rounds.entries()) {
    assert.deepEqual(lateSources(artifacts, at), []);
    for (const earlier of rounds.slice(0, index)) {
      for (const { file: name, sourcePublishedAt } of artifacts) {
        assert.ok(sourcePublishedAt === null || sourcePublishedAt > earlier.at, name);
      }
    }
  }
  assert.deepEqual(
    rounds.flatMap(({ artifacts }) => artifacts).toSorted((a, b) => compare(a, b)),
    alert.late.toSorted((a, b) => compare(a, b)),
  );
  // One day earlier, each round would give something that was not there.
  for (const { at, artifacts } of rounds) {
    assert.notDeepEqual(lateSources(artifacts, plus(at, -DAY_MS)), []);
  }
});

const compare = (a: FolderArtifact, b: FolderArtifact) => a.file.localeCompare(b.file);

test('what is found only in the rules of others does not stand in our texts', () => {
  const traces = publicRules().flatMap((rule) => tracesOf(rule.text));
  for (const artifact of ours) {
    const said = text(artifact);
    for (const trace of traces) assert.ok(!said.includes(trace), `${artifact.file}: ${trace}`);
    assert.doesNotMatch(said, /spinstall|ToolPane|SignOut\.aspx|ToolShell/i, artifact.file);
  }
});

test('authors and licence of the rules go with them, to readers too', () => {
  for (const artifact of takenOver) {
    if (artifact.format === 'sigma') assert.match(text(artifact), /^author: \S/m, artifact.file);
    if (artifact.format === 'yara') assert.match(text(artifact), /author = "\S/, artifact.file);
  }
  for (const page of [file('ORIGIN.md'), file('guidance.md')]) {
    assert.match(page, /Detection Rule License 1\.1/);
    assert.match(page, /https:\/\/github\.com\/SigmaHQ\/Detection-Rule-License/);
  }
  for (const origin of ['SigmaHQ/sigma', 'Neo23x0/signature-base']) {
    assert.ok(file('ORIGIN.md').includes(origin) && file('guidance.md').includes(origin), origin);
  }
});
