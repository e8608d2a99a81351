import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '../../src/crypto/hash.ts';
import { ACTIONS } from '../../src/domain/decision.ts';
import { cedarEvaluator } from '../../src/policy/cedar.ts';
import { compilePolicy, decide, type Policy } from '../../src/policy/decide.ts';
import { type PolicyPack, parsePack } from '../../src/policy/pack.ts';
import { cedarRequest, fillRow } from '../../src/policy/request.ts';
import type { Verdict } from '../../src/policy/verdict.ts';
import { counts } from '../counts.ts';
import { ALL_PACKS, packFiles } from '../support/packs.ts';
import { type RandomCase, randomCase } from '../support/random-facts.ts';
import { seeded } from '../support/seeded.ts';

/** Two rules that fail for some requests, so that what happens then is compared as well. */
const FAILING = `
@id("permit-that-fails") @reason("DISCLOSED")
permit (principal is Participant, action, resource is Artifact)
when {
  resource.kind == Kind::"poc" && principal.tier != Tier::"ans" &&
  context.disclosureAt * 10000000 > context.disclosureAt
};
@id("forbid-that-fails") @reason("HELD_FOR_REVIEW") @outcome("hold")
forbid (principal, action == Action::"release", resource is Artifact)
when {
  [Kind::"patch", Kind::"indicator"].contains(resource.kind) &&
  (context.assurance == Assurance::"transport" || -9000000000000000 * 1000000 < 0)
};`;

/** Of the count, so many in one: the packs that came first get more than those like them. */
const SHARES: Readonly<Record<string, number>> = { mapp: 1, 'mapp-poc-only': 3 };

for (const name of ALL_PACKS) {
  test(`${name}: the closures decide as cedar-wasm does`, () => {
    compare(parsePack(packFiles(name)), counts.decide / (SHARES[name] ?? 6));
  });
}

test('where policies fail, the closures fail with them, and Cedar skips the same', () => {
  const files = packFiles('mapp').set('failing.cedar', FAILING);
  const { allowed, errors } = compare(parsePack(files), Math.ceil(counts.decide / 4));
  assert.ok(allowed > 0 && errors > 0, `${allowed} allowed, ${errors} failed`);
});

/** Verdict, deciding ids and number of errors, for both actions of `count` random cases. */
function compare(pack: PolicyPack, count: number): { allowed: number; errors: number } {
  const policy = compilePolicy(pack, sha256);
  const cedar = cedarEvaluator(
    pack.table.pack,
    policy.schema,
    new Map(pack.rules.map(({ id, json }) => [id, json])),
  );
  const random = seeded(1);
  const met = { allowed: 0, errors: 0 };
  for (let i = 0; i < count; i++) {
    const drawn = randomCase(policy, random);
    for (const action of ACTIONS) {
      const verdict = decide(policy, drawn.facts, action, drawn.now);
      const { allowed, policies, errors } = verdict;
      const expected = cedar(requestOf(policy, drawn, action));
      assert.deepEqual(
        { allowed, policies: [...policies].sort(), errors: failedIn(verdict) },
        expected,
        `case ${i}, ${action}: ${JSON.stringify(drawn)}`,
      );
      assert.equal(errors, expected.errors.length);
      if (allowed) met.allowed += 1;
      met.errors += errors;
    }
  }
  return met;
}

function failedIn({ reasons }: Verdict): string[] {
  return reasons
    .filter(({ code }) => code === 'POLICY_ERROR')
    .map(({ policy }) => policy)
    .sort();
}

function requestOf(policy: Policy, { facts, now }: RandomCase, action: (typeof ACTIONS)[number]) {
  const { vocabulary, codes } = policy.engine;
  const row = new Float64Array(vocabulary.slots);
  return cedarRequest(vocabulary, row, fillRow(row, vocabulary, codes, facts, now), action);
}

function sha256(text: string): string {
  return sha256Hex(Buffer.from(text));
}
