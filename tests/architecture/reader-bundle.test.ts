import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachable } from './imports.ts';
import { foreignInputs, recipientEntries } from './reader-bundle.ts';
import { expectNone, readSources } from './sources.ts';

test('nothing but the recipient’s own code is reached from the recipient’s program', () => {
  const sources = readSources(['src']);
  expectNone(foreignInputs(reachable(sources, recipientEntries(sources))));
});

test('marking code in the bundle is found, also behind other files', () => {
  assert.deepEqual(foreignInputs(['src/participant/fetch.ts', 'src/crypto/hash.ts']), []);
  assert.equal(foreignInputs(['src/participant/fetch.ts', 'src/marking/code.ts']).length, 1);
  assert.equal(foreignInputs(['./src/marking/decoder/tail.ts']).length, 1);
  const files = [
    { path: 'src/participant/open.ts', text: `import '../formats/copy.ts'` },
    { path: 'src/formats/copy.ts', text: `export * from '../marking/splice.ts'` },
    { path: 'src/marking/splice.ts', text: '' },
  ];
  assert.deepEqual(foreignInputs(reachable(files, recipientEntries(files))), [
    'src/marking/splice.ts is in the recipient’s program',
  ]);
});

test('a package in the bundle is found: the program is one file to audit', () => {
  assert.equal(foreignInputs(['node_modules/yaml/index.js']).length, 1);
  assert.equal(foreignInputs(['src/store/database.ts']).length, 1);
});
