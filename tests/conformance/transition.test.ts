/** A transition grant stands in for unknown facts, and never for what a rule on duties asks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReleaseFacts } from '../../src/domain/decision.ts';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import { type Instant, plus } from '../../src/domain/instant.ts';
import { acceptableFacts } from '../../src/domain/transition.ts';
import { decideRelease, load, type Policy } from '../../src/policy/decide.ts';
import { evaluate } from '../../src/policy/program.ts';
import { isOnDuties } from '../../src/policy/transition.ts';
import { counts } from '../counts.ts';
import { ALL_PACKS, policyOf } from '../support/packs.ts';
import { randomCase } from '../support/random-facts.ts';
import { type Seeded, seeded } from '../support/seeded.ts';

/** Rules that read duties and, in one pack made for it, the facts that a grant may stand in for. */
const MIXED = `@id("mixed")
@reason("LEGAL_DUTY")
forbid (principal is Participant, action, resource is Artifact)
when {
  principal.duty.toGovernment.contains(Trigger::"incident") &&
  context.now >= principal.agreement.expiresAt
};
`;

type Principal = Extract<ReleaseFacts['principal'], { kind: 'participant' }>;

/** Facts with much of them unknown, and the same with a grant. */
function draw(policy: Policy, random: Seeded) {
  const { facts, now } = randomCase(policy, random);
  if (facts.principal.kind === 'public') return null;
  const some = () => random.below(2) === 0;
  const { enrolment } = facts.principal;
  const shown = Object.entries(enrolment.profile.criteria).filter(some);
  const bare: Enrolment = {
    ...enrolment,
    standing: 'active',
    agreement: some() ? null : enrolment.agreement,
    profile: { ...enrolment.profile, criteria: Object.fromEntries(shown) },
  };
  const accepts = [...acceptableFacts(policy.criteria), 'duty', 'criterion:'].filter(some);
  const from = plus(now, -random.below(1_000));
  const expiresAt = plus(now, random.below(2_000) - 1_000);
  const principal: Principal = { ...facts.principal, enrolment: bare };
  const granted = { ...bare, transition: { accepts, from, expiresAt } };
  return {
    now,
    expiresAt,
    without: { ...facts, principal },
    with: { ...facts, principal: { ...principal, enrolment: granted } },
  };
}

/** What each rule on duties says, whatever the others do. */
function saidOnDuties(policy: Policy, facts: ReleaseFacts, now: Instant): string {
  const loaded = load(policy, facts, now);
  if (loaded === null) return 'refused';
  const bound = policy.rules.filter((rule) => isOnDuties(rule, policy.reads)).map(({ id }) => id);
  return (['release', 'releaseReduced'] as const)
    .map((action) =>
      evaluate(loaded[action], policy.engine.row)
        .signals.filter(({ rule }) => bound.includes(rule.id))
        .map(({ rule, reason }) => `${rule.id} ${reason}`)
        .sort()
        .join(),
    )
    .join('/');
}

let opened = 0;
const packs: [string, Policy][] = [
  ...ALL_PACKS.map((name): [string, Policy] => [name, policyOf(name)]),
  ['mapp with a rule that mixes', policyOf('mapp', MIXED)],
];

for (const [name, policy] of packs) {
  test(`${name}: no transition grant changes what a rule on legal duties says`, () => {
    const random = seeded(90);
    let spoke = 0;
    for (let i = 0; i < counts.narrowings; i++) {
      const drawn = draw(policy, random);
      if (drawn === null) continue;
      const { now } = drawn;
      const said = saidOnDuties(policy, drawn.with, now);
      if (said.length > 1) spoke += 1;
      assert.equal(said, saidOnDuties(policy, drawn.without, now), JSON.stringify(drawn));
      const [before, after] = [drawn.without, drawn.with].map(
        (facts) => decideRelease(policy, facts, now).outcome,
      );
      if (before !== after) opened += 1;
      if (now >= drawn.expiresAt) assert.equal(after, before, 'lapsed, and still in force');
    }
    const bound = policy.rules.filter((rule) => isOnDuties(rule, policy.reads));
    assert.equal(spoke > 0, bound.length > 0, 'rules on duties were asked');
  });
}

test('grants did change what others say, so that the comparison was one', () => {
  assert.ok(opened > 100, `${opened}`);
});

test('where a rule on duties reads the agreement, nothing stands in for that', () => {
  const acceptable = (policy: Policy) => policy.engine.vocabulary.acceptable.has('agreement');
  assert.equal(acceptable(policyOf('mapp')), true);
  assert.equal(acceptable(policyOf('mapp', MIXED)), false);
});
