import assert from 'node:assert/strict';
import type { AlertId, DeliveryId } from '../../../src/domain/ids.ts';
import { DAY_MS, formatInstant, HOUR_MS, parseInstant, plus } from '../../../src/domain/instant.ts';
import { breaches, type UseReport } from '../../../src/policy/use/breach.ts';
import { type Child, childFaults, revokedBelow } from '../../../src/policy/use/child.ts';
import { discussionReaders, exportable } from '../../../src/policy/use/discussion.ts';
import { missingAddendum, usePermissions } from '../../../src/policy/use/grant.ts';
import { checkUse, mayShare, type Peer } from '../../../src/policy/use/request.ts';
import { safeToSay } from '../../../src/policy/use/say.ts';
import { termsOn, type UseSection } from '../../../src/policy/use/section.ts';
import { firm } from '../../support/membership.ts';
import { rule } from '../../support/rule.ts';
import { listed, mayUse, RECEIPT, T0, use, useFacts } from '../../support/use-facts.ts';

const codes = (section: UseSection, reports: readonly UseReport[]) =>
  breaches(section, useFacts(), reports).map(({ code, report }) => `${report} ${code}`);

rule(
  'R18',
  'patch source is barred for three calendar months from receipt, while binaries may ship',
  {
    in: 'src/policy/use/grant.ts',
    from: 'plus(plusMonths(start, months), ms)',
    to: 'plus(start, months * 30 * 86_400_000 + ms)',
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  distribute_source: {from: receipt + 3 months, to: anyone, kinds: [patch]}
  distribute_binary: {from: receipt, to: anyone, kinds: [patch]}
`);
    const ends = [
      ['2025-07-03T09:30:00Z', '2025-10-03T09:30:00Z'],
      ['2025-11-30T23:59:59Z', '2026-02-28T23:59:59Z'],
      ['2027-11-30T08:00:00Z', '2028-02-29T08:00:00Z'],
      ['2025-10-31T00:00:00Z', '2026-01-31T00:00:00Z'],
    ] as const;
    for (const [receipt, end] of ends) {
      const facts = useFacts({ receivedAt: parseInstant(receipt) });
      const source = { permission: 'distribute_source', audience: 'anyone' } as const;
      const until = parseInstant(end);
      assert.equal(mayUse(section, facts, source, plus(until, -1)), 'TOO_EARLY', receipt);
      assert.equal(mayUse(section, facts, source, until), 'granted', receipt);
      assert.equal(mayUse(section, facts, source, plus(until, 1)), 'granted', receipt);
      const binary = { permission: 'distribute_binary', audience: 'anyone' } as const;
      assert.equal(mayUse(section, facts, binary, parseInstant(receipt)), 'granted');
      const from = usePermissions(section, facts, parseInstant(receipt)).map((each) => [
        each.permission,
        formatInstant(each.from),
      ]);
      assert.deepEqual(from, [
        ['distribute_binary', receipt],
        ['distribute_source', end],
      ]);
    }
  },
);

rule(
  'R40',
  'a hosted API server is deployed early only without user binaries and with a patch of it alone',
  {
    in: 'src/policy/use/grant.ts',
    from: 'scope.every((component)',
    to: 'scope.some((component)',
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  deploy_hosted: {from: receipt, if: [hosted, no_user_binary], patch_only: [apiserver]}
`);
    const all = useFacts({ holds: ['hosted', 'no_user_binary'], patchScope: ['apiserver'] });
    const deploy = (facts: typeof all) =>
      mayUse(section, facts, { permission: 'deploy_hosted' }, RECEIPT);
    assert.equal(deploy(all), 'granted');
    assert.equal(deploy({ ...all, holds: ['hosted'] }), 'CONDITION');
    assert.equal(deploy({ ...all, holds: ['no_user_binary'] }), 'CONDITION');
    assert.equal(deploy({ ...all, patchScope: ['apiserver', 'kubelet'] }), 'PATCH_SCOPE');
    assert.equal(deploy({ ...all, patchScope: ['kubelet'] }), 'PATCH_SCOPE');
    assert.equal(deploy({ ...all, patchScope: [] }), 'PATCH_SCOPE');
    assert.equal(deploy({ ...all, patchScope: null }), 'PATCH_SCOPE');
    assert.deepEqual(listed(section, { ...all, holds: [] }, RECEIPT), []);
  },
);

rule(
  'R41',
  'other hosted components are deployed early only where all users are internal, and only for them',
  {
    in: 'src/policy/use/parse.ts',
    from: "deploy_internal: 'self'",
    to: "deploy_internal: 'anyone'",
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  deploy_internal:
    - {from: receipt, if: [all_users_internal]}
    - {from: T0}
`);
    const internal = useFacts({ holds: ['all_users_internal'] });
    const deploy = { permission: 'deploy_internal' } as const;
    assert.equal(mayUse(section, internal, deploy, RECEIPT), 'granted');
    assert.equal(mayUse(section, useFacts(), deploy, RECEIPT), 'TOO_EARLY');
    assert.equal(mayUse(section, useFacts(), deploy, plus(T0, -1)), 'TOO_EARLY');
    assert.equal(mayUse(section, useFacts(), deploy, T0), 'granted');
    const outside = { ...deploy, audience: 'own_users' } as const;
    assert.equal(mayUse(section, internal, outside, RECEIPT), 'AUDIENCE');
  },
);

rule(
  'R42',
  'deployment is allowed on public systems too, updated software only to other members',
  {
    in: 'src/policy/use/parse.ts',
    from: "deploy_hosted: 'anyone'",
    to: "deploy_hosted: 'self'",
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  deploy_hosted: {from: receipt}
  distribute_binary: {from: receipt, to: members}
`);
    const to = (
      permission: 'deploy_hosted' | 'distribute_binary',
      audience: 'anyone' | 'members',
    ) => mayUse(section, useFacts(), { permission, audience }, RECEIPT);
    assert.equal(to('deploy_hosted', 'anyone'), 'granted');
    assert.equal(to('distribute_binary', 'members'), 'granted');
    assert.equal(to('distribute_binary', 'anyone'), 'AUDIENCE');
    const clients = { permission: 'distribute_binary', audience: 'clients' } as const;
    assert.equal(mayUse(section, useFacts(), clients, RECEIPT), 'AUDIENCE');
    const unwanted = useFacts({ permitted: ['read'] });
    assert.equal(
      mayUse(section, unwanted, { permission: 'deploy_hosted' }, RECEIPT),
      'NOT_PERMITTED',
    );
  },
);

rule(
  'R43',
  'a significantly different patch waits for the issuer’s yes, and silence is none',
  {
    in: 'src/policy/use/request.ts',
    from: 'const dueAt = plus(askedAt, policy.withinMs);',
    to: 'const dueAt = plus(askedAt, policy.withinMs); if (now > dueAt) return granted;',
  },
  () => {
    const section = use(`
different_patch: {ask_within: 24h}
permissions:
  deploy_hosted: {from: receipt}
`);
    const asked = {
      permission: 'deploy_hosted',
      audience: 'self',
      askedAt: RECEIPT,
      patchDiffers: true,
      answer: null,
    } as const;
    const due = plus(RECEIPT, 24 * HOUR_MS);
    const at = (now: typeof due) => checkUse(section, useFacts(), asked, now);
    const hold = { outcome: 'hold', question: 'PATCH_DIFFERS', dueAt: due } as const;
    assert.deepEqual(at(RECEIPT), { ...hold, overdue: false });
    assert.deepEqual(at(plus(due, -1)), { ...hold, overdue: false });
    assert.deepEqual(at(due), { ...hold, overdue: false });
    assert.deepEqual(at(plus(due, 1)), { ...hold, overdue: true });
    assert.deepEqual(at(plus(due, 365 * DAY_MS)), { ...hold, overdue: true });
    const answered = (yes: boolean, now: typeof due) =>
      mayUse(section, useFacts(), { ...asked, answer: { yes, at: due } }, now);
    assert.equal(answered(true, plus(due, -1)), 'hold');
    assert.equal(answered(true, due), 'granted');
    assert.equal(answered(true, plus(due, 1)), 'granted');
    assert.equal(answered(false, due), 'PATCH_DIFFERS');
    assert.equal(mayUse(section, useFacts(), { ...asked, patchDiffers: false }, due), 'granted');
  },
);

rule(
  'R44',
  'existence, id and date may be stated, each only where it is granted, and nothing else',
  {
    in: 'src/policy/use/say.ts',
    from: "fields.includes('id')",
    to: "fields.includes('existence')",
  },
  () => {
    const section = (fields: string) =>
      use(`
different_patch: allowed
permissions:
  announce_existence: {from: receipt, fields: [${fields}]}
`);
    const alert = {
      id: 'EX-471',
      disclosureAt: T0,
      title: 'Overflow in the page handler',
      cves: ['CVE-2025-99999'],
      impact: 'code execution',
      scope: 'all versions since 3',
    };
    const say = (fields: string, now = RECEIPT) =>
      safeToSay(alert, usePermissions(section(fields), useFacts(), RECEIPT), now);
    assert.deepEqual(say('existence, id, T0'), {
      fields: ['existence', 'id', 'T0'],
      text:
        'We have been told of a vulnerability alert EX-471 before its publication. ' +
        'It will be published on 8 July 2025 at 17:00 UTC.',
    });
    assert.equal(
      say('existence').text,
      'We have been told of a vulnerability alert before its publication.',
    );
    assert.match(say('existence, T0').text ?? '', /^(?!.*EX-471).*8 July 2025 at 17:00 UTC\.$/);
    assert.match(say('existence, T0', plus(T0, -1)).text ?? '', /will be published/);
    assert.match(say('existence, T0', T0).text ?? '', /was published/);
    assert.deepEqual(say('existence', plus(RECEIPT, -1)), { fields: [], text: null });
    assert.deepEqual(safeToSay(alert, [], RECEIPT), { fields: [], text: null });
  },
);

rule(
  'R45',
  'protections that were published before disclosure open a breach, those at disclosure do not',
  {
    in: 'src/policy/use/breach.ts',
    from: "inForce(grants, 'ship_detection',",
    to: "inForce(grants, 'build_protection',",
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  build_protection: {from: receipt}
  ship_detection: {from: T0, to: own_users}
`);
    const published = (report: string, at: typeof T0): UseReport => ({
      kind: 'protection',
      report,
      at,
      to: 'own_users',
    });
    const [ship] = usePermissions(section, useFacts(), RECEIPT).slice(-1);
    assert.deepEqual([ship?.permission, ship?.from], ['ship_detection', T0]);
    const found = codes(section, [
      published('before', plus(T0, -1)),
      published('at', T0),
      published('after', plus(T0, 1)),
      published('own find', plus(RECEIPT, -1)),
    ]);
    assert.deepEqual(found, ['before PROTECTION_NOT_PERMITTED']);
  },
);

rule(
  'R46',
  'every copy says that its text goes into no product, and text found in one opens a breach',
  {
    in: 'src/policy/use/breach.ts',
    from: "product: 'no_text_in_products'",
    to: "product: 'no_marketing'",
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  read: {from: receipt}
  test: {from: receipt}
terms:
  no_text_in_products: No text of the programme is copied into a product.
`);
    const grants = usePermissions(section, useFacts(), RECEIPT);
    assert.deepEqual(
      grants.map(({ permission, terms }) => [permission, terms]),
      [
        ['read', ['no_text_in_products']],
        ['test', ['no_text_in_products']],
      ],
    );
    assert.deepEqual(termsOn(section, 'copy'), ['no_text_in_products']);
    const hit: UseReport = { kind: 'text', report: 'match', at: T0, found: 'product' };
    assert.deepEqual(codes(section, [hit]), ['match TEXT_IN_PRODUCT']);
    assert.deepEqual(codes(use('different_patch: allowed\npermissions: {}'), [hit]), []);
  },
);

rule(
  'R47',
  'binaries of the fix that went out before disclosure open a breach',
  {
    in: 'src/policy/use/breach.ts',
    from: "report.form === 'source'",
    to: "report.form === 'binary'",
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  distribute_binary: {from: T0, to: anyone}
  distribute_source: {from: receipt, to: anyone}
`);
    const sent = (at: typeof T0): UseReport => ({
      kind: 'distribution',
      report: 'image',
      at,
      form: 'binary',
      to: 'own_users',
    });
    const breach = ['image DISTRIBUTION_NOT_PERMITTED'];
    assert.deepEqual(codes(section, [sent(RECEIPT)]), breach);
    assert.deepEqual(codes(section, [sent(plus(T0, -1))]), breach);
    assert.deepEqual(codes(section, [sent(T0)]), []);
    assert.deepEqual(codes(section, [sent(plus(T0, 1))]), []);
    const asked = { permission: 'distribute_binary', audience: 'own_users' } as const;
    const request = { ...asked, askedAt: RECEIPT, patchDiffers: false, answer: null };
    assert.deepEqual(checkUse(section, useFacts(), request, plus(T0, -1)), {
      outcome: 'refused',
      reason: 'TOO_EARLY',
      changesAt: T0,
    });
    assert.equal(mayUse(section, useFacts(), asked, T0), 'granted');
  },
);

rule(
  'R48',
  'the agreement and every copy forbid use in marketing, and a use there opens a breach',
  {
    in: 'src/policy/use/section.ts',
    from: "no_marketing: ['agreement', 'copy']",
    to: "no_marketing: ['copy']",
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  read: {from: receipt}
terms:
  no_marketing: Membership and alerts are not used in marketing.
`);
    assert.deepEqual(termsOn(section, 'agreement'), ['no_marketing']);
    assert.deepEqual(termsOn(section, 'copy'), ['no_marketing']);
    assert.deepEqual(usePermissions(section, useFacts(), RECEIPT)[0]?.terms, ['no_marketing']);
    const advertised: UseReport = { kind: 'text', report: 'advert', at: T0, found: 'marketing' };
    assert.deepEqual(codes(section, [advertised]), ['advert MARKETING']);
  },
);

rule(
  'R49',
  'a derived embargo is no laxer than its parent, and a removal there revokes copies here',
  {
    in: 'src/policy/use/child.ts',
    from: 'child.disclosureAt >= parent.disclosureAt',
    to: 'child.disclosureAt > parent.disclosureAt',
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  test: {from: receipt}
  deploy_hosted: {from: receipt}
  distribute_binary: {from: T0, to: members}
`);
    const grants = usePermissions(section, useFacts(), RECEIPT);
    const parent = { disclosureAt: T0, grants };
    const faults = (disclosureAt: typeof T0, changed: Partial<(typeof grants)[number]> = {}) =>
      childFaults(parent, {
        disclosureAt,
        grants: grants.map((each) =>
          each.permission === 'distribute_binary' ? { ...each, ...changed } : each,
        ),
      }).map(({ code, permission }) => permission ?? code);
    assert.deepEqual(faults(plus(T0, -1)), ['BEFORE_PARENT']);
    assert.deepEqual(faults(T0), []);
    assert.deepEqual(faults(plus(T0, 1)), []);
    assert.deepEqual(faults(T0, { permission: 'distribute_source' }), ['distribute_source']);
    assert.deepEqual(faults(T0, { audience: 'anyone' }), ['distribute_binary']);
    assert.deepEqual(faults(T0, { audience: 'peers' }), []);
    assert.deepEqual(faults(T0, { from: plus(T0, -1) }), ['distribute_binary']);
    assert.deepEqual(faults(T0, { from: plus(T0, 1) }), []);
    assert.deepEqual(childFaults(parent, { disclosureAt: T0, grants: grants.slice(1) }), []);

    const child = (alert: string, above: string, host: string, names: string[]): Child => ({
      alert: alert as AlertId,
      parent: above as AlertId,
      host: firm(host),
      copies: names.map((name) => ({
        delivery: `${alert} ${name}` as DeliveryId,
        participant: firm(name),
      })),
    });
    const children = [
      child('child', 'top', 'host', ['ann', 'sub']),
      child('grandchild', 'child', 'sub', ['ann', 'ben']),
      child('elsewhere', 'other', 'host', ['ann']),
    ];
    const removes = (name: string) =>
      revokedBelow({ alert: 'top' as AlertId, participant: firm(name) }, children);
    assert.deepEqual(removes('ann'), ['child ann', 'grandchild ann']);
    assert.deepEqual(removes('sub'), ['child sub', 'grandchild ann', 'grandchild ben']);
    assert.deepEqual(removes('host'), [
      ...['child ann', 'child sub'],
      ...['grandchild ann', 'grandchild ben'],
    ]);
    assert.deepEqual(removes('nobody'), []);
  },
);

rule(
  'R50',
  'peers are security teams of members whose same wave is open, over a controlled channel',
  {
    in: 'src/policy/use/request.ts',
    from: 'now < opensAt',
    to: 'now <= opensAt',
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  share_peers: {from: receipt}
`);
    const opensAt = plus(RECEIPT, HOUR_MS);
    const peer: Peer = { standing: 'active', security: true, opensAt, release: 'allow' };
    const share = (change: Partial<Peer> = {}, now = opensAt, controlled = true) => {
      const sharing = { opensAt, peer: { ...peer, ...change }, controlled };
      const answer = mayShare(section, useFacts(), sharing, now);
      return answer.outcome === 'refused' ? answer.reason : answer.outcome;
    };
    assert.equal(share({}, plus(opensAt, -1)), 'PEER_WAVE_NOT_OPEN');
    assert.equal(share(), 'granted');
    assert.equal(share({}, plus(opensAt, 1)), 'granted');
    assert.equal(share({ standing: null }), 'PEER_NOT_MEMBER');
    assert.equal(share({ standing: 'suspended' }), 'PEER_NOT_MEMBER');
    assert.equal(share({ security: false }), 'PEER_NOT_SECURITY');
    assert.equal(share({ opensAt: null }), 'PEER_OTHER_WAVE');
    assert.equal(share({ opensAt: plus(opensAt, 1) }, T0), 'PEER_OTHER_WAVE');
    assert.equal(share({ release: 'deny' }), 'PEER_NOT_RELEASED');
    assert.equal(share({ release: 'allow_reduced' }), 'PEER_NOT_RELEASED');
    assert.equal(share({}, opensAt, false), 'NOT_CONTROLLED');
    const own = mayShare(
      section,
      useFacts({ permitted: ['read'] }),
      { opensAt, peer, controlled: true },
      opensAt,
    );
    assert.deepEqual(own, { outcome: 'refused', reason: 'NOT_PERMITTED', changesAt: null });
  },
);

rule(
  'R51',
  'disclosure opens no discussion, and nothing of one goes into what is public',
  {
    in: 'src/policy/use/discussion.ts',
    from: "if (section.terms.has('discussion_confidential'))",
    to: "if (section.terms.has('discussion_confidential') && now < disclosureAt)",
  },
  () => {
    const open = use('different_patch: allowed\npermissions: {}');
    const closed = use(`
different_patch: allowed
permissions: {}
terms: {discussion_confidential: What is said here stays here.}
`);
    const sources = [
      { id: 'advisory', from: 'author' },
      { id: 'thread', from: 'discussion' },
    ] as const;
    const ids = (section: UseSection, now: typeof T0) =>
      exportable(section, sources, T0, now).map(({ id }) => id);
    for (const now of [plus(T0, -1), T0, plus(T0, 1), plus(T0, 3650 * DAY_MS)]) {
      assert.equal(discussionReaders(closed, T0, now), 'participants');
      assert.deepEqual(ids(closed, now), ['advisory']);
    }
    assert.equal(discussionReaders(open, T0, plus(T0, -1)), 'participants');
    assert.equal(discussionReaders(open, T0, T0), 'anyone');
    assert.deepEqual(ids(open, T0), ['advisory', 'thread']);
    assert.deepEqual(termsOn(closed, 'copy'), ['discussion_confidential']);
  },
);

rule(
  'R52',
  'an aggregator without the addendum has no use of indicators, and gets neither them nor feeds',
  {
    in: 'src/policy/use/grant.ts',
    from: '!addenda.includes(each.addendum)',
    to: 'addenda.includes(each.addendum)',
  },
  () => {
    const section = use(`
different_patch: allowed
permissions:
  read: {from: receipt}
addenda:
  aggregator: {asked_of: [aggregator], kinds: [indicator], feeds: true}
`);
    const unsigned = useFacts({ roles: ['vendor', 'aggregator'], kind: 'indicator' });
    const signed = { ...unsigned, addenda: ['aggregator'] } as const;
    const other = useFacts({ kind: 'indicator' });
    assert.equal(missingAddendum(section, unsigned, 'indicator'), 'aggregator');
    assert.equal(missingAddendum(section, unsigned, 'feed'), 'aggregator');
    assert.equal(missingAddendum(section, unsigned, 'advisory'), null);
    assert.equal(missingAddendum(section, signed, 'indicator'), null);
    assert.equal(missingAddendum(section, other, 'feed'), null);
    const read = { permission: 'read' } as const;
    assert.equal(mayUse(section, unsigned, read, RECEIPT), 'ADDENDUM');
    assert.equal(mayUse(section, { ...unsigned, kind: 'advisory' }, read, RECEIPT), 'granted');
    assert.equal(mayUse(section, signed, read, RECEIPT), 'granted');
    assert.equal(mayUse(section, other, read, RECEIPT), 'granted');
  },
);
