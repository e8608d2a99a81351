import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesWith } from '../../tests/support/names.ts';
import { factsOf, T0 } from '../../tests/support/policy-facts.ts';
import { cedarEvaluator, parseCedar, validateCedar } from './cedar.ts';
import { cedarRequest, codesOf, fillRow } from './request.ts';
import { cedarSchema, vocabularyOf } from './vocabulary.ts';

const VOCABULARY = vocabularyOf(namesWith(['validate', 'ans', 'entry']));
const SCHEMA = cedarSchema(VOCABULARY);

test('policies keep the order and the lines they have in the file', () => {
  const text = Array.from(
    { length: 12 },
    (_, i) => `// nr. ${i} — ß\n\n@id("p${i}")
permit (principal, action, resource);`,
  ).join('\n');
  const found = parseCedar('many.cedar', text);
  assert.deepEqual(
    found.map(({ place, json }) => [json.annotations?.['id'], place.line]),
    Array.from({ length: 12 }, (_, i) => [`p${i}`, 3 + 4 * i]),
  );
});

test('a validation error names the line, counted over characters of several bytes', () => {
  const text =
    '// Übermäßig viele Umlaute: äöü ÄÖÜ 😀\npermit (principal, action, resource)\n' +
    'when { resource.size == 1 };';
  assert.throws(() => validateCedar(SCHEMA, 'odd.cedar', text), {
    code: 'POLICY_INVALID',
    message: /^odd\.cedar:3: .*`size`/,
  });
});

test('text that would overflow the stack of cedar-wasm is refused before it gets there', () => {
  const condition = (text: string) =>
    `// one\nforbid (principal, action, resource)\nwhen { ${text} };`;
  const nested = (open: string, inner: string, close: string, count: number) =>
    open.repeat(count) + inner + close.repeat(count);
  for (const [text, message] of [
    [nested('(', 'true', ')', 5_000), /^deep\.cedar:3: brackets nested too deep/],
    [`${nested('[', '1', ']', 200)} == [1]`, /^deep\.cedar:3: brackets nested too deep/],
    [nested('if true then ', 'true', ' else false', 3_000), /^deep\.cedar:3: .* too long/],
    ['true || '.repeat(3_000), /^deep\.cedar:3: a policy that is too long/],
    [`context${'.a'.repeat(3_000)}`, /^deep\.cedar:3: a policy that is too long/],
    [`${'true || '.repeat(100)}true`, /^deep\.cedar:2: a condition of too many levels/],
  ] as const) {
    assert.throws(() => parseCedar('deep.cedar', condition(text)), {
      code: 'POLICY_INVALID',
      message,
    });
  }
  // Brackets in comments and strings are none, and cedar-wasm is alive.
  const harmless = condition(`"${'('.repeat(100)}" == "a" // ${'('.repeat(100)}\n`);
  assert.equal(parseCedar('flat.cedar', harmless).length, 1);
});

test('look-alike letters are refused, though the policy would validate', () => {
  const text = 'permit (principal, action, resource) when { "сom" == "com" };';
  assert.throws(() => validateCedar(SCHEMA, 'odd.cedar', text), { code: 'POLICY_INVALID' });
});

test('Cedar refuses the request that the closures refuse: a value nobody declared', () => {
  const policies = parseCedar('one.cedar', '@id("one") permit (principal, action, resource);');
  const evaluate = cedarEvaluator(
    'test',
    SCHEMA,
    new Map(policies.map(({ json }) => ['one', json])),
  );
  const row = new Float64Array(VOCABULARY.slots);
  const type = fillRow(row, VOCABULARY, codesOf(VOCABULARY), factsOf(), T0);
  const request = cedarRequest(VOCABULARY, row, type, 'release');
  assert.deepEqual(evaluate(request), { allowed: true, policies: ['one'], errors: [] });
  const assurance = { __entity: { type: 'Assurance', id: 'rumour' } };
  assert.throws(() => evaluate({ ...request, context: { ...request.context, assurance } }), {
    code: 'POLICY_ERROR',
  });
});
