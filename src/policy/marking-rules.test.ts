import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ARTIFACT_KINDS } from '../domain/artifact.ts';
import { parseMarking } from './marking-rules.ts';
import { parseYaml } from './yaml.ts';

const parse = (text: string) => parseMarking(parseYaml('programme.yaml', text));

test('each kind has its own marking, and what is not named none of its own', () => {
  assert.deepEqual(parse('advisory: full\npoc: canary\nmitigation: none\npatch: none\n'), {
    advisory: 'full',
    poc: 'canary',
    mitigation: 'none',
    patch: 'none',
  });
});

for (const [text, message] of [
  ['adviso: full', /unknown key adviso/],
  ['advisory: some', /advisory: expected one of none, canary, full, found "some"/],
  ['patch: full', /patch: expected none/],
  ['test_file: canary', /test_file: expected none/],
] as const) {
  test(`refused: ${text}`, () => {
    assert.throws(() => parse(text), { code: 'POLICY_INVALID', message });
  });
}

test('every kind can be named', () => {
  const all = parse(ARTIFACT_KINDS.map((kind) => `${kind}: none`).join('\n'));
  assert.deepEqual(Object.keys(all), [...ARTIFACT_KINDS]);
});
