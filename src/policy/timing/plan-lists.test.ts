import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { counts } from '../../../tests/counts.ts';
import { at, timingFacts, timingOf, withEvents } from '../../../tests/support/timing.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import { type Lead, leadInstant } from '../../domain/schedule.ts';
import { parseDay, WEEKDAYS } from '../../domain/zone.ts';
import { checkTiming } from './check.ts';
import type { TimingFacts } from './clock.ts';
import type { Duration } from './duration.ts';
import type { List } from './lists.ts';
import { planLists, proposeDisclosures } from './plan-lists.ts';
import { calendarsFor, type Timing } from './section.ts';

/** How far a case goes, and the length of which all its times are multiples. */
type Grid = { readonly start: Instant; readonly step: number; readonly steps: number };

/** A minute either side of a midnight, and hours over a weekend with a change of clocks. */
const GRIDS: readonly Grid[] = [
  { start: at('2026-04-01T21:36Z'), step: MINUTE_MS, steps: 48 },
  { start: at('2026-03-28T12:00Z'), step: HOUR_MS, steps: 48 },
];

const PROGRAMME = {
  name: 'programme',
  zone: 'Europe/Berlin',
  weekend: ['Sat', 'Sun'],
  covers: { from: parseDay('2026-01-01'), to: parseDay('2026-12-31') },
  holidays: new Map([[parseDay('2026-04-02'), 'A feast']]),
} as const;

/** Mostly nothing, since many clocks at once leave no disclosure. */
function maybe<T>(value: fc.Arbitrary<T>, odds = 2): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: odds, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

function steps({ step, steps: most }: Grid): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: most }).map((count) => count * step);
}

function durations(grid: Grid): fc.Arbitrary<Duration> {
  return fc.oneof(
    { weight: 4, arbitrary: steps(grid).map((ms) => ({ unit: 'calendar', ms }) as const) },
    fc.integer({ min: 0, max: 2 }).map((days) => ({ unit: 'business', days }) as const),
  );
}

function timings(grid: Grid): fc.Arbitrary<Timing> {
  const some = maybe(durations(grid));
  const days = fc.subarray([...WEEKDAYS], { minLength: 3 });
  const hour = grid.step === HOUR_MS ? '16:00' : '00:05';
  const times = fc.constantFrom('UTC', 'Europe/Berlin').map((zone) => ({ hour, zone }));
  const rule = fc.record({
    days: maybe(days),
    at: maybe(times, 4),
    businessDayOf: fc.constantFrom([], ['programme']),
  });
  return fc.record({
    zone: fc.constantFrom('UTC', 'Europe/Berlin'),
    calendars: fc.constant(new Map([['programme', PROGRAMME]])),
    noEmbargoWhen: fc.constant([]),
    compressWhen: fc.constant(null),
    embargo: maybe(
      fc.record({
        from: fc.constantFrom('first_post', 'report'),
        max: some,
        warnAbove: some,
        min: some,
        shorterFor: fc.constant([]),
        longerFor: fc.constant(new Map()),
        stretch: maybe(fc.record({ posted: days, falls: days, max: durations(grid) })),
      }),
    ),
    notice: maybe(
      fc.record({ atLeast: some, atMost: some, afterFix: fc.constantFrom('all' as const, []) }),
    ),
    must: maybe(rule),
    should: maybe(rule),
    avoid: fc.constantFrom(
      [],
      [{ name: 'day', each: 'once', from: parseDay('2026-03-29'), to: parseDay('2026-03-29') }],
      [{ name: 'spring', each: 'year', from: '03-28', to: '03-29' }],
    ),
    finalText: some,
    preAnnouncement: maybe(
      fc.record({ day: fc.constantFrom(...WEEKDAYS), weeksBefore: fc.constant(0), at: times }),
    ),
    targets: fc.record({ notice: fc.constant(null), disclosure: some }),
  });
}

function factsIn(grid: Grid): fc.Arbitrary<TimingFacts> {
  const instants = steps(grid).map((ms) => plus(grid.start, ms - (grid.step * grid.steps) / 2));
  return fc
    .record({
      fixReadyAt: fc.option(instants, { nil: null }),
      report: fc.option(instants, { nil: null }),
      told: maybe(instants, 3),
      finalTextAt: maybe(instants),
      bid: maybe(instants.map((at) => plus(at, grid.step * grid.steps))),
    })
    .map(({ fixReadyAt, report, told, finalTextAt, bid }) =>
      timingFacts(grid.start, {
        vulnerability: withEvents({ fixReadyAt }),
        origins: { report, candidate_patch: null, release_start: null },
        told: told === null ? {} : { first: instant(Math.min(told, grid.start)) },
        finalTextAt,
        bids: bid === null ? [] : [{ by: 'somebody', disclosureAt: bid, discoverer: false }],
      }),
    );
}

function leadsIn(grid: Grid): fc.Arbitrary<Record<string, Lead>> {
  const calendar = steps(grid).map((ms): Lead => ({ unit: 'calendar', ms }));
  const business = fc.constant<Lead>({
    unit: 'business',
    days: 1,
    hour: grid.step === HOUR_MS ? '15:00' : '23:40',
    zone: 'UTC',
    calendar: 'programme',
  });
  const lead = fc.oneof({ weight: 3, arbitrary: calendar }, business);
  return fc.record({ first: lead, second: lead });
}

const cases = fc.constantFrom(...GRIDS).chain((grid) =>
  fc.record({
    grid: fc.constant(grid),
    lists: fc
      .array(fc.record({ timing: timings(grid), leads: leadsIn(grid), facts: factsIn(grid) }), {
        minLength: 1,
        maxLength: 2,
      })
      .map((lists) =>
        lists.map(
          (list, i): List => ({
            ...list,
            name: `list ${i}`,
            calendars: calendarsFor(list.timing, new Map()),
          }),
        ),
      ),
  }),
);

/** What trying every notice of the grid finds of one list and one disclosure. */
function tried({ timing, leads, facts, calendars }: List, { step }: Grid, disclosureAt: Instant) {
  const told = Object.values(facts.told)[0];
  const found: { readonly notice: Instant; readonly warned: boolean }[] = [];
  const opening = Object.entries(leads).map(
    ([tier, lead]) => [tier, leadInstant(disclosureAt, lead, calendars)] as const,
  );
  if (opening.some(([tier, at]) => facts.told[tier] === undefined && at > disclosureAt))
    return found;
  const earliest = Math.max(facts.now, Math.min(...opening.map(([, at]) => at)));
  const starts = told === undefined ? around(facts.now, disclosureAt, step) : [told];
  for (const notice of starts) {
    if (told === undefined && notice < earliest) continue;
    const opensAt = Object.fromEntries(
      opening.map(([tier, at]) => [
        tier,
        facts.told[tier] ?? instant(Math.max(at, notice, facts.now)),
      ]),
    );
    const schedule = { disclosureAt, opensAt };
    const levels = checkTiming(timing, { ...facts, schedule }, calendars).map((each) => each.level);
    if (levels.every((level) => level === 'warn'))
      found.push({ notice, warned: levels.length > 0 });
  }
  return found;
}

/**
 * The grid and a millisecond either side: a date ends before the next begins, and what is a fixed
 * time before a disclosure is as far off the grid as that.
 */
function around(from: Instant, to: Instant, step: number): Instant[] {
  const found: Instant[] = [];
  for (let at = from; at <= to + step; at = plus(at, step)) {
    found.push(...[-1, 0, 1].map((off) => plus(at, off)));
  }
  return found.filter((at) => from <= at && at <= to);
}

const ROUNDS = 20;

test('the search finds exactly the disclosures that trying every minute or hour finds', () => {
  let possible = 0;
  const offs = fc.infiniteStream(fc.constantFrom(-1, 0, 1));
  const same = fc.property(cases, offs, ({ grid, lists }, offsets) => {
    const end = plus(grid.start, grid.step * grid.steps);
    const proposals = proposeDisclosures(lists, grid.start, end);
    const candidates = proposals.kind === 'found' ? proposals.candidates : [];
    for (let i = 1; i < grid.steps; i += 1) {
      const [off = 0] = offsets.take(1);
      const disclosure = plus(grid.start, i * grid.step + off);
      const all = lists.map((list) => tried(list, grid, disclosure));
      const expected = all.every((found) => found.length > 0);
      const candidate = candidates.find(({ from, to }) => from <= disclosure && disclosure <= to);
      assert.equal(candidate !== undefined, expected, `at ${disclosure}`);
      const plan = planLists(lists, disclosure);
      assert.equal(plan.kind === 'planned', expected);
      if (plan.kind === 'refused') continue;
      possible += 1;
      assert.equal(
        candidate?.clean,
        all.every(([first]) => first?.warned === false),
        `at ${disclosure}`,
      );
      for (const [i, { earliest, latest }] of plan.lists.entries()) {
        assert.equal(earliest, all[i]?.[0]?.notice);
        assert.equal(latest, all[i]?.at(-1)?.notice);
      }
    }
  });
  // Of a few cases none may have one, by chance.
  for (let round = 0; round === 0 || (possible === 0 && round < ROUNDS); round++) {
    fc.assert(same, { numRuns: 5 * counts.properties });
  }
  assert.ok(possible > 0, 'some disclosure is possible');
});

describe('two lists with clocks of their own', () => {
  const now = at('2026-03-02T10:00Z');
  const two = (more: Partial<TimingFacts> = {}): List[] =>
    [
      ['distros', '  embargo: {from: first_post, max: 14d, min: 1d}'],
      [
        'kernel',
        '  embargo: {from: release_start, max: 7d}\n  notice: {at_least: 1d, after_fix: all}',
      ],
    ].map(([name = '', lines = '']) => {
      const timing = timingOf(lines);
      const facts = timingFacts(now, more);
      const leads = { members: { unit: 'calendar', ms: 20 * DAY_MS } } as const;
      return { name, timing, leads, facts, calendars: calendarsFor(timing, new Map()) };
    });
  const begun = (start: Instant): Partial<TimingFacts> => ({
    vulnerability: withEvents({ fixReadyAt: start }),
    origins: { report: null, candidate_patch: null, release_start: start },
  });

  test('are each told as early as their own clock lets them, and no later than is safe', () => {
    const disclosure = plus(now, 20 * DAY_MS);
    const plan = planLists(two(begun(plus(disclosure, -7 * DAY_MS))), disclosure);
    assert.ok(plan.kind === 'planned');
    assert.deepEqual(
      plan.lists.map(({ list, earliest, latest, schedule, warnings }) => ({
        ...{ list, earliest, latest, opensAt: schedule.opensAt, warnings },
      })),
      [
        {
          list: 'distros',
          earliest: plus(disclosure, -14 * DAY_MS),
          latest: plus(disclosure, -DAY_MS),
          opensAt: { members: plus(disclosure, -14 * DAY_MS) },
          warnings: [],
        },
        {
          list: 'kernel',
          earliest: plus(disclosure, -7 * DAY_MS),
          latest: plus(disclosure, -DAY_MS),
          opensAt: { members: plus(disclosure, -7 * DAY_MS) },
          warnings: [],
        },
      ],
    );
  });

  test('are refused a date that one of them cannot have, with the clock that forbids it', () => {
    const plan = planLists(two(begun(now)), plus(now, 20 * DAY_MS));
    assert.ok(plan.kind === 'refused');
    const named = plan.conflicts.map(({ clocks }) =>
      clocks.map(({ list, code, field }) => `${list} ${code} ${field}`),
    );
    assert.deepEqual(named, [['kernel MAX_EMBARGO timing.embargo.max']]);
  });

  test('are offered the dates both can have, or told which clocks leave none', () => {
    const [from, to] = [now, plus(now, 10 * DAY_MS)];
    assert.deepEqual(proposeDisclosures(two(begun(now)), from, to), {
      kind: 'found',
      candidates: [{ from: plus(now, DAY_MS), to: plus(now, 7 * DAY_MS), clean: true }],
    });
    // One list knows for as long as it may, the other needs a day.
    const told = { members: plus(now, -14 * DAY_MS) };
    const late = two(begun(now)).map((list) =>
      list.name === 'distros' ? { ...list, facts: { ...list.facts, told } } : list,
    );
    const refused = proposeDisclosures(late, from, to);
    assert.ok(refused.kind === 'refused');
    assert.deepEqual(
      refused.conflict?.clocks.map(({ list, code }) => `${list} ${code}`),
      ['distros TOLD', 'distros MAX_EMBARGO', 'kernel NOTICE_TOO_LATE', 'kernel LEAD'],
    );
    assert.throws(() => proposeDisclosures(two(), now, plus(now, 121 * DAY_MS)), {
      code: 'INVALID_INPUT',
      field: 'to',
    });
  });
});
