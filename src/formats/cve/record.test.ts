import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatInstant } from '../../domain/instant.ts';
import { importCve } from './record.ts';

const FOLDER = new URL('../../../testdata/toolshell/cve-json5/', import.meta.url);
const source = (id: string) => readFileSync(new URL(`${id}.json`, FOLDER), 'utf8');
const at = (instant: number | null | undefined) =>
  instant == null ? null : formatInstant(instant as Parameters<typeof formatInstant>[0]);

type Json = { [name: string]: Json } & Json[];

/** CVE-2025-49704 with one place changed. */
function changed(change: (record: Json) => void): Buffer {
  const record = JSON.parse(source('CVE-2025-49704')) as Json;
  change(record);
  return Buffer.from(JSON.stringify(record));
}

test('CVE-2025-49704 gives the facts that its record states', () => {
  const document = importCve(Buffer.from(source('CVE-2025-49704')));
  const [vulnerability] = document.vulnerabilities;
  assert.equal(document.id, 'CVE-2025-49704');
  assert.equal(document.publisher, 'microsoft');
  assert.equal(at(document.publishedAt), '2025-07-08T16:58:05.908Z');
  assert.equal(at(vulnerability?.publicAt), '2025-07-08T07:00:00Z');
  assert.deepEqual(vulnerability?.weaknesses, [
    { id: 'CWE-94', name: "Improper Control of Generation of Code ('Code Injection')" },
  ]);
  assert.deepEqual(vulnerability.scores, [
    {
      version: '3.1',
      vector: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C',
      baseScore: 8.8,
      products: [],
    },
  ]);
  assert.deepEqual(
    vulnerability.products.map((product) => [product.name, product.versions, product.status]),
    [
      [
        'Microsoft SharePoint Enterprise Server 2016',
        { kind: 'range', from: '16.0.0', until: '16.0.5508.1000', untilIncluded: false },
        'affected',
      ],
      [
        'Microsoft SharePoint Server 2019',
        { kind: 'range', from: '16.0.0', until: '16.0.10417.20027', untilIncluded: false },
        'affected',
      ],
    ],
  );
});

test('what a third party added later stays apart from the facts of the record', () => {
  const [vulnerability] = importCve(Buffer.from(source('CVE-2025-49706'))).vulnerabilities;
  assert.ok(vulnerability);
  assert.deepEqual(
    vulnerability.references.map((reference) => reference.url),
    ['https://msrc.microsoft.com/update-guide/vulnerability/CVE-2025-49706'],
  );
  assert.deepEqual(
    vulnerability.thirdParty.map((container) => [container.provider, container.references.length]),
    [['CISA-ADP', 2]],
  );
});

test('all four ToolShell records import without a warning', () => {
  for (const id of ['CVE-2025-49704', 'CVE-2025-49706', 'CVE-2025-53770', 'CVE-2025-53771']) {
    const document = importCve(Buffer.from(source(id)));
    assert.equal(document.id, id);
    assert.deepEqual(document.warnings, []);
  }
});

const cna = (record: Json) => record['containers']?.['cna'] as Json;

test('an extension of the container is tolerated where the schema tolerates it', () => {
  importCve(changed((record) => Object.assign(cna(record), { x_generator: { any: [1] } })));
});

const REFUSED: readonly (readonly [why: string, field: string, change: (r: Json) => void])[] = [
  ['an unknown member of the record', 'extra', (r) => Object.assign(r, { extra: 1 })],
  [
    'an unknown member of the container',
    'containers.cna.note',
    (r) => Object.assign(cna(r), { note: 1 }),
  ],
  ['an extension with a dot', 'containers.cna.x_a.b', (r) => Object.assign(cna(r), { 'x_a.b': 1 })],
  [
    'no description',
    'containers.cna.descriptions',
    (r) => Reflect.deleteProperty(cna(r), 'descriptions'),
  ],
  [
    'an empty list of products',
    'containers.cna.affected',
    (r) => Object.assign(cna(r), { affected: [] }),
  ],
  [
    'an array for an object',
    'containers.cna',
    (r) => Object.assign(r['containers'] as Json, { cna: [] }),
  ],
  ['another data type', 'dataType', (r) => Object.assign(r, { dataType: 'CVE' })],
  ['format 4', 'dataVersion', (r) => Object.assign(r, { dataVersion: '4.0' })],
  [
    'a rejected record',
    'cveMetadata.state',
    (r) => Object.assign(r['cveMetadata'] as Json, { state: 'REJECTED' }),
  ],
  [
    'a CVE id of three digits',
    'cveMetadata.cveId',
    (r) => Object.assign(r['cveMetadata'] as Json, { cveId: 'CVE-2025-123' }),
  ],
  [
    'the thirteenth month',
    'containers.cna.datePublic',
    (r) => Object.assign(cna(r), { datePublic: '2025-13-01T00:00:00Z' }),
  ],
  [
    'a version range with two ends',
    'containers.cna.affected[0].versions[0]',
    (r) =>
      Object.assign(cna(r)['affected']?.[0]?.['versions']?.[0] as Json, { lessThanOrEqual: '2' }),
  ],
  [
    'a score of eleven',
    'containers.cna.metrics[0].cvssV3_1.baseScore',
    (r) => Object.assign(cna(r)['metrics']?.[0]?.['cvssV3_1'] as Json, { baseScore: 11 }),
  ],
  [
    'a vector that misses a metric',
    'containers.cna.metrics[0].cvssV3_1.vectorString',
    (r) =>
      Object.assign(cna(r)['metrics']?.[0]?.['cvssV3_1'] as Json, {
        vectorString: 'CVSS:3.1/AV:N',
      }),
  ],
];

for (const [why, field, change] of REFUSED) {
  test(`refused, naming the path: ${why}`, () => {
    assert.throws(() => importCve(changed(change)), { code: 'INVALID_INPUT', field });
  });
}

test('a link that could run in a browser is left out with a warning', () => {
  const document = importCve(
    changed((record) => {
      Object.assign(cna(record)['references']?.[0] as Json, { url: 'javascript:alert(1)' });
    }),
  );
  assert.deepEqual(document.vulnerabilities[0]?.references, []);
  assert.deepEqual(
    document.warnings.map((warning) => warning.field),
    ['containers.cna.references[0].url'],
  );
});

test('a default status, a package and a change inside a range keep their meaning', () => {
  const document = importCve(
    changed((record) => {
      Object.assign(cna(record), {
        affected: [
          {
            collectionURL: 'https://registry.example',
            packageName: 'left',
            defaultStatus: 'unaffected',
            versions: [
              {
                version: '1.0',
                status: 'affected',
                versionType: 'semver',
                lessThanOrEqual: '3.0',
                changes: [{ at: '2.1', status: 'unaffected' }],
              },
              { version: '4.0', status: 'unknown' },
            ],
          },
        ],
      });
    }),
  );
  const head = { vendor: 'https://registry.example', name: 'left', platforms: [] };
  assert.deepEqual(document.vulnerabilities[0]?.products, [
    {
      key: 'P1',
      ...head,
      versions: { kind: 'range', from: '1.0', until: '3.0', untilIncluded: true },
      status: 'affected',
      changes: [{ at: '2.1', status: 'not_affected' }],
    },
    {
      key: 'P2',
      ...head,
      versions: { kind: 'exact', version: '4.0' },
      status: 'unknown',
      changes: [],
    },
    { key: 'P3', ...head, versions: { kind: 'others' }, status: 'not_affected', changes: [] },
  ]);
});
