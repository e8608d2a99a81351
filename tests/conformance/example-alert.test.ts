import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseId } from '../../src/domain/ids.ts';
import { formatInstant, parseInstant } from '../../src/domain/instant.ts';
import { importCve } from '../../src/formats/cve/record.ts';
import { freezeSlots } from '../../src/marking/freeze.ts';
import type { Earlier } from '../../src/marking/passage.ts';
import { parseSidecar, type Sidecar } from '../../src/marking/sidecar.ts';
import { parsePack } from '../../src/policy/pack.ts';
import { packFiles } from '../support/packs.ts';
import {
  cveRecord,
  example,
  exampleFiles,
  firstWave,
  lateSources,
  publicRules,
  tracesOf,
} from './example-alert.ts';

const alert = await example();
const IDS = ['CVE-2025-49704', 'CVE-2025-49706'];

type Text = { readonly file: string; readonly text: string; readonly sidecar: Sidecar };
const prose: Text[] = alert.artifacts
  .filter(({ format }) => format === 'markdown')
  .map(({ file, content, sidecar }) => ({
    file,
    text: content.toString(),
    sidecar: parseSidecar(sidecar ?? ''),
  }));

test('the alert is the one of 8 July 2025, and every file says that it is a reconstruction', () => {
  assert.equal(formatInstant(alert.disclosureAt), '2025-07-08T17:00:00Z');
  for (const { file, content } of alert.artifacts) {
    assert.match(content.toString().slice(0, 400), /reconstruction/i, file);
  }
});

test('each text of a sidecar stands exactly once in its file, and no two overlap', () => {
  for (const { file, text, sidecar } of prose) {
    const taken = sidecar.alternates.map((entry) => placeOf(text, entry.text, file));
    for (const { first, second } of sidecar.orders) {
      taken.push(placeOf(text, `${first}\n${second}`, file));
    }
    taken.sort((a, b) => a.start - b.start);
    for (const [index, range] of taken.entries()) {
      const next = taken[index + 1];
      assert.ok(next === undefined || range.end <= next.start, `${file}: ${range.text}`);
    }
  }
});

function placeOf(text: string, part: string, file: string) {
  const start = text.indexOf(part);
  assert.ok(start !== -1, `${file} does not contain: ${part}`);
  assert.equal(text.indexOf(part, start + 1), -1, `${file} contains twice: ${part}`);
  return { start, end: start + part.length, text: part };
}

test('all that the author approved can be frozen, at least 340 slots of prose in all', () => {
  const earlier: Earlier[] = [];
  for (const [index, { file, text, sidecar }] of prose.entries()) {
    const artifact = parseId<'artifact'>(`00000000-0000-4000-8000-00000000000${index}`, 'artifact');
    const input = { artifact, version: 1, format: 'markdown', text, sidecar, earlier } as const;
    const { table, dropped } = freezeSlots(input);
    assert.deepEqual(dropped, [], file);
    assert.equal(table.slots.length, sidecar.alternates.length + sidecar.orders.length, file);
    // A passage shared with an earlier artifact would count twice and carry one bit.
    assert.ok(
      table.slots.every((slot) => slot.key.artifact === artifact),
      file,
    );
    earlier.push({ table, text });
  }
  const total = earlier.reduce((sum, { table }) => sum + table.slots.length, 0);
  assert.ok(total >= 340, `${total}`);
});

test('the stand-in carries two values of its own for each reader', () => {
  const poc = alert.artifacts.find(({ kind }) => kind === 'poc');
  const { canaries } = parseSidecar(poc?.sidecar ?? '');
  assert.deepEqual(
    canaries.map(({ form, text }) => [form, poc?.content.toString().split(text).length]),
    [
      ['guid', 2],
      ['hex', 2],
    ],
  );
});

test('no alternate alters an id, a number, a name, code or an address', () => {
  const facts = (text: string) => text.match(/`[^`]+`|\S*\d\S*|\S+:\/\/\S+|[A-Z]{2,}\S*/g) ?? [];
  for (const { file, sidecar } of prose) {
    for (const { text, other } of sidecar.alternates) {
      assert.deepEqual(facts(text), facts(other), `${file}: ${text}`);
      assert.doesNotMatch(`${text} ${other}`, /SharePoint|Microsoft|Tocsin/, file);
    }
  }
});

test('both forms of an alternate begin, end and are spaced alike', () => {
  const edges = (text: string) => [
    /^\p{Lu}/u.test(text),
    /[.,:;]$/u.exec(text)?.[0],
    text === text.trim(),
    /\s\s/.test(text),
  ];
  for (const { file, sidecar } of prose) {
    for (const { text, other } of sidecar.alternates) {
      assert.deepEqual(edges(other), edges(text), `${file}: ${text} / ${other}`);
      assert.notEqual(other, text);
    }
  }
});

test('"a" and "an" fit the word that follows, whichever form stands there', () => {
  for (const { file, text, sidecar } of prose) {
    const all = sidecar.alternates.reduce(
      (changed, entry) => changed.replace(entry.text, () => entry.other),
      text,
    );
    for (const form of [text, all]) {
      const wrong =
        /\b[Aa] (?=[aeio]\w)(?!one\b|once\b|eu)\w+|\b[Aa]n (?=[b-df-gj-np-tv-z])\w+/.exec(form);
      assert.equal(wrong?.[0], undefined, file);
    }
  }
});

test('an unchosen form of three words or more stands in no master', () => {
  const masters = normalise(prose.map(({ text }) => text).join('\n'));
  for (const { file, sidecar } of prose) {
    for (const { other } of sidecar.alternates) {
      const long = other.split(/\s+/).length >= 3;
      assert.ok(!long || !masters.includes(normalise(other)), `${file}: ${other}`);
    }
  }
});

const normalise = (text: string) => text.toLowerCase().replace(/\s+/g, ' ');

test('ids, versions, scores and vectors are those of the CVE records', () => {
  const records = IDS.map((id) => importCve(cveRecord(id)));
  const vulnerabilities = records.flatMap((record) => record.vulnerabilities);
  const versions = vulnerabilities
    .flatMap((one) => one.products)
    .flatMap((product) => (product.versions.kind === 'range' ? [product.versions.until] : []));
  const vectors = vulnerabilities.flatMap((one) => one.scores).map((score) => score.vector);
  for (const { name, text } of exampleFiles()) {
    for (const id of text.match(/CVE-\d{4}-\d+/g) ?? []) assert.ok(IDS.includes(id), name);
    for (const version of text.match(/\b16\.0(?:\.\d+)+/g) ?? []) {
      assert.ok(versions.includes(version), `${name}: ${version}`);
    }
    for (const vector of text.match(/CVSS:3\.1\/\S+/g) ?? []) {
      assert.ok(
        vectors.some((known) => known.startsWith(vector)),
        `${name}: ${vector}`,
      );
    }
  }
  const advisory = prose.find(({ file }) => file === 'advisory.md')?.text ?? '';
  for (const version of versions) assert.ok(advisory.includes(version), version);
});

test('nothing taken over verbatim was published after its release', () => {
  const { leads } = parsePack(packFiles('mapp')).table;
  const released = firstWave(alert.disclosureAt, leads);
  assert.deepEqual(lateSources(alert.artifacts, released), []);

  const sigma = {
    file: 'web_win_iis_exploit_cve_2025_53770.yml',
    sourcePublishedAt: parseInstant('2025-07-21T00:00:00Z'),
  };
  const early = { file: 'early.yml', sourcePublishedAt: parseInstant('2025-06-24T17:00:00Z') };
  assert.deepEqual(lateSources([sigma, early], released), [sigma.file]);
});

test('nothing of the public rules of 20 to 24 July 2025 stands in the alert', () => {
  const traces = publicRules().flatMap(({ text }) => tracesOf(text));
  assert.ok(traces.length > 100);
  for (const { name, text } of exampleFiles()) {
    for (const trace of traces) assert.ok(!text.includes(trace), `${name}: ${trace}`);
    assert.doesNotMatch(text, /5377[01]|spinstall|ToolPane|SignOut\.aspx|ToolShell/i, name);
  }
});
