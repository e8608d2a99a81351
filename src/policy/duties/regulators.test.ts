import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventId } from '../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../domain/instant.ts';
import { REGULATORS } from '../../domain/regulator.ts';
import { MATTERS, type Matter, type MatterKind, regulatorClocks } from './regulators.ts';

const EVENT = 'aaaaaaaa-0000-4000-8000-000000000001' as EventId;

type Told = { readonly measure?: string; readonly submitted?: Record<string, string> };

function matter(kind: MatterKind, aware: string, { measure, submitted = {} }: Told = {}): Matter {
  return {
    kind,
    awareness: [{ at: parseInstant(aware), sealedIn: EVENT }],
    measureAt: measure === undefined ? null : parseInstant(measure),
    submitted: Object.fromEntries(
      Object.entries(submitted).map(([report, at]) => [report, parseInstant(at)]),
    ),
  };
}

/** `clause instant` of every clock, for an issuer in scope of all laws. */
function clocks(of: Matter): string[] {
  return regulatorClocks(REGULATORS, of).map(
    ({ clause, dueAt }) => `${clause} ${formatInstant(dueAt)}`,
  );
}

describe('a clock runs in calendar time', () => {
  test('from a Friday evening into the weekend, by the clause that says so', () => {
    assert.deepEqual(clocks(matter('exploited_vulnerability', '2026-09-18T17:00:00Z')), [
      'CRA Art. 14(2)(a) 2026-09-19T17:00:00Z',
      'CRA Art. 14(2)(b) 2026-09-21T17:00:00Z',
    ]);
    assert.deepEqual(clocks(matter('known_vulnerability', '2026-09-18T17:00:00Z')), [
      'RMSV Art. 7(2) 2026-09-20T17:00:00Z',
    ]);
  });

  test('over 29 February, the end of a year and a change to summer time', () => {
    assert.deepEqual(clocks(matter('severe_incident', '2028-02-28T23:30:00Z')).slice(0, 2), [
      'CRA Art. 14(4)(a) 2028-02-29T23:30:00Z',
      'CRA Art. 14(4)(b) 2028-03-02T23:30:00Z',
    ]);
    assert.deepEqual(clocks(matter('significant_incident', '2026-12-31T12:00:00Z')).slice(0, 2), [
      'NIS2 Art. 23(4)(a) 2027-01-01T12:00:00Z',
      'NIS2 Art. 23(4)(b) 2027-01-03T12:00:00Z',
    ]);
    assert.deepEqual(clocks(matter('known_vulnerability', '2027-03-27T12:00:00Z')), [
      'RMSV Art. 7(2) 2027-03-29T12:00:00Z',
    ]);
  });
});

test('the final report on what is exploited is due 14 days after a measure', () => {
  const told = { measure: '2026-12-24T00:00:00Z' };
  assert.deepEqual(
    clocks(matter('exploited_vulnerability', '2026-09-18T17:00:00Z', told)).at(-1),
    'CRA Art. 14(2)(c) 2027-01-07T00:00:00Z',
  );
});

for (const [kind, clause] of [
  ['severe_incident', 'CRA Art. 14(4)(c)'],
  ['significant_incident', 'NIS2 Art. 23(4)(d)'],
] as const) {
  test(`${clause}: one month after the notification was submitted, by the calendar`, () => {
    const final = (aware: string, told?: Told) => clocks(matter(kind, aware, told)).at(-1);
    const submitted = (at: string) => ({ submitted: { NOTIFICATION: at } });
    assert.equal(
      final('2027-01-29T09:00:00Z', submitted('2027-01-31T18:30:00Z')),
      `${clause} 2027-02-28T18:30:00Z`,
    );
    assert.equal(
      final('2028-01-29T09:00:00Z', submitted('2028-01-31T18:30:00Z')),
      `${clause} 2028-02-29T18:30:00Z`,
    );
    assert.equal(
      final('2026-10-30T09:00:00Z', submitted('2026-10-30T09:00:00Z')),
      `${clause} 2026-11-30T09:00:00Z`,
    );
    // Until it is submitted, from the last instant at which it may be.
    assert.equal(final('2027-01-28T09:00:00Z'), `${clause} 2027-02-28T09:00:00Z`);
  });
}

test('who is not in scope of a law owes nothing under it', () => {
  for (const kind of MATTERS) {
    for (const regulator of REGULATORS) {
      const found = regulatorClocks([regulator], matter(kind, '2026-09-18T17:00:00Z'));
      assert.ok(found.every((clock) => clock.regulator === regulator));
    }
    assert.deepEqual(regulatorClocks([], matter(kind, '2026-09-18T17:00:00Z')), []);
  }
  const scopes = MATTERS.map((kind) =>
    REGULATORS.filter((one) => regulatorClocks([one], matter(kind, '2026-09-18T17:00:00Z')).length),
  );
  assert.deepEqual(scopes, [['cra'], ['cra'], ['nis2'], ['rmsv']]);
});

test('the earliest sealed awareness counts, whichever was sealed first', () => {
  const first = { at: parseInstant('2026-09-18T17:00:00Z'), sealedIn: EVENT };
  const other = 'aaaaaaaa-0000-4000-8000-000000000002' as EventId;
  const earlier = { at: parseInstant('2026-09-18T09:00:00Z'), sealedIn: other };
  const later = { at: parseInstant('2026-09-19T09:00:00Z'), sealedIn: other };
  const due = (awareness: Matter['awareness']) =>
    regulatorClocks(['rmsv'], {
      ...matter('known_vulnerability', '2026-09-18T17:00:00Z'),
      awareness,
    }).map((clock) => [formatInstant(clock.dueAt), clock.awareness]);
  assert.deepEqual(due([first, earlier]), [['2026-09-20T09:00:00Z', earlier]]);
  assert.deepEqual(due([first, later]), [['2026-09-20T17:00:00Z', first]]);
});
