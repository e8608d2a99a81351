import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS, type Action } from '../../src/domain/decision.ts';
import { type CedarVerdict, cedarEvaluator } from '../../src/policy/cedar.ts';
import { compilePolicy, decide, type Policy } from '../../src/policy/decide.ts';
import { parsePack } from '../../src/policy/pack.ts';
import { cedarRequest, fillRow, type PrincipalType, type Row } from '../../src/policy/request.ts';
import type { Verdict } from '../../src/policy/verdict.ts';
import { counts } from '../counts.ts';
import { cedarByClass } from '../support/cedar-by-class.ts';
import { ALL_PACKS, packFiles, policyOf, SHIPPED_PACKS, sha256 } from '../support/packs.ts';
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

for (const name of ALL_PACKS) {
  test(`${name}: the closures decide as cedar-wasm does, asked by class`, (t) => {
    const policy = policyOf(name);
    const { answer, asked } = cedarByClass(name, policy);
    // Examples are not for programmes to run on.
    const count = SHIPPED_PACKS.includes(name) ? counts.decideByClass : counts.decideByClass / 10;
    compare(policy, answer, count);
    const { rules, whole } = asked();
    t.diagnostic(`${count} cases: asked ${rules} times of a rule, ${whole} times of the pack`);
  });

  test(`${name}: the closures decide as cedar-wasm does, each case asked`, () => {
    const policy = policyOf(name);
    compare(policy, wholeOf(name, policy), counts.decideEach);
  });
}

test('where policies fail, the closures fail with them, and Cedar skips the same', () => {
  const policy = compilePolicy(parsePack(packFiles('mapp').set('failing.cedar', FAILING)), sha256);
  for (const [answer, count] of [
    [cedarByClass('failing', policy).answer, Math.ceil(counts.decide / 4)],
    [wholeOf('failing', policy), counts.decideEach],
  ] as const) {
    const { allowed, errors } = compare(policy, answer, count);
    assert.ok(allowed > 0 && errors > 0, `${allowed} allowed, ${errors} failed`);
  }
});

test('asked by class, Cedar is asked anew whenever it could answer otherwise', () => {
  // What a memory gets wrong it would hide; so every answer it gives again is asked for once more.
  const policy = policyOf('mapp');
  const { answer } = cedarByClass('again', policy);
  const whole = wholeOf('again-whole', policy);
  const random = seeded(4);
  for (let i = 0; i < counts.decideEach; i++) {
    const { row, type } = filled(policy, randomCase(policy, random));
    for (const action of ACTIONS) {
      assert.deepEqual(answer(row, type, action), whole(row, type, action));
    }
  }
});

type Ask = (row: Row, type: PrincipalType, action: Action) => CedarVerdict;

function wholeOf(name: string, policy: Policy): Ask {
  const rules = new Map(policy.rules.map(({ id, json }) => [id, json]));
  const cedar = cedarEvaluator(`${name}-each`, policy.schema, rules);
  const { vocabulary } = policy.engine;
  return (row, type, action) => cedar(cedarRequest(vocabulary, row, type, action));
}

/** Verdict, deciding ids and ids that failed, for both actions of `count` random cases. */
function compare(policy: Policy, cedar: Ask, count: number): { allowed: number; errors: number } {
  const random = seeded(1);
  const met = { allowed: 0, errors: 0 };
  for (let i = 0; i < count; i++) {
    const drawn = randomCase(policy, random);
    const { row, type } = filled(policy, drawn);
    for (const action of ACTIONS) {
      const verdict = decide(policy, drawn.facts, action, drawn.now);
      const expected = cedar(row, type, action);
      if (ours(verdict) !== theirs(expected)) {
        assert.deepEqual({ verdict, drawn, action }, { verdict: expected, drawn, action });
      }
      if (verdict.allowed) met.allowed += 1;
      met.errors += verdict.errors;
    }
  }
  return met;
}

function filled(policy: Policy, { facts, now }: RandomCase): { row: Row; type: PrincipalType } {
  const { vocabulary, codes } = policy.engine;
  const row = new Float64Array(vocabulary.slots);
  return { row, type: fillRow(row, vocabulary, codes, facts, now) };
}

/** Both in one form; each is made once, for verdicts come again and again. */
const forms = new WeakMap<Verdict | CedarVerdict, string>();

function ours(verdict: Verdict): string {
  const known = forms.get(verdict);
  if (known !== undefined) return known;
  const { allowed, policies, reasons, errors } = verdict;
  const failed = reasons.filter(({ code }) => code === 'POLICY_ERROR').map(({ policy }) => policy);
  assert.equal(failed.length, errors);
  const form = JSON.stringify([allowed, [...policies].sort(), failed.sort()]);
  forms.set(verdict, form);
  return form;
}

function theirs(verdict: CedarVerdict): string {
  const form = forms.get(verdict) ?? JSON.stringify(Object.values(verdict));
  forms.set(verdict, form);
  return form;
}
