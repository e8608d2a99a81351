/** The sections of the packs that ship: each says what its programme published, at the boundary. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY_MS, HOUR_MS, plus } from '../../src/domain/instant.ts';
import { assess } from '../../src/policy/eligibility/assess.ts';
import { parsePack } from '../../src/policy/pack.ts';
import { usePermissions } from '../../src/policy/use/grant.ts';
import { safeToSay } from '../../src/policy/use/say.ts';
import { termsOn } from '../../src/policy/use/section.ts';
import { answer, application, firm, member, SINCE, shown } from '../support/membership.ts';
import { packFiles } from '../support/packs.ts';
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

  test('linux-distros: what was posted is published, exploits within seven days', () => {
    const { duties } = sectionsOf('linux-distros');
    assert.equal(duties.publish, 'always');
    assert.equal(duties.publishPocMs, 7 * DAY_MS);
  });
});
