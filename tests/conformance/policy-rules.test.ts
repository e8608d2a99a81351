import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../architecture/sources.ts';
import { homesIn, policyRules, policyRulesPage } from '../support/policy-rules.ts';
import { ruleCalls } from '../support/rule-calls.ts';

const rules = policyRules();

test('every rule of the list has a home that carries its tag, and a test', () => {
  const ids = Array.from({ length: 69 }, (_, i) => `R${String(i + 1).padStart(2, '0')}`);
  assert.deepEqual(
    rules.map(({ id }) => id),
    ids,
  );
  const homeless = rules.filter(({ homes }) => homes.length === 0).map(({ id }) => id);
  const untested = rules.filter(({ tests }) => tests.length === 0).map(({ id }) => id);
  assert.deepEqual({ homeless, untested }, { homeless: [], untested: [] });
});

test('no test is of a rule that the list does not have', () => {
  const ids = new Set(rules.map(({ id }) => id));
  assert.deepEqual(
    ruleCalls().filter(({ id }) => !ids.has(id)),
    [],
  );
});

test('the page is what npm run generate makes of them', () => {
  const page = readFileSync(join(ROOT, 'docs/policy-rules.md'), 'utf8');
  assert.equal(page, policyRulesPage(rules));
});

test('a tag is a home where it stands above or in a declaration, a key or a policy', () => {
  const home = (path: string, text: string) => homesIn([{ path, text }]).get('R07');
  const above = '/** [R07] Not too soon. */\nexport function notice() {\n  return 1;\n}\n';
  assert.deepEqual(home('src/a.ts', above), [{ path: 'src/a.ts', symbol: 'notice' }]);
  const inside = 'const TABLE = {\n  // [R07] Not too soon.\n  notice: 1,\n};\n';
  assert.deepEqual(home('src/a.ts', inside), [{ path: 'src/a.ts', symbol: 'TABLE' }]);
  const key = 'timing:\n  # [R07] Not too soon.\n  notice: 7d\n';
  assert.deepEqual(home('p/programme.yaml', key), [{ path: 'p/programme.yaml', symbol: 'notice' }]);
  const policy = '// [R07] Not too soon.\n@id("soon")\nforbid (principal, action, resource);\n';
  assert.deepEqual(home('p/rules.cedar', policy), [{ path: 'p/rules.cedar', symbol: 'soon' }]);
  assert.throws(() => home('src/a.ts', "const text = '[R07]';\n"), /src\/a\.ts:1: no comment/);
});
