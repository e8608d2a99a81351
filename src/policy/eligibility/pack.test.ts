import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, application, NOBODY, SINCE, shown } from '../../../tests/support/membership.ts';
import { bareFiles, sha256 } from '../../../tests/support/packs.ts';
import { factsOf, T0 } from '../../../tests/support/policy-facts.ts';
import type { Role } from '../../domain/enrolment.ts';
import { HOUR_MS, plus } from '../../domain/instant.ts';
import { resolveSchedule } from '../../domain/schedule.ts';
import { compilePolicy, decideRelease } from '../decide.ts';
import { parsePack } from '../pack.ts';
import { shownCriteria } from './assess.ts';

const SECTION = `
eligibility:
  seats: {end_user: unlimited, vendor: unlimited}
  criteria:
    certified:
      kind: attestation
      says: Certified
      asked_of: [vendor]
      evidence: {checked_by: reviewer, on_expiry: removed}
      gates_release: true
    present: {kind: attestation, says: Present}
`;
const WORDS = 'criteria: {certified: its distribution is certified}';

function mapp(sections: string, words = WORDS) {
  const files = bareFiles();
  files.set('programme.yaml', `${files.get('programme.yaml') ?? ''}${sections}`);
  return parsePack(files.set('words.yaml', `${files.get('words.yaml') ?? ''}\n${words}`));
}

test('releases stop at the instant that the evidence of a gating criterion ends', () => {
  const pack = mapp(SECTION);
  assert.deepEqual(pack.table.criteria, ['certified']);
  const section = pack.table.eligibility;
  assert.ok(section);
  const policy = compilePolicy(pack, sha256);
  const until = plus(T0, -HOUR_MS);
  const said = { form: 'yes', value: true } as const;
  const decided = (now: typeof T0, roles: readonly Role[]) => {
    const shows = application({ certified: answer(said, shown(until)) }, { roles });
    const criteria = shownCriteria(section, shows, NOBODY, SINCE);
    const profile = { roles, products: [], criteria, addenda: [], maxEmbargoMs: null };
    const facts = { ...factsOf({ profile }), schedule: resolveSchedule(T0, policy.leads) };
    const { outcome, reasons } = decideRelease(policy, facts, now);
    return `${outcome} ${reasons[0]?.code}`;
  };
  assert.equal(decided(plus(until, -1), ['vendor']), 'allow LEAD_OPEN');
  assert.equal(decided(until, ['vendor']), 'deny CRITERION_LAPSED');
  assert.equal(decided(until, ['end_user']), 'allow LEAD_OPEN');
  assert.equal(decided(plus(until, -1), ['cert']), 'deny CRITERION_LAPSED');
});

test('a pack says in one place which criteria gate release', () => {
  assert.throws(() => mapp(`${SECTION}\nrelease_criteria: [certified]\n`), {
    code: 'POLICY_INVALID',
    message: /programme\.yaml:\d+: release_criteria beside .* \(write gates_release: true there\)/,
  });
});

test('a fault in a section refuses the pack, with the line in programme.yaml', () => {
  assert.throws(() => mapp(SECTION.replace('attestation', 'promise')), {
    code: 'POLICY_INVALID',
    message: /^programme\.yaml:\d+: eligibility\.criteria\.certified\.kind: expected one of/,
  });
  assert.throws(() => mapp('use: {permissions: {}, different_patch: perhaps}', ''), {
    code: 'POLICY_INVALID',
    message: /^programme\.yaml:\d+: use\.different_patch: expected allowed, refused, or/,
  });
});
