import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TocsinError } from '../../domain/errors.ts';
import type { ImportedDocument } from '../imported.ts';
import { importCsaf } from './import.ts';

const TESTDATA = new URL('../../../testdata/', import.meta.url);
const CISA = new URL('cisa-csaf/', TESTDATA);
const documents = readdirSync(CISA).filter((name) => name.endsWith('.json'));
const cisa = (name: string) => readFileSync(new URL(name, CISA));

test('all 183 CISA documents import, one of them with the warning it deserves', async () => {
  assert.equal(documents.length, 183);
  const warned: [string, ImportedDocument['warnings']][] = [];
  for (const name of documents) {
    const document = await importCsaf(cisa(name));
    assert.equal(document.tlp, 'CLEAR', name);
    assert.ok(document.publishedAt !== null && document.vulnerabilities.length > 0, name);
    if (document.warnings.length > 0) warned.push([name, document.warnings]);
  }
  assert.deepEqual(warned, [
    [
      'icsa-21-068-10.json',
      [
        {
          test: '6.1.11',
          field: 'vulnerabilities[4].cwe.name',
          message: 'the name does not match the weakness with the given id',
        },
      ],
    ],
  ]);
});

test('a CISA document gives products by name, vendor, version and status', async () => {
  const [vulnerability] = (await importCsaf(cisa('va-24-201-01.json'))).vulnerabilities;
  assert.ok(vulnerability);
  assert.match(vulnerability.cve ?? '', /^CVE-2023-45195$/);
  for (const product of vulnerability.products) {
    assert.ok(product.vendor !== null && product.name.length > 0);
    assert.notEqual(product.versions.kind, 'others');
  }
  const keys = new Set(vulnerability.products.map((product) => product.key));
  for (const score of vulnerability.scores) {
    assert.ok(score.products.every((product) => keys.has(product)));
  }
});

type TestCase = { readonly id: string; readonly failures: string[]; readonly valid: string[] };
const OASIS = new URL('oasis-csaf/', TESTDATA);
const cases = JSON.parse(readFileSync(new URL('testcases.json', OASIS), 'utf8')) as {
  readonly tests: readonly TestCase[];
};

/** Where the validator library disagrees with the published verdict. */
const LIBRARY_EXCEPTIONS = new Map([
  ['mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-16-16.json', ['6.1.21']],
  ['mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-26-04.json', []],
]);
/** Vectors of test 6.1.8, the CVSS schema: the CSAF schema refers to it, so they are refused. */
const REFUSED_BY_SCHEMA = new Set([
  'mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-08-01.json',
  'mandatory/oasis_csaf_tc-csaf_2_0-2021-6-1-08-03.json',
]);

test('every published vector of a mandatory test gets its verdict as a warning', async () => {
  for (const { id, failures, valid } of cases.tests) {
    for (const name of [...failures, ...valid]) {
      const bytes = readFileSync(new URL(name, OASIS));
      if (REFUSED_BY_SCHEMA.has(name)) {
        await assert.rejects(importCsaf(bytes), { code: 'INVALID_INPUT' }, name);
        continue;
      }
      const found = (await importCsaf(bytes)).warnings.map((warning) => warning.test);
      const exception = LIBRARY_EXCEPTIONS.get(name);
      if (exception !== undefined) assert.deepEqual(found, exception, name);
      else if (failures.includes(name)) assert.ok(found.includes(id), `${name}: ${found}`);
      else assert.deepEqual(found, [], name);
    }
  }
});

type Json = { [name: string]: Json } & Json[];

async function changed(change: (document: Json) => void): Promise<ImportedDocument> {
  const document = JSON.parse(cisa('va-24-201-01.json').toString()) as Json;
  change(document);
  return importCsaf(Buffer.from(JSON.stringify(document)));
}

test('members that the standard does not define are passed over', async () => {
  const plain = await importCsaf(cisa('va-24-201-01.json'));
  const extended = await changed((document) => {
    Object.assign(document, { x_tool: { any: [1, 2] } });
    Object.assign(document['document'] as Json, { x_note: 'ours' });
  });
  assert.deepEqual(extended, plain);
});

test('a fault of the schema is refused, naming the path and nothing of the content', async () => {
  const fault = changed((document) => {
    Object.assign(document['document']?.['tracking'] as Json, { status: 'the-embargoed-part' });
  });
  await assert.rejects(fault, (error) => {
    assert.ok(error instanceof TocsinError);
    assert.equal(error.code, 'INVALID_INPUT');
    assert.equal(error.field, 'document.tracking.status');
    assert.ok(!error.message.includes('embargoed'));
    return true;
  });
});

test('another version of CSAF is refused by name', async () => {
  const other = changed((document) => {
    Object.assign(document['document'] as Json, { csaf_version: '2.1' });
  });
  await assert.rejects(other, { code: 'UNSUPPORTED', field: 'document.csaf_version' });
  const none = changed((document) => {
    Reflect.deleteProperty(document['document'] as Json, 'csaf_version');
  });
  await assert.rejects(none, { code: 'INVALID_INPUT', field: 'document.csaf_version' });
});

test('a product id without a definition imports under its id, with a warning', async () => {
  const document = await changed((csaf) => {
    const status = csaf['vulnerabilities']?.[0]?.['product_status'] as Json;
    Object.assign(status, { known_affected: ['NOWHERE'] });
  });
  assert.ok(document.warnings.some((warning) => warning.test === '6.1.1'));
  const names = document.vulnerabilities[0]?.products.map((product) => product.name);
  assert.ok(names?.includes('NOWHERE'));
});
