import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileYara } from './yara-x.ts';

test('hits are the names of the rules that match', () => {
  const compiled = compileYara(
    'rule one { strings: $a = "x" condition: $a }\nrule two { condition: filesize > 2 }',
  );
  assert.ok(compiled.ok);
  assert.deepEqual([...compiled.hits(Buffer.from('x'))], ['one']);
  assert.deepEqual([...compiled.hits(Buffer.from('yyy'))], ['two']);
});

test('warnings carry their line', () => {
  const compiled = compileYara('rule r {\n strings:\n  $a = { 61 62 63 64 }\n condition: $a\n}');
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.warnings, [{ code: 'text_as_hex', line: 3 }]);
});

test('what the compiler refuses is an answer with the reason', () => {
  const compiled = compileYara('rule r { condition: unheard_of }');
  assert.ok(!compiled.ok);
  assert.match(compiled.reason, /E009/);
});

test('variables that only scanners define are known', () => {
  const compiled = compileYara('rule r { condition: filepath contains "x" }');
  assert.ok(compiled.ok);
  assert.equal(compiled.hits(Buffer.from('x')).size, 0);
});
