import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eligibility } from '../../../tests/support/membership.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { releaseCriteria } from './section.ts';

const WHOLE = `
seats: {distributor: unlimited, end_user: 10}
criteria:
  guests:
    kind: minimum
    says: Runs at least 300,000 guests
    least: 300000
    asked_of: [end_user]
    evidence: {checked_by: reviewer, valid: 365d, on_expiry: restricted}
    gates_release: true
  address: {kind: role_address, says: A team's address, words: [security]}
  vouched: {kind: sponsor, says: A member vouches}
  no_rebuild: {kind: not_rebuild, says: No rebuild, exceptions: true}
  certified:
    kind: attestation
    says: Certified
    evidence: {checked_by: public_list, on_expiry: removed}
    gates_release: true
review: {every: 365d, grace: 30d, value: {least: 1, alerts: 5}}
`;

test('a section is read as it is written', () => {
  const section = eligibility(WHOLE);
  assert.deepEqual(
    [...section.seats],
    [
      ['distributor', null],
      ['end_user', 10],
    ],
  );
  assert.deepEqual(section.criteria[0], {
    code: 'guests',
    kind: 'minimum',
    says: 'Runs at least 300,000 guests',
    least: 300_000,
    of: ['end_user'],
    evidence: { checkedBy: 'reviewer', validMs: 365 * DAY_MS, onExpiry: 'restricted' },
    exceptions: false,
    gatesRelease: true,
  });
  assert.deepEqual(section.criteria[3], {
    code: 'no_rebuild',
    kind: 'not_rebuild',
    says: 'No rebuild',
    of: [],
    evidence: null,
    exceptions: true,
    gatesRelease: false,
  });
  assert.equal(section.criteria[4]?.evidence?.validMs, null);
  assert.deepEqual(section.review, {
    everyMs: 365 * DAY_MS,
    graceMs: 30 * DAY_MS,
    value: { least: 1, alerts: 5 },
  });
  assert.deepEqual(releaseCriteria(section), ['guests', 'certified']);
});

test('without a review rule nothing is due by the calendar', () => {
  assert.equal(eligibility(WHOLE.replace(/review:.*\n/, '')).review, null);
});

describe('a section is refused, with its line and a remedy,', () => {
  const refuses = (from: string, to: string, message: RegExp) => {
    assert.equal(WHOLE.split(from).length, 2, `${from} is there once`);
    assert.throws(() => eligibility(WHOLE.replace(from, to)), { code: 'POLICY_INVALID', message });
  };

  test('with a kind of criterion there is not, or none', () => {
    refuses(
      'kind: sponsor',
      'kind: friend',
      /:12: .*vouched\.kind: expected one of minimum, .*"fr/,
    );
    refuses('kind: sponsor, ', '', /programme\.yaml:12: missing criteria\.vouched\.kind \(minimum/);
  });

  test('with keys that belong to another kind, or are misspelt', () => {
    refuses('least: 300000', 'words: [many]', /:7: unknown key criteria\.guests\.words \(known: /);
    refuses('    least: 300000\n', '', /:4: missing criteria\.guests\.least/);
    refuses('exceptions: true', 'exception: true', /unknown key criteria\.no_rebuild\.exception/);
    refuses('seats: {', 'seat: {', /programme\.yaml:2: unknown key seat /);
  });

  test('with a class that nobody has, or that nobody can apply in', () => {
    refuses('end_user: 10', 'user: 10', /:2: unknown class seats\.user \(known: vendor, /);
    refuses('[end_user]', '[cert]', /:8: .*asked_of: no seats for cert \(add it to seats\)/);
    refuses('{distributor: unlimited, end_user: 10}', '{}', /seats: expected at least one class/);
  });

  test('with numbers that bar nobody, or are no numbers', () => {
    refuses('least: 300000', 'least: 0', /least: expected an integer from 1, found 0/);
    refuses('least: 300000', 'least: "300000"', /expected an integer from 1, found "300000"/);
    refuses('end_user: 10', 'end_user: 1.5', /seats\.end_user: expected an integer from 1/);
    refuses('alerts: 5', 'alerts: 0', /review\.value\.alerts: expected an integer from 1/);
  });

  test('with a first tier that the pack does not have', () => {
    const tier = 'joins_at: first\nreview:';
    refuses('review:', tier, /joins_at: expected one of .*found "first"/);
  });

  test('with evidence that nobody checks, or whose end has no consequence', () => {
    refuses('checked_by: reviewer, ', '', /missing criteria\.guests\.evidence\.checked_by/);
    refuses(', on_expiry: restricted', '', /missing criteria\.guests\.evidence\.on_expiry/);
    refuses('valid: 365d', 'valid: a year', /valid: expected a time such as 14d, 24h or 90m/);
    refuses('every: 365d', 'every: 0d', /review\.every: expected a time such as 14d/);
  });

  test('with words given twice, no words, no criterion, or a code that rules cannot name', () => {
    refuses('[security]', '[security, security]', /words: expected a list without repetitions/);
    refuses('words: [security]', 'words: []', /words: expected a list of one or more/);
    refuses('vouched:', 'Vouched-By:', /:12: criteria\.Vouched-By: expected a name such as own_/);
    assert.throws(
      () => eligibility('seats: {vendor: 1}\ncriteria: {}'),
      /expected 1 to 30 criteria/,
    );
    refuses('gates_release: true\n  address', 'gates_release: maybe\n  address', /true or false/);
  });
});
