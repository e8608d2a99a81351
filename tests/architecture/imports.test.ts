// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippets are code
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  ALLOWED,
  cyclesIn,
  fileGraph,
  folderGraph,
  folderOf,
  illegalImports,
  importsOf,
  PARTS,
} from './imports.ts';
import { expectNone, readSources } from './sources.ts';

const sources = readSources(['src']);

test('every import of src/ is in the table', () => {
  expectNone(illegalImports(sources));
});

test('every folder of src/ is in the table, and the table itself has no cycle', () => {
  const folders = new Set(sources.map(({ path }) => folderOf(path)));
  for (const folder of folders) assert.ok(ALLOWED[folder], `src/${folder}/ is in the table`);
  assert.deepEqual(cyclesIn(new Map(Object.entries(ALLOWED))), []);
  assert.deepEqual(cyclesIn(new Map(Object.entries(PARTS))), []);
});

test('no folder and no file of src/ imports itself in a circle', () => {
  expectNone(cyclesIn(folderGraph(sources)));
  expectNone(cyclesIn(fileGraph(sources)));
});

suite('the tests of these tests', () => {
  const refused = (path: string, text: string) => illegalImports([{ path, text }]);

  test('every form of import is seen', () => {
    const text = `
import a from './a.ts';
import type { B } from "./b.ts";
import { c,
  d } from './c.ts';
import './e.ts';
export { f } from './f.ts';
export * from './g.ts';
const h = await import('./h.ts');
const i = await import(/* why */ \`./i.ts\`);
type J = import('./j.ts').J;`;
    assert.deepEqual(
      importsOf(text).map(({ specifier, line }) => `${specifier}:${line}`),
      ['a:2', 'b:3', 'c:5', 'e:6', 'f:7', 'g:8', 'h:9', 'i:10', 'j:11'].map((name) =>
        name.replace(/^(.)/, './$1.ts'),
      ),
    );
  });

  test('what only looks like one is not', () => {
    const text = `// import './a.ts'\nconst x = "import('./b.ts')"; import.meta.x;`;
    assert.deepEqual(importsOf(text), []);
    assert.deepEqual(importsOf('const range = `${from}-${to}`;'), []);
  });

  test('an import outside the table fails', () => {
    assert.match(
      refused('src/domain/x.ts', `import { open } from '../store/database.ts';`).join(),
      /src\/domain\/x\.ts:1: domain\/ may not import store\/ \(allowed: nothing\)/,
    );
    assert.equal(refused('src/store/x.ts', `export * from '../programme/y.ts';`).length, 1);
    assert.equal(refused('src/participant/x.ts', `await import('../marking/y.ts');`).length, 1);
    assert.equal(refused('src/http/routes/a/b.ts', `import '../../../store/y.ts';`).length, 1);
    assert.equal(refused('src/main/x.ts', `import '../cli/tocsin.ts';`).length, 1);
  });

  test('an import inside the table passes, errors.ts from everywhere', () => {
    const text = `import '../crypto/hash.ts'; import './y.ts'; import 'node:fs';`;
    assert.deepEqual(refused('src/ledger/x.ts', text), []);
    assert.deepEqual(refused('src/crypto/x.ts', `import '../domain/errors.ts';`), []);
    assert.equal(refused('src/crypto/x.ts', `import '../domain/ids.ts';`).length, 1);
  });

  test('an import against the order of the parts of programme/ fails', () => {
    const verb = 'src/programme/alert/x.ts';
    assert.match(
      refused(verb, `import '../member/terms.ts';`).join(),
      /programme\/alert\/ may not import member\/ \(allowed: ledger, people\)/,
    );
    assert.deepEqual(
      refused(verb, `import '../act.ts'; import '../people/y.ts'; import './y.ts';`),
      [],
    );
    assert.equal(refused('src/programme/act.ts', `import './alert/x.ts';`).length, 1);
    assert.match(refused('src/programme/new/x.ts', `import './y.ts';`).join(), /not a part/);
  });

  test('leaving src/, a computed path, a test and an unknown folder fail', () => {
    assert.equal(refused('src/domain/x.ts', `import '../../tests/support/a.ts';`).length, 1);
    assert.match(refused('src/http/x.ts', 'await import(name);').join(), /computed/);
    assert.match(refused('src/http/x.ts', 'await import(`./${name}.ts`);').join(), /computed/);
    assert.match(refused('src/domain/x.ts', `import './y.test.ts';`).join(), /a test/);
    assert.match(refused('src/utils/x.ts', `import './y.ts'`).join(), /not a folder/);
  });

  test('a circle is found and named', () => {
    const files = [
      { path: 'src/policy/a.ts', text: `import './b.ts'` },
      { path: 'src/policy/b.ts', text: `import type { C } from './c.ts'` },
      { path: 'src/policy/c.ts', text: `import './a.ts'` },
    ];
    assert.deepEqual(cyclesIn(fileGraph(files)), [
      'src/policy/a.ts → src/policy/b.ts → src/policy/c.ts → src/policy/a.ts',
    ]);
    assert.deepEqual(cyclesIn(folderGraph(files)), []);
  });
});
