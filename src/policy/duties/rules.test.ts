import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';
import { parseYaml } from '../yaml.ts';
import { DEFAULT_DUTIES, parseDuties } from './rules.ts';

const parse = (text: string) => parseDuties(parseYaml('programme.yaml', text));

test('every key is read in its unit, and what is absent is nobody’s duty', () => {
  assert.deepEqual(
    parse(`pre_announcement: 7d
publish_poc: 5d
publish: always
leak_report: 12h
first_breach: record
repeated_breach: {count: 2, within: 365d}
removal_without_reason: allowed
regulators: [cra, rmsv]
intake_log: 9mo
`),
    {
      preAnnouncementMs: 7 * DAY_MS,
      publishPocMs: 5 * DAY_MS,
      publish: 'always',
      leakReportMs: 12 * HOUR_MS,
      firstBreach: 'record',
      repeatedBreach: { count: 2, withinMs: 365 * DAY_MS },
      removalWithoutReason: 'allowed',
      regulators: ['cra', 'rmsv'],
      intakeLogMonths: 9,
    },
  );
  assert.deepEqual(parse('publish: unless_withdrawn'), {
    ...DEFAULT_DUTIES,
    publish: 'unless_withdrawn',
  });
  assert.deepEqual(parse('first_breach: remove_everywhere'), {
    ...DEFAULT_DUTIES,
    firstBreach: 'remove_everywhere',
  });
});

for (const [text, message] of [
  ['final: 24h', /^programme\.yaml:1: unknown key final \(known: pre_announcement, /],
  ['\npublish_poc: 24', /:2: publish_poc: expected a time such as 14d, 24h or 90m, found 24/],
  ['publish: yes', /publish: expected one of always, unless_withdrawn, found "yes"/],
  ['regulators: [cra, gdpr]', /regulators\.1: expected one of cra, nis2, rmsv, found "gdpr"/],
  ['regulators: [cra, cra]', /regulators: expected a list without repetitions/],
  ['repeated_breach: {count: 1, within: 9d}', /count: expected an integer from 2, found 1/],
  ['repeated_breach: {count: two, within: 9d}', /count: expected an integer from 2/],
  ['repeated_breach: {count: 2.5, within: 9d}', /count: expected an integer from 2/],
  ['repeated_breach: {count: 2}', /missing repeated_breach\.within/],
  [
    'first_breach: remove_everywhere\nrepeated_breach: {count: 2, within: 9d}',
    /:2: repeated_breach: never comes to bear, the first breach removes \(drop it, or/,
  ],
  ['intake_log: 180d', /intake_log: expected a number of months such as 6mo, found "180d"/],
] as const) {
  test(`a section is refused with line and remedy: ${text.trim()}`, () => {
    assert.throws(() => parse(text), { code: 'POLICY_INVALID', message });
  });
}
