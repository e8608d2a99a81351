/** The rules whose home is the release decision of a pack, each with a mutation it would notice. */
import assert from 'node:assert/strict';
import { ARTIFACT_KINDS, ASSURANCES } from '../../../src/domain/artifact.ts';
import { CONSENT_MODES, CONSENTS } from '../../../src/domain/enrolment.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, plus } from '../../../src/domain/instant.ts';
import { NO_EVENTS } from '../../../src/domain/vulnerability.ts';
import { changesAt, decideRelease } from '../../../src/policy/decide.ts';
import { type Asking, answer, around, asking } from '../../support/asking.ts';
import { policyOf } from '../../support/packs.ts';
import { BOUND, T0 } from '../../support/policy-facts.ts';
import { randomCase } from '../../support/random-facts.ts';
import { rule } from '../../support/rule.ts';
import { seeded } from '../../support/seeded.ts';

const before = (days: number): Instant => plus(T0, -days * DAY_MS);
const AFTER = plus(T0, 400 * DAY_MS);

/** What a pack answers to every kind at an instant, without repetition. */
function answers(pack: ReturnType<typeof policyOf>, asked: Asking, now: Instant): string[] {
  const each = ARTIFACT_KINDS.map((kind) =>
    answer(pack, { ...asked, artifact: { ...asked.artifact, kind } }, now),
  );
  return [...new Set(each)];
}

rule(
  'R04',
  'a kernel alert reaches the lists only once there is a fix',
  {
    in: 'policies/linux-distros/programme.yaml',
    from: 'alert.products: [linux_kernel], events',
    to: 'alert.products: [other_unix], events',
  },
  () => {
    const distros = policyOf('linux-distros');
    const kernel = (fixReadyAt: Instant | null): Asking => ({
      profile: { products: ['linux'] },
      vulnerability: { products: ['linux_kernel'], events: { ...NO_EVENTS, fixReadyAt } },
    });
    for (const now of [before(14), before(1), plus(T0, -1), T0, AFTER]) {
      assert.deepEqual(answers(distros, kernel(null), now), ['deny FIX_NOT_READY']);
    }
    const [no, yes] = ['deny FIX_NOT_READY', 'allow LEAD_OPEN'];
    assert.deepEqual(around(distros, kernel(before(3)), before(3)), [no, yes, yes]);
    assert.equal(changesAt(distros, asking(distros, kernel(before(3))), before(9)), before(3));
    const userland: Asking = { ...kernel(null), vulnerability: { products: ['linux'] } };
    assert.equal(answer(distros, userland, before(14)), yes);
  },
);

rule(
  'R13',
  'details of critical, high and moderate issues go out two weeks before, of low ones never',
  {
    in: 'policies/openssl/programme.yaml',
    from: 'alert.severity: [unknown, low]',
    to: 'alert.severity: [unknown]',
  },
  () => {
    const openssl = policyOf('openssl');
    for (const severity of ['critical', 'high', 'moderate'] as const) {
      const found = around(openssl, { vulnerability: { severity } }, before(14));
      assert.deepEqual(found, ['deny TOO_EARLY', 'allow LEAD_OPEN', 'allow LEAD_OPEN']);
    }
    for (const severity of ['low', 'unknown'] as const) {
      const low: Asking = { vulnerability: { severity } };
      for (const now of [before(14), before(1)]) {
        assert.equal(answer(openssl, low, now), 'deny SEVERITY_TOO_LOW');
      }
      const [no, yes] = ['deny SEVERITY_TOO_LOW', 'allow LEAD_OPEN'];
      assert.deepEqual(around(openssl, low, T0), [no, yes, yes]);
    }
  },
);

rule(
  'R16',
  'the top tier is told 14 days before, the trusted one five days, the entry tier 24 hours',
  { in: 'policies/mapp/programme.yaml', from: 'ans: 5d', to: 'ans: 4d' },
  () => {
    const mapp = policyOf('mapp');
    const turn = ['deny TOO_EARLY', 'allow LEAD_OPEN', 'allow LEAD_OPEN'];
    assert.deepEqual(around(mapp, { tier: 'validate' }, before(14)), turn);
    assert.deepEqual(around(mapp, { tier: 'ans' }, before(5)), turn);
    assert.deepEqual(around(mapp, { tier: 'entry' }, plus(T0, -24 * HOUR_MS)), turn);
    assert.equal(answer(mapp, { tier: 'entry' }, before(5)), 'deny TOO_EARLY');
    const until = changesAt(mapp, asking(mapp, { tier: 'entry' }), before(5));
    assert.equal(until, plus(T0, -24 * HOUR_MS));
  },
);

rule(
  'R19',
  'whoever must report to a government gets no proof of concept, and a description at disclosure',
  {
    in: 'policies/mapp/rules.cedar',
    from: 'principal.duty.toGovernment.contains(Trigger::"any_known")',
    to: 'principal.duty.toGovernment.contains(Trigger::"incident")',
  },
  () => {
    const mapp = policyOf('mapp');
    const bound = (kind: (typeof ARTIFACT_KINDS)[number]): Asking => ({
      enrolment: { duty: BOUND },
      artifact: { kind },
    });
    for (const tier of mapp.tiers) {
      const poc = around(mapp, { ...bound('poc'), tier }, T0);
      const instead = 'allow_reduced LEGAL_DUTY';
      assert.deepEqual(poc, ['deny LEGAL_DUTY', instead, instead]);
      const summary = around(mapp, { ...bound('summary'), tier }, T0);
      assert.deepEqual(summary, ['deny LEGAL_DUTY', 'allow LEAD_OPEN', 'allow LEAD_OPEN']);
    }
    assert.equal(answer(mapp, bound('poc'), AFTER), 'allow_reduced LEGAL_DUTY');
  },
);

rule(
  'R20',
  'a proof of concept is never released, to anybody',
  {
    in: 'examples/packs/oracle/programme.yaml',
    from: 'poc:                {customers: never,',
    to: 'poc:                {customers: T0,',
  },
  () => {
    const oracle = policyOf('oracle');
    const random = seeded(20);
    for (let i = 0; i < 5_000; i++) {
      const { facts, now } = randomCase(oracle, random);
      const poc = { ...facts, artifact: { ...facts.artifact, kind: 'poc' } } as const;
      assert.equal(decideRelease(oracle, poc, now).outcome, 'deny');
      assert.equal(decideRelease(oracle, poc, AFTER).outcome, 'deny');
    }
  },
);

rule(
  'R22',
  'nobody is told before everybody: two of one tier are always answered alike',
  {
    in: 'examples/packs/oracle/programme.yaml',
    from: 'advisory:           {customers: T0,',
    to: 'advisory:           {customers: 24h,',
  },
  () => {
    const oracle = policyOf('oracle');
    const random = seeded(22);
    const met = new Set<string>();
    for (let i = 0; i < 5_000; i++) {
      const [{ facts, now }, other] = [randomCase(oracle, random), randomCase(oracle, random)];
      if (facts.principal.kind === 'public' || other.facts.principal.kind === 'public') continue;
      const { outcome } = decideRelease(oracle, facts, now);
      const another = { ...facts, principal: other.facts.principal };
      assert.equal(decideRelease(oracle, another, now).outcome, outcome);
      if (now < facts.schedule.disclosureAt) assert.equal(outcome, 'deny');
      met.add(outcome);
    }
    assert.deepEqual([...met].sort(), ['allow', 'deny']);
  },
);

rule(
  'R23',
  'what concerns Linux alone is invisible to members who do not ship Linux',
  {
    in: 'policies/linux-distros/programme.yaml',
    from: 'unless: {alert.products: [other_unix, other], products: [linux]}',
    to: 'unless: {alert.products: [other_unix, other], products: [linux, other_unix]}',
  },
  () => {
    const distros = policyOf('linux-distros');
    const asked = (own: string[], affected: string[]): Asking => ({
      profile: { products: own },
      vulnerability: { products: affected, events: { ...NO_EVENTS, fixReadyAt: before(30) } },
    });
    for (const affected of [['linux'], ['linux_kernel'], ['linux', 'linux_kernel']]) {
      for (const now of [before(14), before(7), plus(T0, -1)]) {
        const hidden = answers(distros, asked(['other_unix'], affected), now);
        assert.deepEqual(hidden, ['deny NOT_AFFECTED_PLATFORM']);
        assert.deepEqual(answers(distros, asked(['linux'], affected), now), ['allow LEAD_OPEN']);
      }
      const turn = around(distros, asked(['other_unix'], affected), T0);
      assert.deepEqual(turn, ['deny NOT_AFFECTED_PLATFORM', 'allow LEAD_OPEN', 'allow LEAD_OPEN']);
    }
    const both = asked(['other_unix'], ['linux', 'other_unix']);
    assert.deepEqual(answers(distros, both, before(14)), ['allow LEAD_OPEN']);
  },
);

rule(
  'R24',
  'early notice is for what is remote or raises privileges; below 4.0 somebody must say so',
  {
    in: 'examples/packs/envoy/programme.yaml',
    from: 'alert.score: below 4.0',
    to: 'alert.score: below 3.9',
  },
  () => {
    const envoy = policyOf('envoy');
    const remote = { vector: 'network', score: 9.8 } as const;
    const open = ['deny TOO_EARLY', 'allow LEAD_OPEN', 'allow LEAD_OPEN'];
    assert.deepEqual(around(envoy, { vulnerability: remote }, before(21)), open);
    const escalating: Asking = {
      vulnerability: { vector: 'local', score: 9.8, impacts: ['privilege_escalation'] },
    };
    assert.deepEqual(around(envoy, escalating, before(21)), open);
    for (const vector of ['local', 'adjacent', 'physical', 'unknown'] as const) {
      const local: Asking = { vulnerability: { ...remote, vector, impacts: ['code_execution'] } };
      const [no, yes] = ['deny SEVERITY_TOO_LOW', 'allow LEAD_OPEN'];
      assert.equal(answer(envoy, local, before(21)), no);
      assert.deepEqual(around(envoy, local, T0), [no, yes, yes]);
    }
    const scored = (score: number | null): Asking => ({ vulnerability: { ...remote, score } });
    assert.equal(answer(envoy, scored(4), before(21)), 'allow LEAD_OPEN');
    for (const score of [3.9, 0, null]) {
      const [ask, yes] = ['hold HELD_FOR_REVIEW', 'allow LEAD_OPEN'];
      assert.equal(answer(envoy, scored(score), before(21)), ask);
      assert.deepEqual(around(envoy, scored(score), T0), [ask, yes, yes]);
    }
  },
);

rule(
  'R35',
  'a reporter who has accepted the embargo may have the patch before the list',
  {
    in: 'examples/packs/envoy/reporter.cedar',
    from: 'Involvement::"reporter"',
    to: 'Involvement::"upstream"',
  },
  () => {
    const envoy = policyOf('envoy');
    const ready = before(25);
    const patch = (tier: string, more: Asking = {}): Asking => ({
      tier,
      involvement: 'reporter',
      artifact: { kind: 'patch' },
      vulnerability: {
        ...{ severity: 'high', vector: 'network', score: 9.8 },
        events: { ...NO_EVENTS, fixReadyAt: ready },
      },
      ...more,
    });
    const turn = ['deny FIX_NOT_READY', 'allow LEAD_OPEN', 'allow LEAD_OPEN'];
    assert.deepEqual(around(envoy, patch('reporters'), ready), turn);
    assert.deepEqual(around(envoy, patch('distributors'), ready), turn);
    for (const consent of ['invited', 'no_embargo', 'declined', 'lapsed'] as const) {
      for (const now of [ready, before(1)]) {
        assert.equal(answer(envoy, patch('reporters', { consent }), now), 'deny NO_CONSENT');
      }
    }
    const other: Asking = { involvement: 'none' };
    assert.equal(answer(envoy, patch('distributors', other), ready), 'deny TOO_EARLY');
    assert.equal(answer(envoy, patch('distributors', other), before(21)), 'allow LEAD_OPEN');
    const [early, open] = ['deny TOO_EARLY', 'allow LEAD_OPEN'];
    assert.deepEqual(around(envoy, patch('reporters', other), T0), [early, open, open]);
    const advisory: Asking = { artifact: { kind: 'advisory' } };
    assert.equal(answer(envoy, patch('reporters', advisory), ready), 'deny TOO_EARLY');
  },
);

rule(
  'R36',
  'nothing is released before the invitee has accepted the embargo',
  {
    in: 'examples/packs/vultron/programme.yaml',
    from: 'unless: {consent: [signatory]}',
    to: 'unless: {consent: [signatory, invited]}',
  },
  () => {
    const vultron = policyOf('vultron');
    for (const consentMode of CONSENT_MODES) {
      for (const consent of CONSENTS) {
        const asked: Asking = { enrolment: { consentMode }, consent };
        const expected = consent === 'signatory' ? 'allow LEAD_OPEN' : 'deny NO_CONSENT';
        for (const now of [before(45), before(7), plus(T0, -1)]) {
          assert.deepEqual(answers(vultron, asked, now), [expected]);
        }
      }
    }
  },
);

rule(
  'R38',
  'whose own policy is shorter is told when no more of the embargo is left',
  {
    in: 'examples/packs/vultron/programme.yaml',
    from: 'when: {}, until: own_embargo_limit',
    to: 'when: {standing: [applicant]}, until: own_embargo_limit',
  },
  () => {
    const vultron = policyOf('vultron');
    const keeps = (days: number | null): Asking => ({
      profile: { maxEmbargoMs: days === null ? null : days * DAY_MS },
    });
    const turn = ['deny OWN_EMBARGO_LIMIT', 'allow LEAD_OPEN', 'allow LEAD_OPEN'];
    assert.deepEqual(around(vultron, keeps(5), before(5)), turn);
    assert.equal(changesAt(vultron, asking(vultron, keeps(5)), before(9)), before(5));
    for (const days of [null, 45, 60]) {
      assert.equal(answer(vultron, keeps(days), before(45)), 'allow LEAD_OPEN');
    }
  },
);

rule(
  'R39',
  'the employer of whoever coordinates an alert gets nothing of it, on any channel',
  {
    in: 'policies/openstack/programme.yaml',
    from: 'involvement: [conflicted]',
    to: 'involvement: [upstream]',
  },
  () => {
    const openstack = policyOf('openstack');
    for (const assurance of ASSURANCES) {
      const employer: Asking = { involvement: 'conflicted', assurance };
      for (const now of [before(14), before(5), plus(T0, -1)]) {
        const found = answers(openstack, employer, now);
        assert.deepEqual(found, ['deny CONFLICT_OF_INTEREST']);
      }
    }
    const [no, yes] = ['deny CONFLICT_OF_INTEREST', 'allow LEAD_OPEN'];
    assert.deepEqual(around(openstack, { involvement: 'conflicted' }, T0), [no, yes, yes]);
    for (const involvement of ['none', 'reporter', 'upstream'] as const) {
      assert.equal(answer(openstack, { involvement }, before(14)), yes);
    }
  },
);

rule(
  'R50',
  'a peer may be given only what it could have itself: a member whose wave is open',
  {
    in: 'policies/xen/membership.cedar',
    from: 'Standing::"active"',
    to: 'Standing::"applicant"',
  },
  () => {
    const xen = policyOf('xen');
    const turn = ['deny TOO_EARLY', 'allow LEAD_OPEN', 'allow LEAD_OPEN'];
    assert.deepEqual(around(xen, {}, before(14)), turn);
    for (const standing of ['applicant', 'suspended', 'removed', 'withdrawn'] as const) {
      assert.equal(answer(xen, { enrolment: { standing } }, before(1)), 'deny STANDING');
    }
    const outsider: Asking = { enrolment: { agreement: null } };
    assert.equal(answer(xen, outsider, before(1)), 'deny AGREEMENT_NOT_IN_FORCE');
  },
);

rule(
  'R52',
  'an aggregator without the addendum gets nothing that feeds are made of',
  {
    in: 'examples/packs/ais/programme.yaml',
    from: 'when: {roles: [aggregator], kind: [indicator, detection_rule]}',
    to: 'when: {roles: [cert], kind: [indicator, detection_rule]}',
  },
  () => {
    const ais = policyOf('ais');
    const asked = (
      roles: readonly ('aggregator' | 'vendor')[],
      signed: boolean,
      kind: (typeof ARTIFACT_KINDS)[number],
    ): Asking => ({
      profile: { roles, addenda: signed ? ['aggregator'] : [] },
      artifact: { kind },
    });
    for (const kind of ['indicator', 'detection_rule'] as const) {
      for (const now of [before(1), plus(T0, -1), T0, AFTER]) {
        const unsigned = answer(ais, asked(['aggregator', 'vendor'], false, kind), now);
        assert.equal(unsigned, 'deny ADDENDUM_MISSING');
        assert.equal(answer(ais, asked([], false, kind), now), 'deny ADDENDUM_MISSING');
        assert.equal(answer(ais, asked(['aggregator'], true, kind), now), 'allow LEAD_OPEN');
        assert.equal(answer(ais, asked(['vendor'], false, kind), now), 'allow LEAD_OPEN');
      }
    }
    const advisory = asked(['aggregator'], false, 'advisory');
    assert.equal(answer(ais, advisory, before(1)), 'allow LEAD_OPEN');
  },
);

rule(
  'R67',
  'a doubted CSIRT waits alone; while the platform may be compromised, all wait',
  {
    in: 'examples/packs/cra/programme.yaml',
    from: 'when: {doubt: [confidentiality]}',
    to: 'when: {doubt: [none]}',
  },
  () => {
    const cra = policyOf('cra');
    for (const now of [before(300), before(1), T0, AFTER]) {
      assert.equal(answer(cra, { doubted: true }, now), 'hold CONFIDENTIALITY_IN_DOUBT');
      assert.equal(answer(cra, { doubted: false }, now), 'allow LEAD_OPEN');
      for (const doubted of [true, false]) {
        const { outcome, reasons } = decideRelease(
          cra,
          asking(cra, { doubted, platform: 'compromised' }),
          now,
        );
        assert.equal(outcome, 'hold');
        assert.ok(reasons.some(({ code }) => code === 'PLATFORM_COMPROMISED'));
      }
    }
  },
);

rule(
  'R69',
  'an alert that a machine found has no early wave, where the pack says so',
  {
    in: 'examples/packs/kernel/programme.yaml',
    from: 'when: {alert.discovery: [ai]}',
    to: 'when: {alert.discovery: [human]}',
  },
  () => {
    const kernel = policyOf('kernel');
    const found = (discovery: 'ai' | 'human' | 'unknown'): Asking => ({
      vulnerability: { discovery },
    });
    for (const now of [before(7), before(1), plus(T0, -1)]) {
      assert.deepEqual(answers(kernel, found('ai'), now), ['deny NO_EMBARGO_POSSIBLE']);
      assert.deepEqual(answers(kernel, found('unknown'), now), ['hold HELD_FOR_REVIEW']);
      assert.deepEqual(answers(kernel, found('human'), now), ['allow LEAD_OPEN']);
    }
    const [no, yes] = ['deny NO_EMBARGO_POSSIBLE', 'allow LEAD_OPEN'];
    assert.deepEqual(around(kernel, found('ai'), T0), [no, yes, yes]);
    // The rule is a pack's own: the others give what a machine found in their ordinary waves.
    const mapp = policyOf('mapp');
    assert.equal(answer(mapp, found('ai'), instant(before(14))), yes);
  },
);
