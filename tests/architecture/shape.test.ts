import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tooLong, undocumented, unwanted } from './shape.ts';
import { expectNone, readSources } from './sources.ts';

const code = readSources(['src', 'tests', 'bench', 'scripts'], ['.ts', '.mjs', '.sql']);
const typescript = code.filter(({ path }) => path.endsWith('.ts'));

test('files have at most 400 lines (tests 600), lines at most 100 columns', () => {
  expectNone(tooLong(code));
});

test('no any, no default export, no enum, no namespace, no silenced compiler', () => {
  expectNone(unwanted(typescript));
});

test('every export of domain, policy, marking, crypto and ledger is documented', () => {
  expectNone(undocumented(typescript));
});

suite('the tests of these tests', () => {
  const x = (text: string, path = 'src/domain/x.ts') => [{ path, text }];

  test('a long file and a wide line are named', () => {
    assert.equal(tooLong(x('a\n'.repeat(400))).length, 0);
    assert.match(tooLong(x('a\n'.repeat(401))).join(), /401 lines, at most 400/);
    assert.equal(tooLong(x('a\n'.repeat(600), 'src/domain/x.test.ts')).length, 0);
    assert.equal(tooLong(x('a\n'.repeat(601), 'tests/journeys/x.ts')).length, 1);
    assert.match(tooLong(x(`\n${'é e'.repeat(34)}`)).join(), /x\.ts:2: 102 columns/);
    assert.equal(tooLong(x('é'.repeat(100))).length, 0);
    assert.equal(tooLong(x('/a/'.repeat(40))).length, 0);
  });

  test('each unwanted form is named, and its words elsewhere are not', () => {
    const bad = [
      'let a: any;',
      'const b = c as any;',
      'type D = Map<string, any>;',
      'function e(f: any[]) {}',
      'type G = string | any;',
      'export default h;',
      'export { i as default };',
      'enum J { K }',
      'export const enum L { M }',
      'namespace N {}',
      '// @ts-ignore',
    ];
    for (const text of bad) assert.equal(unwanted(x(text)).length, 1, text);
    const good = `// any default enum\nconst any = 'export default any';
      AbortSignal.any([]); const { enum: e } = { enum: 1, any: true }; a.any(x); /* enum Z */`;
    assert.deepEqual(unwanted(x(good)), []);
  });

  test('an export without a doc comment is named', () => {
    for (const declaration of [
      'export function f() {}',
      'export async function f() {}',
      'export const f = 1;',
      'export type f = string;',
      'export interface f {}',
      'export class f {}',
    ]) {
      assert.match(undocumented(x(declaration)).join(), /x\.ts:1: f has no doc comment/);
      assert.deepEqual(undocumented(x(`/** Says what. */\n${declaration}`)), []);
      assert.equal(undocumented(x(`// Not a doc comment.\n${declaration}`)).length, 1);
      assert.equal(undocumented(x(`/** Far away. */\n\n${declaration}`)).length, 1);
      assert.deepEqual(undocumented(x(declaration, 'src/http/x.ts')), []);
    }
  });

  test('one comment speaks for a group of lines and for the type of a list’s members', () => {
    const group = '/** Units. */\nexport const A = 1;\nexport const B = 2;\n';
    assert.deepEqual(undocumented(x(group)), []);
    assert.equal(undocumented(x(`${group}\nexport const C = 3;`)).length, 1);
    const list = "/** All. */\nexport const LIST = [\n  'a',\n] as const;\n";
    const members = '\nexport type Member = (typeof LIST)[number];';
    assert.deepEqual(undocumented(x(list + members)), []);
    assert.equal(undocumented(x(members)).length, 1);
  });

  test('an export in a comment or a string is none', () => {
    assert.deepEqual(undocumented(x('/*\nexport const a = 1;\n*/\nconst b = `\nexport c`;')), []);
  });
});
