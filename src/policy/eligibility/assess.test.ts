import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  answer,
  application,
  eligibility,
  firm,
  ISSUER,
  member,
  NOBODY,
  person,
  SINCE,
  shown,
  verdict,
} from '../../../tests/support/membership.ts';
import { DAY_MS, instant, plus } from '../../domain/instant.ts';
import type { Said } from './application.ts';
import { accept, assess, shownCriteria } from './assess.ts';

const yes: Said = { form: 'yes', value: true };

const SECTION = eligibility(`
seats: {end_user: 2, vendor: 2, cert: unlimited}
criteria:
  first:
    kind: attestation
    says: First
    evidence: {checked_by: reviewer, valid: 10d, on_expiry: review}
  second: {kind: one_of, says: Second, words: [a, b], asked_of: [vendor]}
`);

describe('evidence counts', () => {
  const first = (...args: Parameters<typeof shown>) =>
    application({ first: answer(yes, shown(...args)) });
  const end = plus(SINCE, 10 * DAY_MS);

  test('until the pack’s time for it is over, to the millisecond', () => {
    assert.equal(verdict(SECTION, first(null), NOBODY, plus(end, -1)), 'acceptable MET');
    assert.equal(verdict(SECTION, first(null), NOBODY, end), 'incomplete EVIDENCE_EXPIRED');
  });

  test('until its own end, where that comes before', () => {
    const own = plus(SINCE, DAY_MS);
    assert.equal(verdict(SECTION, first(own), NOBODY, plus(own, -1)), 'acceptable MET');
    assert.equal(verdict(SECTION, first(own), NOBODY, own), 'incomplete EVIDENCE_EXPIRED');
    const later = first(plus(end, DAY_MS));
    assert.equal(verdict(SECTION, later, NOBODY, end), 'incomplete EVIDENCE_EXPIRED');
  });

  test('only when the one who has to check it has done so', () => {
    for (const checkedBy of [null, 'applicant', 'sponsor', 'public_list'] as const) {
      assert.equal(verdict(SECTION, first(null, { checkedBy })), 'incomplete EVIDENCE_UNCHECKED');
    }
    assert.equal(
      verdict(SECTION, application({ first: answer(yes) })),
      'incomplete EVIDENCE_MISSING',
    );
  });
});

test('an answer of the wrong form, or of no word, is no answer', () => {
  const wrong = answer({ form: 'number', value: 1 }, shown(null));
  assert.equal(verdict(SECTION, application({ first: wrong })), 'incomplete UNANSWERED');
  const none = { first: answer(yes, shown(null)), second: answer({ form: 'words', words: [] }) };
  const vendor = application(none, { roles: ['vendor'] });
  assert.equal(verdict(SECTION, vendor), 'incomplete MET UNANSWERED');
});

test('what fails outweighs what is missing, and that outweighs a seat', () => {
  const no = answer({ form: 'yes', value: false });
  const full = {
    members: [member('a', 'active', ['vendor']), member('b', 'restricted', ['vendor'])],
    waiting: [],
  };
  const vendor = (answers: Parameters<typeof application>[0]) =>
    verdict(SECTION, application(answers, { roles: ['vendor'] }), full);
  assert.equal(vendor({ first: no }), 'refused NOT_ATTESTED UNANSWERED SEATS_FULL');
  assert.equal(vendor({}), 'incomplete UNANSWERED UNANSWERED SEATS_FULL');
  const second = answer({ form: 'words', words: ['a'] });
  const first = answer(yes, shown(null));
  assert.equal(vendor({ first, second }), 'waiting MET MET SEATS_FULL');
});

test('whoever belongs to no class of the programme is refused, whatever it shows', () => {
  const first = answer(yes, shown(null));
  const other = application({ first }, { roles: ['upstream'] });
  assert.equal(verdict(SECTION, other), 'refused MET CLASS_NOT_ADMITTED');
  const none = application({ first }, { roles: [] });
  assert.equal(accept(SECTION, none, NOBODY, ISSUER, SINCE).refused, 'refused');
});

describe('a seat', () => {
  const first = answer(yes, shown(null));
  const user = application({ first });
  const seated = (...standings: Parameters<typeof member>[1][]) =>
    standings.map((standing, i) => member(`m${i}`, standing, ['end_user']));

  test('is kept for a suspended member, and free after a removal or a withdrawal', () => {
    const kept = { members: seated('restricted', 'suspended'), waiting: [] };
    assert.equal(verdict(SECTION, user, kept), 'waiting MET SEATS_FULL');
    const free = { members: seated('active', 'removed', 'withdrawn', 'applicant'), waiting: [] };
    assert.equal(verdict(SECTION, user, free), 'acceptable MET');
  });

  test('is not asked for twice by whoever has one', () => {
    const members = [...seated('active'), member('applicant', 'active', ['end_user'])];
    assert.equal(verdict(SECTION, user, { members, waiting: [] }), 'acceptable MET');
  });

  test('is taken in each limited class, with a place in each waiting list', () => {
    const roles = ['end_user', 'vendor'] as const;
    const both = application({ first, second: answer({ form: 'words', words: ['b'] }) }, { roles });
    const members = seated('active', 'active');
    const waiting = [{ applicant: firm('w'), roles: ['vendor'] as const, since: SINCE }];
    const found = assess(SECTION, both, { members, waiting }, SINCE);
    assert.deepEqual([found.verdict, found.waiting], ['waiting', [{ role: 'end_user', place: 1 }]]);
  });

  test('goes by the id where two wait equally long, and never past oneself', () => {
    const waiting = ['aaa', 'applicant', 'zzz'].map((name) => ({
      applicant: firm(name),
      roles: ['end_user'] as const,
      since: SINCE,
    }));
    const [one] = assess(
      SECTION,
      user,
      { members: seated('active', 'active'), waiting },
      SINCE,
    ).waiting;
    assert.deepEqual(one, { role: 'end_user', place: 2 });
  });
});

test('whoever vouches cannot excuse what its applicant fails', () => {
  const section = eligibility(`
seats: {end_user: unlimited}
criteria:
  own: {kind: one_of, says: Own, words: [in_house], exceptions: true}
  vouched: {kind: sponsor, says: A member vouches}
`);
  const excused = (approver: string) =>
    application(
      {
        own: answer({ form: 'words', words: ['bought'] }),
        vouched: answer({ form: 'sponsor', member: firm('sponsor'), person: person('sam') }),
      },
      { exceptions: { own: { approver: person(approver), reason: 'good work' } } },
    );
  const roll = { members: [member('sponsor')], waiting: [] };
  assert.equal(verdict(section, excused('ines'), roll), 'acceptable EXCEPTION MET');
  assert.equal(verdict(section, excused('sam'), roll), 'refused NOT_ONE_OF MET');
});

test('release rules see what is met, until its evidence ends, and what is not asked', () => {
  const until = plus(SINCE, 5 * DAY_MS);
  const second = answer({ form: 'words', words: ['a'] });
  const vendor = application({ first: answer(yes, shown(until)), second }, { roles: ['vendor'] });
  const forever = instant(Date.UTC(9999, 11, 31, 23, 59, 59, 999));
  assert.deepEqual(shownCriteria(SECTION, vendor, NOBODY, SINCE), {
    first: until,
    second: forever,
  });
  const expired = { first: answer(yes, shown(SINCE)) };
  const user = application(expired);
  assert.deepEqual(shownCriteria(SECTION, user, NOBODY, SINCE), { second: forever });
  const both = application(expired, { roles: ['end_user', 'vendor'] });
  assert.deepEqual(shownCriteria(SECTION, both, NOBODY, SINCE), {});
  const stranger = application(vendor.answers, { roles: ['upstream'] });
  assert.deepEqual(shownCriteria(SECTION, stranger, NOBODY, SINCE), {});
});
