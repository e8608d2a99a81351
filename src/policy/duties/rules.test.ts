import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { parseYaml } from '../yaml.ts';
import { DEFAULT_DUTIES, parseDuties } from './rules.ts';

const parse = (text: string) => parseDuties(parseYaml('programme.yaml', text));

test('every key is read in its unit, and what is absent is nobody’s duty', () => {
  assert.deepEqual(
    parse(`pre_announcement: 7d
publish_poc: 5d
publish: always
keep_embargo: T0
acknowledge: 48h
leak_report: 12h
status_report: T0 - 90m
protection_report: T0
retest: 24h
post: T0 + 24h
return_copies: 7d
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
      keepEmbargo: true,
      acknowledgeMs: 48 * HOUR_MS,
      leakReportMs: 12 * HOUR_MS,
      statusReport: { from: 'T0', ms: -90 * MINUTE_MS },
      protectionReport: { from: 'T0', ms: 0 },
      retestMs: 24 * HOUR_MS,
      post: { from: 'T0', ms: 24 * HOUR_MS },
      returnCopiesMs: 7 * DAY_MS,
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

test('a report of status is due by disclosure, around it, or so long after the grant', () => {
  for (const [text, from, ms] of [
    ['T0', 'T0', 0],
    ['T0 + 7d', 'T0', 7 * DAY_MS],
    ['T0 - 24h', 'T0', -24 * HOUR_MS],
    ['72h', 'grant', 72 * HOUR_MS],
  ] as const) {
    assert.deepEqual(parse(`status_report: ${text}`).statusReport, { from, ms }, text);
  }
});

for (const [text, message] of [
  ['keep_embargo: true', /keep_embargo: expected one of T0, found true/],
  ['\nacknowledge: soon', /:2: acknowledge: expected a time such as 14d, 24h or 90m, found "soon"/],
  [
    'status_report: T0-24h',
    /expected a time such as 48h, T0, T0 - 24h or T0 \+ 7d, found "T0-24h"/,
  ],
  ['status_report: 0h', /status_report: expected a time such as 48h, T0/],
  ['return_copies: T0', /return_copies: expected a time such as 14d/],
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
