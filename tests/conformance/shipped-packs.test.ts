import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArtifactKind } from '../../src/domain/artifact.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { DutyFacts } from '../../src/domain/enrolment.ts';
import { DAY_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { checkPack } from '../../src/policy/check.ts';
import { decideRelease } from '../../src/policy/decide.ts';
import { parsePack } from '../../src/policy/pack.ts';
import { ALL_PACKS, packFiles, policyOf, sha256 } from '../support/packs.ts';
import { BOUND, factsOf, T0 } from '../support/policy-facts.ts';
import { randomCase } from '../support/random-facts.ts';
import { seeded } from '../support/seeded.ts';

for (const name of ALL_PACKS) {
  test(`${name} passes its check`, () => {
    const files = packFiles(name);
    const { findings, cases } = checkPack(files, sha256);
    assert.deepEqual(findings, []);
    // Some fifteen classes of requests a rule and more; fewer would mean that they are not told
    // apart.
    const { rules } = parsePack(files);
    assert.ok(cases > (name.startsWith('mapp') ? 500 : 10 * rules.length), `${cases} cases`);
  });
}

test('mapp-poc-only differs from mapp for restricted firms alone, and withholds only poc', () => {
  const [mapp, published] = [policyOf('mapp'), policyOf('mapp-poc-only')];
  const random = seeded(3);
  const met = { withheld: 0, given: 0 };
  for (let i = 0; i < 20_000; i++) {
    const { facts, now } = randomCase(mapp, random);
    const [strict, lenient] = [
      decideRelease(mapp, facts, now),
      decideRelease(published, facts, now),
    ];
    const { kind } = facts.artifact;
    const restriction = strict.reasons.find(({ policy }) => policy === 'report-duty');
    if (restriction === undefined) {
      if (kind !== 'poc' || !bound(lenient)) assert.equal(lenient.outcome, strict.outcome);
    } else if (kind === 'poc' && bound(lenient)) {
      assert.notEqual(lenient.outcome, 'allow');
      met.withheld += 1;
    } else if (lenient.outcome === 'allow') {
      met.given += 1;
    }
  }
  assert.ok(met.withheld > 100 && met.given > 100, JSON.stringify(met));
});

test('mapp-poc-only, as published: a holder of the duty lacks poc alone', () => {
  const published = policyOf('mapp-poc-only');
  const outcome = (duty: DutyFacts, kind: ArtifactKind, at: Instant) =>
    decideRelease(published, factsOf({ duty }, { kind, variant: 'full' }), at).outcome;
  const wave = plus(T0, -DAY_MS);
  const unknown = { status: 'unknown' } as const;
  assert.deepEqual(
    [outcome(BOUND, 'poc', wave), outcome(BOUND, 'poc', T0), outcome(BOUND, 'repro_steps', wave)],
    ['deny', 'allow_reduced', 'allow'],
  );
  assert.equal(outcome(unknown, 'poc', wave), 'allow');
});

function bound({ reasons }: Decision): boolean {
  return reasons.some(({ policy }) => policy === 'report-duty-poc');
}

test('mapp-2024 is mapp without its rule on duties, and without what stands in', () => {
  const [before, after] = [policyOf('mapp-2024'), policyOf('mapp')];
  const random = seeded(5);
  const met = { lost: 0, same: 0 };
  for (let i = 0; i < 20_000; i++) {
    const { facts, now } = randomCase(after, random);
    const [then, today] = [decideRelease(before, facts, now), decideRelease(after, facts, now)];
    if (today.reasons.some(({ policy }) => policy === 'report-duty')) {
      if (then.outcome === 'allow') met.lost += 1;
    } else {
      assert.deepEqual(then, today);
      met.same += 1;
    }
  }
  assert.ok(met.lost > 500 && met.same > 5_000, JSON.stringify(met));
});
