/** The sections of the packs that ship: each says what its programme published, at the boundary. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../src/domain/instant.ts';
import { UNASSESSED } from '../../src/domain/vulnerability.ts';
import { assess } from '../../src/policy/eligibility/assess.ts';
import { parsePack } from '../../src/policy/pack.ts';
import type { TimingFacts } from '../../src/policy/timing/clock.ts';
import { usePermissions } from '../../src/policy/use/grant.ts';
import { safeToSay } from '../../src/policy/use/say.ts';
import { termsOn } from '../../src/policy/use/section.ts';
import { answer, application, firm, member, SINCE, shown } from '../support/membership.ts';
import { packFiles } from '../support/packs.ts';
import { at, verdicts, withEvents } from '../support/timing.ts';
import { mayUse, RECEIPT, T0, useFacts } from '../support/use-facts.ts';

/** The parts of a pack that are not its table; each must be there. */
function sectionsOf(name: string) {
  const { eligibility, use, duties, embargo } = parsePack(packFiles(name)).table;
  assert.ok(eligibility !== null && use !== null);
  return { eligibility, use, duties, embargo };
}

/** The findings on one criterion, when nothing else is answered. */
function finding(
  name: string,
  criterion: string,
  said: Parameters<typeof answer>,
  role: 'end_user' | 'distributor' | 'security_provider' = 'distributor',
): string | undefined {
  const { eligibility } = sectionsOf(name);
  const asks = application({ [criterion]: answer(...said) }, { roles: [role] });
  const roll = { members: [member('member')], waiting: [] };
  const { findings } = assess(eligibility, asks, roll, SINCE);
  return findings.find((each) => each.criterion === criterion)?.code;
}

describe('kubernetes', () => {
  const { use, duties } = sectionsOf('kubernetes');
  const hosted = useFacts({ holds: ['hosted', 'no_user_binary'], patchScope: ['apiserver'] });
  const early = plus(T0, -1);

  test('a hosted API server may be patched early, and nothing else that users can reach', () => {
    const deploy = { permission: 'deploy_hosted' } as const;
    assert.equal(mayUse(use, hosted, deploy, RECEIPT), 'granted');
    for (const short of [
      { ...hosted, holds: ['hosted'] as const },
      { ...hosted, patchScope: ['kubelet'] },
      { ...hosted, patchScope: null },
    ]) {
      assert.equal(mayUse(use, short, deploy, early), 'TOO_EARLY');
      assert.equal(mayUse(use, short, deploy, T0), 'granted');
    }
  });

  test('other components only where all users are internal; no binary before disclosure', () => {
    const internal = useFacts({ holds: ['hosted', 'all_users_internal'] });
    const deploy = { permission: 'deploy_internal' } as const;
    assert.equal(mayUse(use, internal, deploy, RECEIPT), 'granted');
    assert.equal(mayUse(use, hosted, deploy, early), 'TOO_EARLY');
    const binary = { permission: 'distribute_binary', audience: 'anyone' } as const;
    assert.equal(mayUse(use, hosted, binary, early), 'TOO_EARLY');
    assert.equal(mayUse(use, hosted, binary, T0), 'granted');
  });

  test('a rebuild is refused; a certification that lapses removes and shuts', () => {
    const rebuilds = (of: string | null) =>
      finding('kubernetes', 'no_rebuild', [{ form: 'rebuild', of: of === null ? null : firm(of) }]);
    assert.equal(rebuilds('member'), 'REBUILD_OF_MEMBER');
    assert.equal(rebuilds(null), 'MET');
    const { eligibility } = sectionsOf('kubernetes');
    const certified = eligibility.criteria.find(({ code }) => code === 'cncf_certified');
    assert.deepEqual(certified?.evidence?.onExpiry, 'removed');
    assert.equal(certified?.gatesRelease, true);
    assert.equal(duties.leakReportMs, 24 * HOUR_MS);
    assert.equal(duties.repeatedBreach?.count, 2);
  });
});

describe('xen', () => {
  const { use } = sectionsOf('xen');

  test('deployment in public is allowed early, updated software to members alone', () => {
    const to = (
      permission: 'deploy_hosted' | 'distribute_binary',
      audience: 'anyone' | 'members',
    ) => mayUse(use, useFacts(), { permission, audience }, RECEIPT);
    assert.equal(to('deploy_hosted', 'anyone'), 'granted');
    assert.equal(to('distribute_binary', 'members'), 'granted');
    assert.equal(to('distribute_binary', 'anyone'), 'TOO_EARLY');
    // Where the advisory does not allow it, nobody deploys.
    const silent = useFacts({ permitted: ['read', 'test'] });
    const deploy = { permission: 'deploy_hosted' } as const;
    assert.equal(mayUse(use, silent, deploy, RECEIPT), 'NOT_PERMITTED');
  });

  test('a patch that differs significantly is asked about, and silence is no yes', () => {
    const asked = { permission: 'deploy_hosted', patchDiffers: true } as const;
    assert.equal(mayUse(use, useFacts(), asked, plus(RECEIPT, 90 * DAY_MS)), 'hold');
  });

  test('existence, number and date may be said, and nothing else', () => {
    const grants = usePermissions(use, useFacts(), RECEIPT);
    const { fields, text } = safeToSay({ id: 'XSA-1', disclosureAt: T0 }, grants, RECEIPT);
    assert.deepEqual(fields, ['existence', 'id', 'T0']);
    assert.match(text ?? '', /alert XSA-1 before/);
    assert.ok(grants.some(({ permission }) => permission === 'share_peers'));
  });

  test('an organisation needs 300,000 guests, a vendor none; an address is a role', () => {
    const guests = (count: number) =>
      finding('xen', 'guests', [{ form: 'number', value: count }, shown(null)], 'end_user');
    assert.equal(guests(299_999), 'BELOW_MINIMUM');
    assert.equal(guests(300_000), 'MET');
    assert.equal(finding('xen', 'guests', [{ form: 'number', value: 1 }]), undefined);
    const address = (local: string, notForwarded = true) =>
      finding('xen', 'alias', [
        { form: 'address', address: `${local}@aldgate.example`, notForwarded },
      ]);
    assert.equal(address('xen-security'), 'MET');
    assert.notEqual(address('ines.aldgate'), 'MET');
    assert.notEqual(address('xen-security', false), 'MET');
  });
});

describe('mapp', () => {
  const { use } = sectionsOf('mapp');

  test('protections are built from the copy on and shipped from disclosure on', () => {
    const build = { permission: 'build_protection' } as const;
    const ship = { permission: 'ship_detection', audience: 'own_users' } as const;
    assert.equal(mayUse(use, useFacts(), build, RECEIPT), 'granted');
    assert.equal(mayUse(use, useFacts(), ship, plus(T0, -1)), 'TOO_EARLY');
    assert.equal(mayUse(use, useFacts(), ship, T0), 'granted');
    assert.deepEqual(termsOn(use, 'copy'), ['no_text_in_products']);
  });

  test('makers of attack tools, and of signatures bought in, are not admitted', () => {
    const asks = (criterion: string, ...words: string[]) =>
      finding('mapp', criterion, [{ form: 'words', words }], 'security_provider');
    assert.equal(asks('no_attack_tools', 'firewall'), 'MET');
    assert.notEqual(asks('no_attack_tools', 'firewall', 'pentest'), 'MET');
    assert.equal(asks('own_signatures', 'in_house'), 'MET');
    assert.notEqual(asks('own_signatures', 'third_party'), 'MET');
  });
});

describe('openssl, openstack, linux-distros', () => {
  test('openssl: no marketing, pre-announced a week before, reviews of who adds no value', () => {
    const { use, duties, eligibility } = sectionsOf('openssl');
    assert.deepEqual(termsOn(use, 'agreement'), ['no_marketing']);
    assert.equal(duties.preAnnouncementMs, 7 * DAY_MS);
    assert.deepEqual(eligibility.review?.value, { least: 1, alerts: 5 });
  });

  test('openstack: an embargo without a fix ends after 90 days; nothing is deployed early', () => {
    const { embargo, use } = sectionsOf('openstack');
    assert.equal(embargo.endsWithoutFixMs, 90 * DAY_MS);
    const deploy = { permission: 'deploy_hosted' } as const;
    assert.equal(mayUse(use, useFacts(), deploy, plus(T0, -1)), 'TOO_EARLY');
  });

  test('kubernetes: embargoes kept, a leak told of within a day, tests reported by T0', () => {
    const { duties } = sectionsOf('kubernetes');
    assert.deepEqual([duties.keepEmbargo, duties.leakReportMs], [true, DAY_MS]);
    assert.deepEqual(duties.statusReport, { from: 'T0', ms: 0 });
  });

  test('linux-distros: what was posted is published, exploits within seven days', () => {
    const { duties } = sectionsOf('linux-distros');
    assert.equal(duties.publish, 'always');
    assert.equal(duties.publishPocMs, 7 * DAY_MS);
  });
});

describe('the clocks of the packs', () => {
  /** What a pack's clock says of a notice and a disclosure. */
  const clock = (name: string) => {
    const { timing } = parsePack(packFiles(name)).table;
    assert.ok(timing !== null);
    return (...facts: [Instant, Instant, Partial<TimingFacts>?]) => verdicts(timing, ...facts);
  };
  const origins = { report: null, candidate_patch: null, release_start: null };
  const post = at('2026-03-02T10:00Z');

  test('linux-distros: 14 days, a warning above 7, a day at least; a kernel fix first', () => {
    const distros = clock('linux-distros');
    assert.deepEqual(distros(post, plus(post, 7 * DAY_MS)), []);
    assert.deepEqual(distros(post, plus(post, 14 * DAY_MS)), ['warn LONG_EMBARGO']);
    const long = ['reject MAX_EMBARGO', 'warn LONG_EMBARGO'];
    assert.deepEqual(distros(post, plus(post, 14 * DAY_MS + 1)), long);
    assert.deepEqual(distros(post, plus(post, DAY_MS - 1)), ['reject MIN_EMBARGO']);
    const extreme = { reasons: ['extreme'] };
    assert.deepEqual(distros(post, plus(post, 5 * HOUR_MS), extreme), []);
    const kernel = { vulnerability: { ...UNASSESSED, products: ['linux_kernel'] } };
    assert.deepEqual(distros(post, plus(post, 7 * DAY_MS), kernel), ['reject FIX_NOT_READY']);
  });

  test('kubernetes: told 7 to 28 days before, its text a day before, Tuesdays at 16:00', () => {
    const kubernetes = clock('kubernetes');
    const tuesday = at('2026-03-31T16:00Z');
    const told = (ms: number) => kubernetes(plus(tuesday, -ms), tuesday);
    assert.deepEqual(told(7 * DAY_MS), []);
    assert.deepEqual(told(7 * DAY_MS - 1), ['reject NOTICE_TOO_LATE']);
    assert.deepEqual(told(28 * DAY_MS), []);
    assert.deepEqual(told(28 * DAY_MS + 1), ['reject NOTICE_TOO_EARLY']);
    assert.deepEqual(kubernetes(post, at('2026-03-20T16:00Z')), ['warn WEEKDAY']);
    const now = plus(tuesday, -DAY_MS);
    assert.deepEqual(kubernetes(post, tuesday, { now, told: { list: at('2026-03-10T10:00Z') } }), [
      'hold FINAL_TEXT_OVERDUE',
    ]);
  });

  test('openstack and xen: business days, over Christmas too', () => {
    const openstack = clock('openstack');
    const told = at('2026-12-17T10:00Z');
    assert.deepEqual(openstack(told, at('2026-12-24T15:00Z')), []);
    assert.deepEqual(openstack(told, at('2026-12-23T15:00Z')), ['reject NOTICE_TOO_LATE']);
    const friday = ['reject WEEKDAY', 'reject HOLIDAY'];
    assert.deepEqual(openstack(told, at('2026-12-25T15:00Z')), friday);
    // Without Christmas and New Year ten business days would end on the last of December.
    assert.deepEqual(openstack(told, at('2027-01-05T15:00Z')), ['reject NOTICE_TOO_EARLY']);
    assert.deepEqual(openstack(at('2026-12-18T10:00Z'), at('2027-01-05T15:00Z')), []);
    const xen = clock('xen');
    const report = { origins: { ...origins, report: at('2026-12-21T10:00Z') } };
    const [due, end] = [at('2026-12-30T00:00Z', -1), at('2027-01-14T00:00Z', -1)];
    assert.deepEqual(xen(due, end, report), []);
    assert.deepEqual(xen(plus(due, 1), end, report), ['warn TRIAGE_OVERDUE']);
    assert.deepEqual(xen(due, plus(end, 1), report), ['warn DISCLOSURE_OVERDUE']);
  });

  test('kernel and envoy: from the start of a release, from the candidate patch', () => {
    const released = { origins: { ...origins, release_start: post }, now: post };
    const kernel = clock('kernel');
    const week = plus(post, 7 * DAY_MS);
    assert.deepEqual(kernel(post, week, released), []);
    assert.deepEqual(kernel(post, plus(week, 1), released), ['reject MAX_EMBARGO']);
    assert.deepEqual(kernel(post, plus(week, 1), { ...released, reasons: ['qa'] }), []);
    const ai = { ...released, vulnerability: { ...UNASSESSED, discovery: 'ai' } as const };
    assert.deepEqual(kernel(post, week, ai), ['reject NO_EMBARGO_POSSIBLE']);
    const patched = { origins: { ...origins, candidate_patch: post }, now: post };
    const envoy = clock('envoy');
    const weeks = plus(post, 21 * DAY_MS);
    assert.deepEqual(envoy(post, weeks, patched), []);
    assert.deepEqual(envoy(post, plus(weeks, 1), patched), ['reject MAX_EMBARGO']);
    const exceptional = { ...patched, reasons: ['exceptional'] };
    assert.deepEqual(envoy(post, plus(weeks, DAY_MS), exceptional), []);
    assert.deepEqual(envoy(post, at('2026-03-25T00:00Z'), exceptional), ['reject WINDOW']);
  });

  test('oracle: a note on the Thursday before; vultron: nothing public or exploited', () => {
    const oracle = clock('oracle');
    const tuesday = at('2026-07-21T20:00Z');
    const thursday = at('2026-07-16T20:00Z');
    assert.deepEqual(oracle(tuesday, tuesday, { now: thursday }), []);
    const missed = ['warn PRE_ANNOUNCEMENT_MISSED'];
    assert.deepEqual(oracle(tuesday, tuesday, { now: plus(thursday, 1) }), missed);
    const vultron = clock('vultron');
    const later = plus(post, 45 * DAY_MS);
    for (const event of ['publicAt', 'exploitedAt']) {
      const vulnerability = withEvents({ [event]: post });
      assert.deepEqual(vultron(post, later, { vulnerability }), ['reject NO_EMBARGO_POSSIBLE']);
    }
    assert.deepEqual(vultron(post, later), []);
  });
});
