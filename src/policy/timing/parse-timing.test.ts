import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CALENDAR_2026, timingOf } from '../../../tests/support/timing.ts';
import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';
import { parseDay } from '../../domain/zone.ts';
import { parseYaml } from '../yaml.ts';
import { parseCalendars } from './parse-calendars.ts';

/** The lines begin on line 3 of the file; `no_embargo_when` is on line 3 where they lack it. */
function refuses(lines: string, message: RegExp, leads?: Parameters<typeof timingOf>[1]): void {
  assert.throws(() => timingOf(lines, leads), { code: 'POLICY_INVALID', message });
}

const CALENDARS = `  calendars:${CALENDAR_2026}`;

test('a section with every key means what it says', () => {
  const timing = timingOf(`  no_embargo_when: [public, exploited, ai_found]
  compress_when: exploited
  embargo:
    from: first_post
    max: 14d
    warn_above: 7d
    min: 24h
    shorter_for: [extreme]
    longer_for: {qa: 16d}
    stretch: {posted: [Thu, Fri], falls: [Mon, Tue], max: 19d}
  notice: {at_least: 90m, at_most: 10bd, after_fix: [kernel]}
  disclosure:
    must: {days: [Tue, Wed], business_day_of: [programme, participants]}
    should: {at: 16:00 Europe/Berlin}
  avoid: {summit: {from: 2026-05-11, to: 2026-05-13}, winter: {from: 12-20, to: 01-04}}
  final_text: 24h
  pre_announcement: {day: Thu, weeks_before: 1, at: 13:00 UTC}
  targets: {notice: 5bd, disclosure: 10bd}
${CALENDARS}`);
  const days = (count: number) => ({ unit: 'calendar', ms: count * DAY_MS });
  assert.deepEqual(timing.noEmbargoWhen, ['public', 'exploited', 'ai_found']);
  assert.equal(timing.compressWhen, 'exploited');
  assert.deepEqual(timing.embargo, {
    from: 'first_post',
    max: days(14),
    warnAbove: days(7),
    min: days(1),
    shorterFor: ['extreme'],
    longerFor: new Map([['qa', days(16)]]),
    stretch: { posted: ['Thu', 'Fri'], falls: ['Mon', 'Tue'], max: days(19) },
  });
  assert.deepEqual(timing.notice, {
    atLeast: { unit: 'calendar', ms: 1.5 * HOUR_MS },
    atMost: { unit: 'business', days: 10 },
    afterFix: ['kernel'],
  });
  const businessDayOf = ['programme', 'participants'];
  assert.deepEqual(timing.must, { days: ['Tue', 'Wed'], at: null, businessDayOf });
  const at = { hour: '16:00', zone: 'Europe/Berlin' };
  assert.deepEqual(timing.should, { days: null, at, businessDayOf: [] });
  assert.deepEqual(timing.avoid, [
    { name: 'summit', each: 'once', from: parseDay('2026-05-11'), to: parseDay('2026-05-13') },
    { name: 'winter', each: 'year', from: '12-20', to: '01-04' },
  ]);
  assert.deepEqual(timing.preAnnouncement, {
    day: 'Thu',
    weeksBefore: 1,
    at: { hour: '13:00', zone: 'UTC' },
  });
  assert.deepEqual(timing.targets.notice, { unit: 'business', days: 5 });
  assert.equal(timing.calendars.get('programme')?.holidays.size, 3);
});

describe('a section is refused, with its line,', () => {
  test('for a key that there is not, or one that is missing', () => {
    refuses('  embargos: 14d', /^programme\.yaml:4: unknown key timing\.embargos \(known: zone, /);
    refuses('  embargo: {max: 14d}', /^programme\.yaml:4: missing timing\.embargo\.from/);
    assert.throws(() => timingOf('  zone: UTC'), /Map keys must be unique/);
  });

  test('for a value that there is not', () => {
    refuses('  final_text: 24', /:4: timing\.final_text: expected a text, found 24/);
    refuses(
      '  final_text: 24H',
      /timing\.final_text: expected a time such as 14d, 24h, 90m or 5bd/,
    );
    refuses('  embargo: {from: birth}', /expected one of first_post, report, .*found "birth"/);
    refuses('  disclosure: {must: {days: [tue]}}', /expected one of Mon, .*, found "tue"/);
    refuses('  disclosure: {must: {days: [Tue, Tue]}}', /expected each weekday once/);
    refuses('  disclosure: {must: {days: []}}', /expected at least one weekday/);
    refuses('  disclosure: {must: {at: 16:00}}', /a time and its zone such as 16:00 Europe\/Berl/);
    refuses('  disclosure: {must: {at: 16:00 Berlin}}', /a time and its zone/);
    refuses('  disclosure: {must: {}}', /expected days, at or business_day_of/);
    refuses('  disclosure: {must: {business_day_of: [programme]}}', /one of participants, found/);
    refuses('  notice: {after_fix: [kernal]}', /expected one of kernel, editor, found "kernal"/);
    refuses('  notice: {after_fix: []}', /expected all, or at least one product/);
    refuses('  pre_announcement: {day: Thu, weeks_before: , at: 13:00 UTC}', /whole weeks/);
    refuses('  notice: {after_fix: some}', /expected one of all, found "some"/);
    refuses('  embargo: {from: report, min: 1d, shorter_for: [In Need]}', /lower-case letters/);
    refuses(
      '  pre_announcement: {day: Thu, weeks_before: -1, at: 13:00 UTC}',
      /weeks_before: expected whole weeks up to 8/,
    );
  });

  test('for a window that is none', () => {
    refuses('  avoid: {w: {from: 12-20}}', /avoid\.w: expected from and to, or last_of_quarter/);
    refuses('  avoid: {w: {from: 12-20, to: 2026-01-04}}', /from: .*|to: expected a date such as/);
    refuses(
      '  avoid: {w: {from: 02-29, to: 03-04}}',
      /avoid\.w\.from: expected a date that exists/,
    );
    refuses('  avoid: {w: {from: 2026-05-13, to: 2026-05-11}}', /2026-05-13 or a later date/);
    refuses('  avoid: {w: {last_of_quarter: 0d}}', /whole days such as 14d/);
  });

  test('for business days without the calendar they are counted in', () => {
    const missing = /business days without .*programme \(add/;
    refuses(
      '  final_text: 1bd',
      /:4: timing\.final_text: business days without the calendar progr/,
    );
    refuses('  notice: {at_most: 10bd}', missing);
    const lead = { unit: 'business', days: 5, hour: '15:00', zone: 'UTC' } as const;
    refuses('', /leads in business days without timing\.calendars\.programme/, {
      entry: { ...lead, calendar: 'programme' },
    });
  });

  test('for what can never fire', () => {
    const idle = (lines: string, key: string) =>
      refuses(lines, new RegExp(`:4: timing\\.${key} can never fire`));
    idle('  embargo: {from: report, max: 7d, warn_above: 7d}', 'embargo\\.warn_above');
    idle('  embargo: {from: report, max: 7d, longer_for: {qa: 7d}}', 'embargo\\.longer_for\\.qa');
    idle('  embargo: {from: report, longer_for: {qa: 7d}}', 'embargo\\.longer_for');
    idle('  embargo: {from: report, shorter_for: [extreme]}', 'embargo\\.shorter_for');
    const stretch = 'stretch: {posted: [Thu], falls: [Mon], max: 14d}';
    idle(`  embargo: {from: report, max: 14d, ${stretch}}`, 'embargo\\.stretch');
    idle(`  embargo: {from: report, ${stretch}}`, 'embargo\\.stretch');
    const week = '[Mon, Tue, Wed, Thu, Fri, Sat, Sun]';
    idle(`  disclosure: {must: {days: ${week}}}`, 'disclosure\\.must\\.days');
    idle(
      '  disclosure: {must: {days: [Tue]}, should: {days: [Mon, Tue]}}',
      'disclosure.should.days',
    );
    idle(
      '  disclosure: {must: {at: 15:00 UTC}, should: {at: 16:00 UTC}}',
      'disclosure\\.should\\.at',
    );
    // With a reason the embargo may be longer than what is warned of.
    timingOf('  embargo: {from: report, max: 7d, warn_above: 7d, longer_for: {qa: 14d}}');
  });
});

describe('clocks that are impossible together are refused with a witness:', () => {
  const together = (lines: string, keys: string, leads?: Parameters<typeof timingOf>[1]) =>
    refuses(
      lines,
      new RegExp(`^programme\\.yaml:\\d+: impossible together: ${keys}; for a `),
      leads,
    );

  test('a minimum above the maximum', () => {
    refuses(
      '  embargo:\n    from: first_post\n    max: 2d\n    min: 3d',
      new RegExp(
        '^programme.yaml:7: impossible together: timing.embargo.max, timing.embargo.min; ' +
          'for a disclosure at 2027-01-01T00:00:00Z, ' +
          'timing.embargo.max takes notice from 2026-12-30T00:00:00Z, ' +
          'timing.embargo.min takes notice until 2026-12-29T00:00:00Z .change one of them.$',
      ),
    );
    together(
      '  embargo: {from: report, max: 2d, min: 3d}',
      'timing.embargo.max, timing.embargo.min',
    );
  });

  test('an earliest notice after the latest', () => {
    together(
      '  notice: {at_least: 7d, at_most: 6d}',
      'timing.notice.at_least, timing.notice.at_most',
    );
    timingOf('  notice: {at_least: 7d, at_most: 7d}');
  });

  test('R07 with R05: a week before disclosure, within a week of the start of a release', () => {
    const clocks = (max: string) =>
      `  notice: {at_least: 7d}\n  embargo: {from: release_start, max: ${max}}`;
    together(clocks('7d'), 'timing.embargo.max, timing.notice.at_least');
    timingOf(clocks('8d'));
  });

  test('business days against calendar time', () => {
    const clocks = (max: string) =>
      `  notice: {at_least: 10bd}\n  embargo: {from: first_post, max: ${max}}\n${CALENDARS}`;
    // Told on a Sunday, disclosed on the Friday of the week after next.
    together(clocks('11d'), 'timing.embargo.max, timing.notice.at_least');
    timingOf(clocks('12d'));
  });

  test('weekdays of which none is worked', () => {
    together(
      `  disclosure: {must: {days: [Sat, Sun], business_day_of: [programme]}}\n${CALENDARS}`,
      'timing.disclosure.must.days, timing.disclosure.must.business_day_of',
    );
  });

  test("a tier's lead against the notice it must have", () => {
    const entry = { unit: 'calendar', ms: DAY_MS } as const;
    together('  notice: {at_least: 7d}', 'timing.notice.at_least, tiers.entry', { entry });
    const early = { unit: 'calendar', ms: 14 * DAY_MS } as const;
    together('  notice: {at_least: 7d}', 'timing.notice.at_least, tiers.entry', { early, entry });
  });

  test('windows that leave no room, one of which may be enough', () => {
    const quarter = '  avoid: {quarter end: {last_of_quarter: 80d}}\n  notice: {at_least: 14d}';
    together(quarter, 'timing.notice.at_least, timing.avoid.quarter end');
    refuses(
      '  avoid: {always: {last_of_quarter: 92d}}',
      /^programme\.yaml:4: impossible: timing\.avoid\.always; for a disclosure at .* \(change/,
    );
  });
});

describe('calendars are refused, with their line,', () => {
  const calendar = (lines: string) =>
    parseCalendars(parseYaml('calendars.yaml', `berlin:\n${lines}`));
  const good = {
    zone: 'zone: Europe/Berlin',
    weekend: 'weekend: [Sat, Sun]',
    covers: 'covers: 2026-01-01 to 2026-12-31',
    holidays: 'holidays: {2026-12-25: Christmas Day}',
  };
  const refusesWith = (change: Partial<typeof good>, message: RegExp) => {
    const lines = Object.values({ ...good, ...change }).filter((line) => line !== '');
    assert.throws(() => calendar(lines.map((line) => `  ${line}`).join('\n')), {
      code: 'POLICY_INVALID',
      message,
    });
  };

  test('for what is missing, or there is not', () => {
    assert.equal(
      calendar(
        Object.values(good)
          .map((line) => `  ${line}`)
          .join('\n'),
      ).size,
      1,
    );
    refusesWith({ covers: '' }, /^calendars\.yaml:1: missing berlin\.covers/);
    refusesWith(
      { zone: 'zone: Berlin' },
      /:2: berlin\.zone: expected a zone such as UTC or Europe/,
    );
    refusesWith({ weekend: 'weekend: [Sat, Sonntag]' }, /:3: berlin\.weekend\.1: expected one of/);
    refusesWith(
      { weekend: 'weekend: [Mon, Tue, Wed, Thu, Fri, Sat, Sun]' },
      /expected a weekday that is worked/,
    );
    assert.throws(() => parseCalendars(parseYaml('c.yaml', 'participants: {}')), /lower-case/);
  });

  test('for a date that does not exist, or lies outside of what they cover', () => {
    refusesWith({ covers: 'covers: 2026' }, /:4: berlin\.covers: expected dates .*, found 2026/);
    refusesWith(
      { covers: 'covers: 2026-01-01' },
      /expected dates such as 2026-01-01 to 2026-12-31/,
    );
    refusesWith(
      { covers: 'covers: 2026-01-01 to 2026-02-29' },
      /"2026-02-29" is no date that exists/,
    );
    refusesWith({ covers: 'covers: 2026-12-31 to 2026-01-01' }, /the earlier date first/);
    refusesWith({ holidays: 'holidays: {2026-02-30: A feast}' }, /:5: .*"2026-02-30" is no date/);
    refusesWith(
      { holidays: 'holidays: {2027-01-01: New Year}' },
      /:5: berlin\.holidays\.2027-01-01: berlin covers 2026-01-01 to 2026-12-31 only/,
    );
  });
});
