import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TocsinError } from '../domain/errors.ts';
import { parseSidecar } from './sidecar.ts';

const FULL = `
alternates:
  - { text: "in order to", other: "to", family: phrase }
  - { text: allows, other: permits, family: word, occurrence: 2 }
orders:
  - { first: "- one", second: "- two" }
columns:
  - { first: Product, second: Version }
canaries:
  - { text: "00000000000000000000000000000000", form: hex }
test: [python3, poc.py, "8089", --port=1]
`;

function refused(text: string, field: string, code = 'INVALID_INPUT'): void {
  assert.throws(
    () => parseSidecar(text),
    (error) => error instanceof TocsinError && error.code === code && error.field === field,
    text.slice(0, 80),
  );
}

test('each list of a sidecar is read', () => {
  const sidecar = parseSidecar(FULL);
  assert.deepEqual(sidecar.alternates, [
    { text: 'in order to', other: 'to', family: 'phrase', occurrence: null },
    { text: 'allows', other: 'permits', family: 'word', occurrence: 2 },
  ]);
  assert.deepEqual(sidecar.orders, [{ first: '- one', second: '- two' }]);
  assert.deepEqual(sidecar.columns, [{ first: 'Product', second: 'Version' }]);
  assert.deepEqual(sidecar.test, ['python3', 'poc.py', '8089', '--port=1']);
});

test('an empty sidecar allows nothing', () => {
  const nothing = { alternates: [], orders: [], columns: [], canaries: [], test: [] };
  for (const text of ['', '# only a comment\n', 'alternates:\n', 'orders: []']) {
    assert.deepEqual(parseSidecar(text), nothing, text);
  }
});

test('each fault is refused at its place', () => {
  const entry = '{ text: a, other: b, family: word }';
  refused('alternates: [', 'sidecar');
  refused('- a', 'sidecar');
  refused('alternate: []', 'sidecar');
  refused('alternates: 3', 'alternates');
  refused(`alternates: [${entry}, 7]`, 'alternates[1]');
  refused('alternates: [{ text: a, other: b }]', 'alternates[0].family');
  refused('alternates: [{ text: a, other: b, family: paragraph }]', 'alternates[0].family');
  refused('alternates: [{ text: a, other: "", family: word }]', 'alternates[0].other');
  refused('alternates: [{ text: 3, other: b, family: word }]', 'alternates[0].text');
  refused('alternates: [{ text: a, other: b, family: word, note: x }]', 'alternates[0]');
  for (const count of ['0', '1.5', '-1', 'two']) {
    const text = `alternates: [{ text: a, other: b, family: word, occurrence: ${count} }]`;
    refused(text, 'alternates[0].occurrence');
  }
  refused('orders: [{ first: a }]', 'orders[0].second');
  refused('columns: [{ first: a }]', 'columns[0].second');
  refused('canaries: [{ text: a, form: path }]', 'canaries[0].form');
  refused('test: python3 poc.py', 'test');
  refused('test: [python3, 8089]', 'test[1]');
  refused('test: [python3, ""]', 'test[1]');
  refused('test: ["python3", "a\\0b"]', 'test[1]');
  refused('test: [PATH=., python3]', 'test[0]');
  refused('test: [--split-string, python3]', 'test[0]');
  refused('a: &x 1\nalternates: [*x]', 'sidecar');
});

test('what is too large is refused as such', () => {
  refused(`# ${'x'.repeat(5_000_000)}`, 'sidecar', 'LIMIT_EXCEEDED');
  refused(`alternates: [${'1,'.repeat(20_001)}]`, 'alternates', 'LIMIT_EXCEEDED');
  refused(`test: [${'a,'.repeat(101)}]`, 'test', 'LIMIT_EXCEEDED');
});
