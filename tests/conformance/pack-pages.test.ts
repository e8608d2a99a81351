import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { explanationPage } from '../../src/policy/explain/page.ts';
import { explainPolicy } from '../../src/policy/explain.ts';
import { policyOf, SHIPPED_PACKS } from '../support/packs.ts';

const POLICIES = join(import.meta.dirname, '../../policies');

for (const name of SHIPPED_PACKS) {
  test(`${name}: its page says what it decides (else: npm run generate)`, () => {
    const policy = policyOf(name);
    const page = readFileSync(join(POLICIES, name, 'README.md'), 'utf8');
    assert.equal(page, explanationPage(explainPolicy(policy), policy.words));
  });
}
