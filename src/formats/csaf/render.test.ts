import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { weaknesses } from '@secvisogram/csaf-validator-lib/cwe.js';
import fc from 'fast-check';
import { TLP_LABELS } from '../../domain/artifact.ts';
import { instant, parseInstant } from '../../domain/instant.ts';
import { importCve } from '../cve/record.ts';
import type { ImportedProduct, ImportedVulnerability } from '../imported.ts';
import { checkCsaf } from './check.ts';
import type { AdvisoryFacts } from './facts.ts';
import { importCsaf } from './import.ts';
import { csafFilename, renderCsaf } from './render.ts';

const RECORDS = new URL('../../../testdata/toolshell/cve-json5/', import.meta.url);

function toolshell(...ids: readonly string[]): ImportedVulnerability[] {
  return ids.flatMap((id) => {
    const record = readFileSync(new URL(`${id}.json`, RECORDS));
    return [...importCve(record).vulnerabilities];
  });
}

function facts(vulnerabilities: readonly ImportedVulnerability[]): AdvisoryFacts {
  return {
    id: 'TOCSIN-2025-0001',
    title: 'Two vulnerabilities in Microsoft SharePoint Server',
    publisher: { name: 'Example', category: 'coordinator', namespace: 'https://cert.example' },
    tlp: 'CLEAR',
    status: 'final',
    revisions: [{ at: parseInstant('2025-07-08T17:00:00Z'), summary: 'Published.' }],
    summary: 'Two vulnerabilities.',
    vulnerabilities,
  };
}

test('the ToolShell advisory passes the strict schema and all mandatory tests', async () => {
  const { json, filename } = await renderCsaf(facts(toolshell('CVE-2025-49704', 'CVE-2025-49706')));
  const report = await checkCsaf(JSON.parse(json), 'strict');
  assert.deepEqual(report.findings, []);
  assert.equal(filename, 'tocsin-2025-0001.json');
});

test('the spell check is reported as not run, never as passed', async () => {
  const { notRun } = await checkCsaf({}, 'strict');
  assert.match(notRun.find(({ test: id }) => id === '6.3.8')?.reason ?? '', /hunspell/);
});

test('the same versions of a product are one product of the tree', async () => {
  const { json } = await renderCsaf(facts(toolshell('CVE-2025-49704', 'CVE-2025-49706')));
  const ids = json.match(/"product_id": "TOCSIN-\d+"/g) ?? [];
  assert.equal(ids.length, 3);
  assert.match(json, /"details": "Update to version 16\.0\.5508\.1000 or a later one\."/);
});

test('each TLP label is said in the labels that CSAF 2.0 knows', async () => {
  for (const tlp of TLP_LABELS) {
    const { json } = await renderCsaf({ ...facts(toolshell('CVE-2025-49704')), tlp });
    const imported = await importCsaf(Buffer.from(json));
    assert.equal(imported.tlp, tlp === 'AMBER+STRICT' ? 'AMBER' : tlp);
    assert.equal(json.includes('TLP:AMBER+STRICT'), tlp === 'AMBER+STRICT');
  }
});

test('several revisions are numbered and dated in order', async () => {
  const revisions = ['2025-07-08T17:00:00Z', '2025-07-09T08:00:00.250Z'].map((at) => ({
    at: parseInstant(at),
    summary: 'Published.',
  }));
  const { json } = await renderCsaf({ ...facts(toolshell('CVE-2025-49704')), revisions });
  const imported = await importCsaf(Buffer.from(json));
  assert.deepEqual(
    [imported.publishedAt, imported.updatedAt],
    revisions.map((revision) => revision.at),
  );
});

test('facts that make no valid document are refused, naming test and path', async () => {
  const [vulnerability] = toolshell('CVE-2025-49704');
  assert.ok(vulnerability);
  const wrongScore = vulnerability.scores.map((score) => ({ ...score, baseScore: 2.1 }));
  await assert.rejects(renderCsaf(facts([{ ...vulnerability, scores: wrongScore }])), {
    code: 'INVALID_INPUT',
    field: 'vulnerabilities[0].scores[0].cvss_v3.baseScore',
    message: /6\.1\.9/,
  });
  await assert.rejects(renderCsaf(facts([{ ...vulnerability, products: [] }])), {
    code: 'INVALID_INPUT',
  });
  await assert.rejects(renderCsaf({ ...facts([vulnerability]), revisions: [] }), {
    code: 'INVALID_INPUT',
    field: 'revisions',
  });
});

test('file names follow the rule of the standard', () => {
  assert.equal(csafFilename('Example Company - 2019-YH3234'), 'example_company_-_2019-yh3234.json');
  assert.equal(csafFilename('RHBA-2019:0024'), 'rhba-2019_0024.json');
  assert.equal(csafFilename('2022#01-A'), '2022_01-a.json');
});

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 .-]{0,18}[A-Za-z0-9]$/);
const version = fc.stringMatching(/^[0-9]{1,3}(\.[0-9a-z*~+]{1,4}){0,3}$/);
const versions = fc.oneof(
  version.map((text) => ({ kind: 'exact' as const, version: text })),
  fc.record({
    kind: fc.constant('range' as const),
    from: version,
    until: version,
    untilIncluded: fc.boolean(),
  }),
  fc.constant({ kind: 'others' as const }),
);
const product = fc.record({
  vendor: word,
  name: word,
  platforms: fc.array(word, { maxLength: 1 }),
  versions,
  status: fc.constantFrom('affected' as const, 'fixed' as const, 'not_affected' as const),
});

/** One statement per product and versions: two would contradict each other (test 6.1.6). */
const products = fc
  .uniqueArray(product, {
    minLength: 1,
    maxLength: 5,
    selector: (one) => JSON.stringify([one.vendor, one.name, one.platforms, one.versions]),
  })
  .map((list) => list.map((one, index) => ({ key: `P${index}`, ...one, changes: [] })));

const weakness = fc.constantFrom(...weaknesses.slice(0, 50));
const vulnerability: fc.Arbitrary<ImportedVulnerability> = fc.record({
  cve: fc.integer({ min: 1000, max: 99_999 }).map((number) => `CVE-2025-${number}`),
  title: word,
  description: word,
  weaknesses: weakness.map(({ id, name }) => [{ id, name }]),
  scores: fc.constant([]),
  products,
  references: fc.array(
    word.map((summary) => ({ url: 'https://cert.example/a', summary })),
    { maxLength: 2 },
  ),
  publicAt: fc.integer({ min: 0, max: 2e12 }).map((at) => instant(at)),
  thirdParty: fc.constant([]),
});

/** Ids and the order of the status lists are the document's own; the facts are compared. */
function comparable(list: readonly ImportedProduct[]): string[] {
  return list.map(({ key, ...rest }) => JSON.stringify(rest, Object.keys(rest).sort())).sort();
}

test('what is rendered is imported as the same facts', async () => {
  const lists = fc.uniqueArray(vulnerability, {
    minLength: 1,
    maxLength: 3,
    selector: (one) => one.cve,
  });
  await fc.assert(
    fc.asyncProperty(lists, async (given) => {
      const { json } = await renderCsaf(facts(given));
      const imported = await importCsaf(Buffer.from(json));
      assert.deepEqual(imported.warnings, []);
      assert.deepEqual(
        imported.vulnerabilities.map(({ products: _, ...rest }) => rest),
        given.map(({ products: _, ...rest }) => rest),
      );
      for (const [index, { products: list }] of imported.vulnerabilities.entries()) {
        assert.deepEqual(comparable(list), comparable(given[index]?.products ?? []));
      }
    }),
    { numRuns: 100 },
  );
});
