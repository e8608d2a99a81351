/** What one person may change of an enrolment opens nothing, under no pack there is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReleaseFacts } from '../../src/domain/decision.ts';
import type { Enrolment, LegalDuty } from '../../src/domain/enrolment.ts';
import { onlyNarrows } from '../../src/domain/narrowing.ts';
import { decideRelease } from '../../src/policy/decide.ts';
import { counts } from '../counts.ts';
import { ALL_PACKS, policyOf } from '../support/packs.ts';
import { randomCase } from '../support/random-facts.ts';
import { seeded } from '../support/seeded.ts';

const GIVEN = { deny: 0, hold: 0, allow_reduced: 1, allow: 2 };

let shut = 0;

for (const name of ALL_PACKS) {
  test(`${name}: facts that only narrow give nobody more`, () => {
    const policy = policyOf(name);
    const random = seeded(20_31);
    let narrowed = 0;
    for (let i = 0; i < counts.narrowings; i++) {
      const { facts, now } = randomCase(policy, random);
      if (facts.principal.kind === 'public') continue;
      const other = randomCase(policy, random).facts.principal;
      if (other.kind === 'public') continue;
      const before = facts.principal.enrolment;
      // One group of facts at a time, else hardly any pair would narrow in all.
      const after = mixed(before, other.enrolment, random.below(6));
      if (!onlyNarrows(before, after)) continue;
      narrowed += 1;
      const given = (enrolment: Enrolment): number => {
        const principal = { ...facts.principal, enrolment } as ReleaseFacts['principal'];
        return GIVEN[decideRelease(policy, { ...facts, principal }, now).outcome];
      };
      const [was, is] = [given(before), given(after)];
      assert.ok(is <= was, JSON.stringify({ before, after, now, facts }));
      if (is < was) shut += 1;
    }
    assert.ok(narrowed > counts.narrowings / 20, `${narrowed} narrow`);
  });
}

test('some of those changes shut something, so that the others were tried on open doors', () => {
  assert.ok(shut > 100, `${shut}`);
});

function mixed(before: Enrolment, other: Enrolment, part: number): Enrolment {
  const { profile } = before;
  switch (part) {
    case 0:
      return { ...before, agreement: other.agreement };
    case 1:
      return { ...before, consentMode: other.consentMode };
    case 2:
      return { ...before, duty: withDuties(before, other) };
    case 3:
      return { ...before, profile: { ...profile, criteria: other.profile.criteria } };
    case 4:
      return { ...before, profile: { ...profile, addenda: other.profile.addenda } };
    default:
      return { ...before, profile: { ...profile, maxEmbargoMs: other.profile.maxEmbargoMs } };
  }
}

/** The duties of both. */
function withDuties({ duty }: Enrolment, { duty: more }: Enrolment): Enrolment['duty'] {
  if (duty.status === 'unknown' || more.status === 'unknown') return more;
  const duties: readonly LegalDuty[] = [...duty.duties, ...more.duties];
  return { ...duty, duties };
}
