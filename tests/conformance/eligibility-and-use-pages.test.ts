import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { USE_PERMISSIONS } from '../../src/domain/artifact.ts';
import { ROLES } from '../../src/domain/enrolment.ts';
import { parseEligibility } from '../../src/policy/eligibility/parse.ts';
import { CHECKERS, CRITERION_KINDS, LAPSES } from '../../src/policy/eligibility/section.ts';
import { parseUse } from '../../src/policy/use/parse.ts';
import { AUDIENCES, CONDITIONS, SAFE_FIELDS, TERMS } from '../../src/policy/use/section.ts';
import { fields, parseYaml, type Yaml } from '../../src/policy/yaml.ts';

/** A page and the section in its sample. */
function page(name: string): { text: string; section: Yaml } {
  const text = readFileSync(join(import.meta.dirname, '../../docs/policy', `${name}.md`), 'utf8');
  const [, sample] = /^```yaml\n([\s\S]*?)^```$/m.exec(text) ?? [];
  assert.ok(sample, `${name} has a sample`);
  const section = fields(parseYaml(`${name}.md`, sample), [name])[name];
  assert.ok(section);
  return { text, section };
}

function names(text: string, words: readonly string[]): void {
  const absent = words.filter((word) => !text.includes(`\`${word}\``));
  assert.deepEqual(absent, []);
}

test('the page on eligibility has a sample that parses, with every kind, and every word', () => {
  const { text, section } = page('eligibility');
  const { criteria } = parseEligibility(section, ['entry']);
  assert.deepEqual(new Set(criteria.map(({ kind }) => kind)), new Set(CRITERION_KINDS));
  names(text, [...CRITERION_KINDS, ...CHECKERS, ...LAPSES, ...ROLES]);
});

test('the page on use has a sample that parses, with every term, and every word', () => {
  const { text, section } = page('use');
  const { permissions, terms } = parseUse(section);
  const left = USE_PERMISSIONS.filter((permission) => !permissions.has(permission));
  assert.deepEqual(left, ['share_clients']);
  assert.deepEqual([...terms.keys()], Object.keys(TERMS));
  names(text, [...AUDIENCES, ...CONDITIONS, ...SAFE_FIELDS, ...Object.keys(TERMS)]);
});
