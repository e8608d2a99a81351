import assert from 'node:assert/strict';
import { DAY_MS, type Instant, parseInstant, plus } from '../../../src/domain/instant.ts';
import type { Exception, Roll } from '../../../src/policy/eligibility/application.ts';
import { accept, assess } from '../../../src/policy/eligibility/assess.ts';
import { type MemberFacts, reviewStanding } from '../../../src/policy/eligibility/review.ts';
import type { EligibilitySection } from '../../../src/policy/eligibility/section.ts';
import {
  answer,
  application,
  eligibility,
  firm,
  ISSUER,
  member,
  memberFacts,
  NOBODY,
  person,
  SINCE,
  shown,
  verdict,
} from '../../support/membership.ts';
import { rule } from '../../support/rule.ts';

const yes = answer({ form: 'yes', value: true });
const number = (value: number) => answer({ form: 'number', value }, shown(null));
const words = (...of: string[]) => answer({ form: 'words', words: of });

const ATTESTED = `
criteria:
  ships: {kind: attestation, says: Ships products}
`;

/** What a review run comes to, in words. */
function reviewed(section: EligibilitySection, facts: MemberFacts, now: Instant, roll = NOBODY) {
  const { change, opens, notices } = reviewStanding(section, facts, roll, now);
  return {
    standing: change?.to ?? null,
    causes: (change?.causes ?? []).map(({ reason }) => reason),
    opens: opens.map(({ reason }) => reason),
    notices: notices.map(({ reason, standing }) => `${reason} ${standing ?? 'review'}`),
  };
}

const NOTHING = { standing: null, causes: [], opens: [], notices: [] };

rule(
  'R25',
  'with 10 end users active an 11th waits, and whoever waits longer comes first',
  {
    in: 'src/policy/eligibility/seats.ts',
    from: 'taken + ahead < seats',
    to: 'taken + ahead <= seats',
  },
  () => {
    const section = eligibility(`seats: {end_user: 10, vendor: unlimited}${ATTESTED}`);
    const users = (count: number): Roll => ({
      members: Array.from({ length: count }, (_, i) => member(`m${i}`, 'active', ['end_user'])),
      waiting: [],
    });
    const asks = application({ ships: yes });
    assert.equal(verdict(section, asks, users(9)), 'acceptable MET');
    assert.equal(verdict(section, asks, users(10)), 'waiting MET SEATS_FULL');
    assert.equal(accept(section, asks, users(10), ISSUER, SINCE).refused, 'waiting');
    assert.deepEqual(assess(section, asks, users(10), SINCE).waiting, [
      { role: 'end_user', place: 1 },
    ]);
    const vendor = application({ ships: yes }, { roles: ['vendor'] });
    assert.equal(verdict(section, vendor, users(10)), 'acceptable MET');
    const before = { applicant: firm('other'), roles: asks.roles, since: plus(SINCE, -1) };
    const one = { members: users(9).members, waiting: [before] };
    assert.deepEqual(assess(section, asks, one, SINCE).waiting, [{ role: 'end_user', place: 2 }]);
    const after = { ...before, since: plus(SINCE, 1) };
    assert.equal(verdict(section, asks, { ...one, waiting: [after] }), 'acceptable MET');
  },
);

rule(
  'R26',
  'a user with 299,999 guests fails and one with 300,000 passes; distributors are not asked',
  {
    in: 'src/policy/eligibility/criterion.ts',
    from: 'criterion.of.some((role) => roles.includes(role))',
    to: 'criterion.of.some((role) => !roles.includes(role))',
  },
  () => {
    const section = eligibility(`
seats: {end_user: unlimited, distributor: unlimited}
criteria:
  guests:
    kind: minimum
    says: Runs at least 300,000 guests
    least: 300000
    asked_of: [end_user]
    evidence: {checked_by: reviewer, on_expiry: removed}
`);
    const guests = (count: number) => verdict(section, application({ guests: number(count) }));
    assert.equal(guests(299_999), 'refused BELOW_MINIMUM');
    assert.equal(guests(300_000), 'acceptable MET');
    assert.equal(guests(300_001), 'acceptable MET');
    assert.equal(verdict(section, application({}, { roles: ['distributor'] })), 'acceptable');
  },
);

rule(
  'R27',
  'a provider that protects 9,999 users fails and one that protects 10,000 passes',
  {
    in: 'src/policy/eligibility/criterion.ts',
    from: 'said.value >= criterion.least',
    to: 'String(said.value) >= String(criterion.least)',
  },
  () => {
    const section = eligibility(`
seats: {security_provider: unlimited}
criteria:
  users:
    kind: minimum
    says: Protects at least 10,000 users
    least: 10000
    evidence: {checked_by: reviewer, on_expiry: review}
`);
    const users = (count: number) =>
      verdict(section, application({ users: number(count) }, { roles: ['security_provider'] }));
    assert.equal(users(9_999), 'refused BELOW_MINIMUM');
    assert.equal(users(10_000), 'acceptable MET');
    assert.equal(users(10_001), 'acceptable MET');
  },
);

rule(
  'R28',
  'one product for attack makes an applicant ineligible, and a member subject of a review',
  {
    in: 'src/policy/eligibility/criterion.ts',
    from: 'said.words.some((each)',
    to: 'said.words.every((each)',
  },
  () => {
    const section = eligibility(`
seats: {end_user: unlimited}
criteria:
  no_attack_tools:
    kind: must_not
    says: Sells neither penetration-testing tools nor exploit frameworks
    words: [pentest, exploit_framework]
`);
    const sells = (...products: string[]) => application({ no_attack_tools: words(...products) });
    assert.equal(verdict(section, sells('antivirus')), 'acceptable MET');
    assert.equal(verdict(section, sells()), 'acceptable MET');
    assert.equal(verdict(section, sells('antivirus', 'pentest')), 'refused EXCLUDED_ACTIVITY');
    assert.equal(verdict(section, sells('exploit_framework')), 'refused EXCLUDED_ACTIVITY');
    assert.deepEqual(
      reviewed(section, memberFacts(sells('antivirus', 'firewall')), SINCE),
      NOTHING,
    );
    const changed = memberFacts(sells('antivirus', 'pentest'));
    const opened = { reason: 'CRITERION_FAILED', criterion: 'no_attack_tools' } as const;
    assert.deepEqual(reviewed(section, changed, SINCE), {
      ...NOTHING,
      opens: ['CRITERION_FAILED'],
      notices: ['CRITERION_FAILED review'],
    });
    const again = reviewed(section, { ...changed, openReviews: [opened] }, SINCE);
    assert.deepEqual(again, NOTHING);
  },
);

rule(
  'R29',
  'signatures of third parties make ineligible, besides own ones too',
  {
    in: 'src/policy/eligibility/criterion.ts',
    from: 'said.words.every((each)',
    to: 'said.words.some((each)',
  },
  () => {
    const section = eligibility(`
seats: {end_user: unlimited}
criteria:
  own_signatures: {kind: one_of, says: Makes its own signatures, words: [in_house]}
`);
    const source = (...of: string[]) =>
      verdict(section, application({ own_signatures: words(...of) }));
    assert.equal(source('in_house'), 'acceptable MET');
    assert.equal(source('third_party'), 'refused NOT_ONE_OF');
    assert.equal(source('in_house', 'third_party'), 'refused NOT_ONE_OF');
  },
);

rule(
  'R30',
  'a rebuild of a member’s product is ineligible without an exception of a person with a reason',
  {
    in: 'src/policy/eligibility/criterion.ts',
    from: "exception.reason.trim() !== ''",
    to: "exception.reason.trim() === ''",
  },
  () => {
    const yaml = (exceptions: boolean) => `
seats: {distributor: unlimited}
criteria:
  no_rebuild: {kind: not_rebuild, says: Rebuilds no member's product, exceptions: ${exceptions}}
`;
    const roll = { members: [member('origin'), member('gone', 'removed')], waiting: [] };
    const rebuilds = (of: string | null, exceptions: Record<string, Exception> = {}) =>
      application(
        { no_rebuild: answer({ form: 'rebuild', of: of === null ? null : firm(of) }) },
        { roles: ['distributor'], exceptions },
      );
    const section = eligibility(yaml(true));
    assert.equal(verdict(section, rebuilds(null), roll), 'acceptable MET');
    assert.equal(verdict(section, rebuilds('gone'), roll), 'acceptable MET');
    assert.equal(verdict(section, rebuilds('origin'), roll), 'refused REBUILD_OF_MEMBER');
    const by = (reason: string) => ({ no_rebuild: { approver: person('ines'), reason } });
    assert.equal(
      verdict(section, rebuilds('origin', by('more ports')), roll),
      'acceptable EXCEPTION',
    );
    assert.equal(verdict(section, rebuilds('origin', by(' ')), roll), 'refused REBUILD_OF_MEMBER');
    const strict = eligibility(yaml(false));
    const excused = rebuilds('origin', by('more ports'));
    assert.equal(verdict(strict, excused, roll), 'refused REBUILD_OF_MEMBER');
  },
);

rule(
  'R31',
  'a member whose certificate has expired is removed by the next review run, and told',
  {
    in: 'src/policy/eligibility/review.ts',
    from: 'if (until === null || until >= now) return [];',
    to: 'if (until === null || until > now) return [];',
  },
  () => {
    const section = eligibility(`
seats: {end_user: unlimited}
criteria:
  certified:
    kind: attestation
    says: Its distribution is certified
    evidence: {checked_by: public_list, on_expiry: removed}
`);
    const expires = parseInstant('2025-06-30T00:00:00Z');
    const certificate = shown(expires, { checkedBy: 'public_list' });
    const certified = answer({ form: 'yes', value: true }, certificate);
    const facts = memberFacts(application({ certified }));
    const removed = {
      standing: 'removed',
      causes: ['EVIDENCE_EXPIRED'],
      opens: [],
      notices: ['EVIDENCE_EXPIRED removed'],
    };
    assert.deepEqual(reviewed(section, facts, plus(expires, -1)), NOTHING);
    assert.deepEqual(reviewed(section, facts, expires), NOTHING);
    assert.deepEqual(reviewed(section, facts, plus(expires, 1)), removed);
    const suspended = { ...facts, standing: 'suspended' } as const;
    assert.deepEqual(reviewed(section, suspended, plus(expires, 1)), removed);
    const gone = { ...facts, standing: 'removed' } as const;
    assert.deepEqual(reviewed(section, gone, plus(expires, 1)), NOTHING);
  },
);

rule(
  'R32',
  'only an active member can vouch, and neither it nor its person accepts',
  {
    in: 'src/policy/eligibility/criterion.ts',
    from: "sponsor?.standing === 'active'",
    to: 'sponsor !== undefined',
  },
  () => {
    const section = eligibility(`
seats: {end_user: unlimited}
criteria:
  vouched: {kind: sponsor, says: A member vouches for it}
`);
    const said = { form: 'sponsor', member: firm('sponsor'), person: person('sam') } as const;
    const vouched = application({ vouched: answer(said) });
    const roll = (...members: Roll['members']): Roll => ({ members, waiting: [] });
    const active = roll(member('sponsor'));
    assert.equal(verdict(section, vouched, active), 'acceptable MET');
    assert.equal(verdict(section, vouched), 'refused SPONSOR_NOT_ACTIVE');
    for (const standing of ['applicant', 'restricted', 'suspended', 'removed'] as const) {
      const other = roll(member('sponsor', standing));
      assert.equal(verdict(section, vouched, other), 'refused SPONSOR_NOT_ACTIVE', standing);
    }
    const by = (name: string, ...sides: string[]) =>
      accept(
        section,
        vouched,
        active,
        { person: person(name), sides: new Set(sides.map(firm)) },
        SINCE,
      ).refused;
    assert.equal(by('ines'), null);
    assert.equal(by('max', 'third'), null);
    assert.equal(by('sam'), 'approver_is_sponsor');
    assert.equal(by('max', 'third', 'sponsor'), 'approver_is_sponsor');
    assert.equal(by('max', 'applicant'), 'approver_is_applicant');
  },
);

rule(
  'R33',
  'an application that lacks one criterion’s evidence is accepted by nobody',
  {
    in: 'src/policy/eligibility/assess.ts',
    from: "if (counts.has('missing')) return 'incomplete';",
    to: "if (counts.has('missing')) return 'acceptable';",
  },
  () => {
    const section = eligibility(`
seats: {end_user: unlimited}
criteria:
  ships: {kind: attestation, says: Ships products, exceptions: true}
  public_record:
    kind: attestation
    says: Has a public record
    exceptions: true
    evidence: {checked_by: reviewer, on_expiry: review}
`);
    const shows = (evidence: Parameters<typeof answer>[1]) =>
      application(
        { ships: yes, public_record: answer({ form: 'yes', value: true }, evidence) },
        { exceptions: { public_record: { approver: person('ines'), reason: 'well known' } } },
      );
    const approvers = [
      ISSUER,
      { person: person('sam'), sides: new Set([firm('member')]) },
      { person: person('ann'), sides: new Set([firm('applicant')]) },
    ];
    for (const approver of approvers) {
      for (const lacking of [null, shown(null, { checkedBy: null }), shown(SINCE)]) {
        const answered = accept(section, shows(lacking), NOBODY, approver, SINCE);
        assert.equal(answered.refused, 'incomplete');
      }
      const unanswered = accept(section, application({ ships: yes }), NOBODY, approver, SINCE);
      assert.equal(unanswered.refused, 'incomplete');
    }
    assert.equal(accept(section, shows(shown(null)), NOBODY, ISSUER, SINCE).refused, null);
  },
);

rule(
  'R34',
  'alerts go to a team’s address, which is attested to forward nothing to a public tracker',
  {
    in: 'src/policy/eligibility/criterion.ts',
    from: 'said.notForwarded ?',
    to: '!said.notForwarded ?',
  },
  () => {
    const section = eligibility(`
seats: {end_user: unlimited}
criteria:
  address:
    kind: role_address
    says: Takes alerts at a team's address
    words: [security, psirt]
`);
    const at = (address: string, notForwarded: boolean) =>
      verdict(
        section,
        application({ address: answer({ form: 'address', address, notForwarded }) }),
      );
    assert.equal(at('security@example.org', true), 'acceptable MET');
    assert.equal(at('product-security@example.org', true), 'acceptable MET');
    assert.equal(at('security@example.org', false), 'refused FORWARDING_NOT_ATTESTED');
    assert.equal(at('ana.lind@example.org', true), 'refused ADDRESS_PERSONAL');
    assert.equal(at('ana+security@example.org', true), 'refused ADDRESS_PERSONAL');
    assert.equal(at('securityteam', true), 'refused ADDRESS_MALFORMED');
  },
);

rule(
  'R62',
  'a value score below the bar in each of the last 3 alerts opens a review',
  {
    in: 'src/policy/eligibility/review.ts',
    from: 'score < value.least',
    to: 'score <= value.least',
  },
  () => {
    const section = eligibility(`seats: {end_user: unlimited}${ATTESTED}
review: {every: 365d, grace: 30d, value: {least: 2, alerts: 3}}
`);
    const run = (...scores: number[]) =>
      reviewed(section, memberFacts(application({ ships: yes }), { scores }), SINCE);
    const opened = {
      ...NOTHING,
      opens: ['NO_VALUE_ADDED'],
      notices: ['NO_VALUE_ADDED review'],
    };
    assert.deepEqual(run(0, 1), NOTHING);
    assert.deepEqual(run(0, 1, 1), opened);
    assert.deepEqual(run(0, 1, 2), NOTHING);
    assert.deepEqual(run(2, 0, 0), NOTHING);
    assert.deepEqual(run(9, 0, 1, 0), opened);
  },
);

rule(
  'R64',
  'a year after it last qualified a member is restricted, and removed when the grace is over',
  {
    in: 'src/policy/eligibility/review.ts',
    from: 'now >= dueAt',
    to: 'now > dueAt',
  },
  () => {
    const section = eligibility(`seats: {end_user: unlimited}${ATTESTED}
review: {every: 365d, grace: 30d}
`);
    const facts = memberFacts(application({ ships: yes }));
    const dueAt = plus(SINCE, 365 * DAY_MS);
    const overAt = plus(dueAt, 30 * DAY_MS);
    const restricted = {
      standing: 'restricted',
      causes: ['REQUALIFICATION_DUE'],
      opens: [],
      notices: ['REQUALIFICATION_DUE restricted'],
    };
    const removed = {
      standing: 'removed',
      causes: ['REQUALIFICATION_OVERDUE'],
      opens: [],
      notices: ['REQUALIFICATION_OVERDUE removed'],
    };
    assert.deepEqual(reviewed(section, facts, plus(dueAt, -1)), NOTHING);
    assert.deepEqual(reviewed(section, facts, dueAt), restricted);
    assert.deepEqual(reviewed(section, facts, plus(dueAt, 1)), restricted);
    const late = { ...facts, standing: 'restricted' } as const;
    assert.deepEqual(reviewed(section, late, dueAt), NOTHING);
    assert.deepEqual(reviewed(section, late, plus(overAt, -1)), NOTHING);
    assert.deepEqual(reviewed(section, late, overAt), removed);
    assert.deepEqual(reviewed(section, facts, plus(overAt, 1)), removed);
    const anew = { ...late, standing: 'active', qualifiedAt: overAt } as const;
    assert.deepEqual(reviewed(section, anew, overAt), NOTHING);
  },
);
