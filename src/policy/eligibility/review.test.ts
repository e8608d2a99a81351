import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answer,
  application,
  eligibility,
  firm,
  memberFacts,
  NOBODY,
  person,
  SINCE,
  shown,
} from '../../../tests/support/membership.ts';
import { STANDINGS } from '../../domain/enrolment.ts';
import { DAY_MS, plus } from '../../domain/instant.ts';
import { reviewStanding } from './review.ts';

const SECTION = eligibility(`
seats: {end_user: unlimited}
criteria:
  certified:
    kind: attestation
    says: Certified
    evidence: {checked_by: reviewer, on_expiry: removed}
  insured:
    kind: attestation
    says: Insured
    evidence: {checked_by: reviewer, on_expiry: restricted}
  present:
    kind: attestation
    says: Present
    evidence: {checked_by: reviewer, on_expiry: review}
  vouched: {kind: sponsor, says: A member vouches}
review: {every: 365d, grace: 30d}
`);

const yes = (ends: number) =>
  answer({ form: 'yes', value: true }, shown(plus(SINCE, ends * DAY_MS)));
const vouched = answer({ form: 'sponsor', member: firm('gone'), person: person('sam') });
/** A member whose evidence ends so many days after `SINCE`. */
const ending = (certified: number, insured: number, present: number) =>
  application({
    certified: yes(certified),
    insured: yes(insured),
    present: yes(present),
    vouched,
  });
const day = (count: number) => plus(SINCE, count * DAY_MS);

test('a member in order has nothing to fear, also when its sponsor has left', () => {
  const outcome = reviewStanding(SECTION, memberFacts(ending(99, 99, 99)), NOBODY, day(50));
  assert.deepEqual(outcome, { change: null, opens: [], notices: [] });
});

test('each evidence has the consequence its criterion names', () => {
  const outcome = reviewStanding(SECTION, memberFacts(ending(99, 10, 10)), NOBODY, day(11));
  const insured = { reason: 'EVIDENCE_EXPIRED', criterion: 'insured' } as const;
  const present = { reason: 'EVIDENCE_EXPIRED', criterion: 'present' } as const;
  assert.deepEqual(outcome, {
    change: { to: 'restricted', causes: [insured] },
    opens: [present],
    notices: [
      { ...insured, standing: 'restricted' },
      { ...present, standing: null },
    ],
  });
});

test('the strictest consequence stands, and a removal opens no reviews besides', () => {
  const outcome = reviewStanding(SECTION, memberFacts(ending(10, 10, 10)), NOBODY, day(400));
  assert.deepEqual(outcome.change, {
    to: 'removed',
    causes: [
      { reason: 'EVIDENCE_EXPIRED', criterion: 'certified' },
      { reason: 'REQUALIFICATION_OVERDUE', criterion: null },
    ],
  });
  assert.deepEqual(outcome.opens, []);
  assert.deepEqual(
    outcome.notices.map(({ standing }) => standing),
    ['removed', 'removed'],
  );
});

test('a review never loosens a standing, and concerns members alone', () => {
  const changes = (days: number) =>
    STANDINGS.map((standing) => {
      const facts = memberFacts(ending(500, 500, 500), { standing });
      return [standing, reviewStanding(SECTION, facts, NOBODY, day(days)).change?.to ?? null];
    });
  const nobody = [
    ['removed', null],
    ['withdrawn', null],
  ];
  assert.deepEqual(changes(365), [
    ['applicant', null],
    ['active', 'restricted'],
    ['restricted', null],
    ['suspended', null],
    ...nobody,
  ]);
  assert.deepEqual(changes(395), [
    ['applicant', null],
    ['active', 'removed'],
    ['restricted', 'removed'],
    ['suspended', 'removed'],
    ...nobody,
  ]);
});

test('a run repeated with its outcome in force comes to nothing', () => {
  const facts = memberFacts(ending(99, 10, 10));
  const { change, opens } = reviewStanding(SECTION, facts, NOBODY, day(11));
  assert.equal(change?.to, 'restricted');
  const after = { ...facts, standing: change.to, openReviews: opens };
  const again = reviewStanding(SECTION, after, NOBODY, day(11));
  assert.deepEqual(again, { change: null, opens: [], notices: [] });
});

test('a criterion that is new, or whose evidence is withdrawn, is a question to persons', () => {
  const { certified, insured } = ending(99, 99, 99).answers;
  assert.ok(certified && insured);
  const said = { form: 'yes', value: true } as const;
  const lacking = application({ certified, insured, present: answer(said), vouched });
  const unanswered = application({ certified, insured, vouched });
  for (const shows of [lacking, unanswered]) {
    const { change, opens } = reviewStanding(SECTION, memberFacts(shows), NOBODY, day(1));
    assert.equal(change, null);
    assert.deepEqual(opens, [{ reason: 'CRITERION_NOT_SHOWN', criterion: 'present' }]);
  }
});
