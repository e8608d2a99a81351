import assert from 'node:assert/strict';
import type { AlertId, EventId, ParticipantId } from '../../../src/domain/ids.ts';
import {
  DAY_MS,
  formatInstant,
  type Instant,
  parseInstant,
  plus,
} from '../../../src/domain/instant.ts';
import { checkPack } from '../../../src/policy/check.ts';
import { type Breach, onBreach } from '../../../src/policy/duties/breaches.ts';
import { disseminationHold } from '../../../src/policy/duties/dissemination.ts';
import { type DutyEvents, dutiesOn } from '../../../src/policy/duties/duties-on.ts';
import { erasableFrom } from '../../../src/policy/duties/intake-log.ts';
import { isLenient, parseLeakReport } from '../../../src/policy/duties/leak-report.ts';
import { type Obligation, obligationsOf } from '../../../src/policy/duties/obligations.ts';
import {
  parsePreAnnouncement,
  preAnnouncementOf,
} from '../../../src/policy/duties/pre-announcement.ts';
import { type Matter, regulatorClocks } from '../../../src/policy/duties/regulators.ts';
import { removal } from '../../../src/policy/duties/removal.ts';
import { type DutyRules, parseDuties } from '../../../src/policy/duties/rules.ts';
import { parseYaml } from '../../../src/policy/yaml.ts';
import { packFiles, sha256 } from '../../support/packs.ts';
import { rule } from '../../support/rule.ts';

const T0 = parseInstant('2026-06-16T16:00:00Z');
const day = (n: number): Instant => plus(T0, n * DAY_MS);
/** The millisecond before, the instant itself, the millisecond after. */
const around = (at: Instant): Instant[] => [plus(at, -1), at, plus(at, 1)];
const ONE = 'bbbbbbbb-0000-4000-8000-000000000001' as ParticipantId;
const TWO = 'bbbbbbbb-0000-4000-8000-000000000002' as ParticipantId;
const ALERT = 'aaaaaaaa-0000-4000-8000-000000000001' as AlertId;

function rules(section: string): DutyRules {
  return parseDuties(parseYaml('programme.yaml', section));
}

const NOTHING: DutyEvents = {
  alert: ALERT,
  disclosureAt: T0,
  acceptedAt: day(-14),
  withdrawnAt: null,
  endedEarlyAt: null,
  finalTextDueAt: null,
  finalTextAt: null,
  preAnnouncedAt: null,
  publishedAt: null,
  pocSharedAt: null,
  pocPublishedAt: null,
  ownLeaks: [],
  matters: [],
};

/** State and consequence of the duty with this code at each instant; null where there is none. */
function states(
  section: string,
  code: string,
  events: Partial<DutyEvents>,
  at: readonly Instant[],
) {
  return at.map((now) => {
    const duties = dutiesOn(rules(section), { ...NOTHING, ...events }, now);
    const found = duties.find((duty) => duty.code === code);
    return found === undefined ? null : `${found.state}: ${found.consequence}`;
  });
}

rule(
  'R08',
  'without the final text a day before disclosure the duty is overdue and T0 is held',
  {
    in: 'src/policy/duties/duties-on.ts',
    from: "finalTextDueAt, finalTextAt, 'hold_disclosure'",
    to: "finalTextDueAt, finalTextAt, 'violation'",
  },
  () => {
    const due = day(-1);
    const at = (finalTextAt: Instant | null) =>
      states('publish: always', 'FINAL_TEXT', { finalTextDueAt: due, finalTextAt }, around(due));
    const [open, over] = ['open: hold_disclosure', 'overdue: hold_disclosure'];
    assert.deepEqual(at(null), [open, over, over]);
    const done = 'done: hold_disclosure';
    assert.deepEqual(at(due), [open, done, done]);
    assert.deepEqual(at(plus(due, 1)), [open, over, 'late: hold_disclosure']);
  },
);

rule(
  'R14',
  'seven days before disclosure the date, the time and the top severity are public, no more',
  {
    in: 'src/policy/duties/pre-announcement.ts',
    from: '!FIELDS.includes(String(key))',
    to: "!FIELDS.includes(String(key)) && key !== 'product'",
  },
  () => {
    const section = 'pre_announcement: 7d';
    assert.deepEqual(states(section, 'PRE_ANNOUNCEMENT', {}, around(day(-7))), [
      'open: violation',
      'overdue: violation',
      'overdue: violation',
    ]);
    const told = { preAnnouncedAt: day(-7) };
    assert.deepEqual(states(section, 'PRE_ANNOUNCEMENT', told, around(day(-7))), [
      'open: violation',
      'done: violation',
      'done: violation',
    ]);
    const announced = preAnnouncementOf(T0, ['moderate', 'critical', 'low']);
    assert.deepEqual(announced, { date: '2026-06-16', time: '16:00Z', maxSeverity: 'critical' });
    assert.deepEqual(parsePreAnnouncement(announced), announced);
    for (const more of ['product', 'cve', 'title', 'count']) {
      assert.throws(() => parsePreAnnouncement({ ...announced, [more]: 'x' }), {
        code: 'INVALID_INPUT',
        field: `preAnnouncement.${more}`,
      });
    }
  },
);

rule(
  'R21',
  'a shared proof of concept is public within seven days of disclosure, or it is a violation',
  {
    in: 'src/policy/duties/duties-on.ts',
    from: 'pocSharedAt !== null) {',
    to: 'acceptedAt !== null) {',
  },
  () => {
    const at = (events: Partial<DutyEvents>) =>
      states('publish_poc: 7d', 'PUBLISH_POC', events, around(day(7)));
    const [open, over] = ['open: violation', 'overdue: violation'];
    assert.deepEqual(at({}), [null, null, null], 'none was shared');
    const shared = { pocSharedAt: day(-14) };
    assert.deepEqual(at(shared), [open, over, over]);
    const done = 'done: violation';
    assert.deepEqual(at({ ...shared, pocPublishedAt: day(7) }), [open, done, done]);
    const late = { ...shared, pocPublishedAt: plus(day(7), 1) };
    assert.deepEqual(at(late), [open, over, 'late: violation']);
  },
);

rule(
  'R21',
  'where no proof of concept is ever public (R20), none can be owed to the public: not saved',
  {
    in: 'src/policy/duties/claims.ts',
    from: "claim('publish_poc', SHARED, late)",
    to: "claim('publish_poc', SHARED, AT_DISCLOSURE)",
  },
  () => {
    const found = (name: string, row: string, section: string, more = '') => {
      const files = packFiles(name);
      const table = files.get('programme.yaml') ?? '';
      const written = table
        .replace(/^ {2}poc: .*$/m, `  poc: {${row}}`)
        .replace(/^duties:\n(?:[ #].*\n|\n)*/m, '');
      files.set('programme.yaml', `${written}\nduties: {${section}}\n`);
      files.set('invariants.cedar', more);
      return checkPack(files, sha256).findings.filter(({ level }) => level === 'error');
    };
    const row = (everyone: string) => `distros: lead, reduced: never, everyone: ${everyone}`;
    assert.deepEqual(found('linux-distros', row('T0'), 'publish_poc: 7d'), []);
    assert.deepEqual(found('linux-distros', row('never'), 'publish: always'), []);
    const [clash, ...others] = found('linux-distros', row('never'), 'publish_poc: 7d');
    assert.deepEqual(others, []);
    assert.equal(clash?.code, 'IMPOSSIBLE_TOGETHER');
    assert.match(
      clash.message,
      /^programme\.yaml:\d+: duties\.publish_poc and table\.not-public are impossible together: «A/,
    );
    assert.match(clash.example ?? '', /^anybody asks for poc at T0.*: deny by table\./);
    const never = `@id("R20") @says("No exploit is given to anybody")
      forbid (principal, action, resource is Artifact) when { resource.kind == Kind::"poc" };`;
    const oracle = 'customers: never, reduced: never, everyone: never';
    const [claims] = found('oracle', oracle, 'publish_poc: 7d', never);
    assert.match(claims?.message ?? '', /duties\.publish_poc and R20 are impossible together: «A/);
    assert.match(claims?.example ?? '', /^anybody asks for poc at T0/);
  },
);

rule(
  'R59',
  'a leak report says what, to whom and how it is prevented, and counts if it comes first',
  {
    in: 'src/policy/duties/leak-report.ts',
    from: 'reportedAt < detectedAt',
    to: 'reportedAt <= detectedAt',
  },
  () => {
    const report = { what: 'The advisory.', toWhom: 'A wrong team.', prevention: 'A roster.' };
    assert.deepEqual(parseLeakReport(report), report);
    const long = { ...report, what: 'x'.repeat(4_000) };
    assert.deepEqual(parseLeakReport(long), long);
    for (const field of ['what', 'toWhom', 'prevention']) {
      for (const value of [undefined, '', '  ', 7, 'x'.repeat(4_001)]) {
        assert.throws(() => parseLeakReport({ ...report, [field]: value }), {
          code: 'INVALID_INPUT',
          field: `leakReport.${field}`,
        });
      }
    }
    assert.throws(() => parseLeakReport({ ...report, who: 'x' }), { field: 'leakReport.who' });
    for (const none of ['sorry', null, undefined]) {
      assert.throws(() => parseLeakReport(none), { code: 'INVALID_INPUT', field: 'leakReport' });
    }
    assert.deepEqual(
      around(T0).map((reportedAt) => isLenient(reportedAt, T0)),
      [true, false, false],
    );
    assert.equal(isLenient(T0, null), true);
    const leak = { participant: ONE, noticedAt: day(-3), reportedAt: null };
    assert.deepEqual(
      states('leak_report: 24h', 'LEAK_REPORT', { ownLeaks: [leak] }, around(day(-2))),
      ['open: breach', 'overdue: breach', 'overdue: breach'],
    );
  },
);

/** What a member owes by a section at an instant, by code. */
function owed(section: string, now: Instant): ReadonlyMap<string, Obligation> {
  const facts = { grantedAt: day(-14), disclosureAt: T0, standing: 'active' } as const;
  const nothing = {
    standingSince: null,
    receivedAt: null,
    acknowledgedAt: null,
    reports: [],
    leaks: [],
    revisions: [],
  };
  const found = obligationsOf(rules(section), { ...facts, ...nothing }, now);
  return new Map(found.map((each) => [each.code, each]));
}

rule(
  'R59',
  'whoever is given something is told how soon it would report a leak of its own',
  {
    in: 'src/policy/duties/obligations.ts',
    from: "within('leak_report', leakReportMs)",
    to: "by('leak_report', plus(grantedAt, leakReportMs))",
  },
  () => {
    const told = owed('leak_report: 24h', day(-14)).get('leak_report');
    assert.deepEqual(told, {
      code: 'leak_report',
      dueAt: null,
      withinMs: DAY_MS,
      doneAt: null,
      state: 'binding',
    });
    assert.equal(owed('leak_report: 24h', day(30)).get('leak_report')?.state, 'binding');
    assert.equal(owed('publish: always', day(-14)).has('leak_report'), false);
  },
);

rule(
  'R45',
  'a member keeps what it was given to itself until disclosure, and at disclosure no longer',
  {
    in: 'src/policy/duties/obligations.ts',
    from: 'rules.keepEmbargo && now < disclosureAt',
    to: 'rules.keepEmbargo && now <= disclosureAt',
  },
  () => {
    const kept = around(T0).map((now) => owed('keep_embargo: T0', now).get('keep_embargo'));
    assert.deepEqual(
      kept.map((each) => each && [each.dueAt, each.state]),
      [[T0, 'binding'], undefined, undefined],
    );
    assert.equal(owed('publish: always', day(-1)).size, 0);
  },
);

function breach(days: number, participant = ONE): Breach {
  const event = `eeeeeeee-0000-4000-8000-${String(days).padStart(12, '0')}` as EventId;
  return { event, participant, alert: ALERT, confirmedAt: day(days), lenient: false };
}

rule(
  'R60',
  'the first confirmed breach removes everywhere and is told to all signatories',
  {
    in: 'src/policy/duties/breaches.ts',
    from: "{ do: 'tell_signatories', alert, participant },\n",
    to: '',
  },
  () => {
    const section = rules('first_breach: remove_everywhere');
    for (const earlier of [[], [breach(1)]]) {
      assert.deepEqual(onBreach(section, earlier, breach(3)), [
        { do: 'remove', participant: ONE, programmes: 'all', at: day(3) },
        { do: 'tell_signatories', alert: ALERT, participant: ONE },
      ]);
    }
    assert.deepEqual(onBreach(rules('first_breach: record'), [], breach(3)), []);
  },
);

rule(
  'R61',
  'a second breach within the window proposes a removal to persons',
  {
    in: 'src/policy/duties/breaches.ts',
    from: 'confirmedAt - each.confirmedAt < withinMs',
    to: 'confirmedAt - each.confirmedAt <= withinMs',
  },
  () => {
    const section = rules('repeated_breach: {count: 2, within: 365d}');
    const first = breach(0);
    const proposed = (at: Instant) => {
      const second = { ...breach(1), confirmedAt: at };
      const effects = onBreach(section, [first], second);
      if (effects.length === 0) return false;
      const expected = { do: 'propose_removal', participant: ONE, breaches: [first, second] };
      assert.deepEqual(effects, [expected]);
      return true;
    };
    assert.deepEqual(around(day(365)).map(proposed), [true, false, false]);
    assert.deepEqual(onBreach(section, [], first), [], 'the first alone');
    assert.deepEqual(onBreach(section, [breach(0, TWO)], breach(1)), [], 'of another');
  },
);

rule(
  'R63',
  'removal without a reason is for programmes that say so, and is recorded all the same',
  {
    in: 'src/policy/duties/removal.ts',
    from: "given.trim() === ''",
    to: "given === ''",
  },
  () => {
    const allowed = rules('removal_without_reason: allowed');
    const refused = rules('removal_without_reason: refused');
    for (const none of [null, '', '  ']) {
      assert.deepEqual(removal(allowed, ONE, none), {
        allowed: true,
        record: { participant: ONE, reason: null },
      });
      for (const section of [refused, rules('publish: always')]) {
        assert.deepEqual(removal(section, ONE, none), { allowed: false, code: 'REASON_REQUIRED' });
      }
    }
    for (const section of [allowed, refused]) {
      assert.deepEqual(removal(section, ONE, 'Two leaks.'), {
        allowed: true,
        record: { participant: ONE, reason: 'Two leaks.' },
      });
    }
  },
);

rule(
  'R65',
  'what a list has accepted is published, though it was withdrawn',
  {
    in: 'src/policy/duties/duties-on.ts',
    from: "withdrawnAt === null || rules.publish === 'always'",
    to: 'withdrawnAt === null',
  },
  () => {
    const withdrawn = { withdrawnAt: day(-3) };
    const [open, over] = ['open: violation', 'overdue: violation'];
    const at = (section: string, events: Partial<DutyEvents>) =>
      states(section, 'PUBLISH', events, around(T0));
    assert.deepEqual(at('publish: always', withdrawn), [open, over, over]);
    assert.deepEqual(at('publish: always', {}), [open, over, over]);
    assert.deepEqual(at('publish: unless_withdrawn', withdrawn), [null, null, null]);
    assert.deepEqual(at('publish: unless_withdrawn', {}), [open, over, over]);
    const never = { ...withdrawn, acceptedAt: null };
    assert.deepEqual(at('publish: always', never), [null, null, null], 'no list has it');
    const done = 'done: violation';
    assert.deepEqual(at('publish: always', { ...withdrawn, publishedAt: T0 }), [open, done, done]);
  },
);

const SEALED = 'cccccccc-0000-4000-8000-000000000001' as EventId;

function matter(kind: Matter['kind'], aware: string, more: Partial<Matter> = {}): Matter {
  const awareness = { at: parseInstant(aware), sealedIn: SEALED };
  return { kind, awareness: [awareness], measureAt: null, submitted: {}, ...more };
}

function due(of: Matter): string[] {
  return regulatorClocks(['cra', 'rmsv'], of).map(
    ({ report, dueAt }) => `${report} ${formatInstant(dueAt)}`,
  );
}

rule(
  'R66',
  'CRA: 24 h, 72 h, 14 days after a fix; an incident a month after its notice; no weekend shift',
  {
    in: 'src/policy/duties/regulators.ts',
    from: "'CRA Art. 14(4)(c)', 'notification', { months: 1 }",
    to: "'CRA Art. 14(4)(c)', 'notification', { days: 30 }",
  },
  () => {
    const friday = '2026-09-18T17:00:00Z';
    const first = ['EARLY_WARNING 2026-09-19T17:00:00Z', 'NOTIFICATION 2026-09-21T17:00:00Z'];
    assert.deepEqual(due(matter('exploited_vulnerability', friday)), first);
    const fixed = { measureAt: parseInstant('2026-09-30T08:00:00Z') };
    assert.deepEqual(due(matter('exploited_vulnerability', friday, fixed)), [
      ...first,
      'FINAL_REPORT 2026-10-14T08:00:00Z',
    ]);
    const noticed = { submitted: { NOTIFICATION: parseInstant('2026-08-31T10:00:00Z') } };
    assert.deepEqual(due(matter('severe_incident', '2026-08-28T17:00:00Z', noticed)), [
      'EARLY_WARNING 2026-08-29T17:00:00Z',
      'NOTIFICATION 2026-08-31T17:00:00Z',
      'FINAL_REPORT 2026-09-30T10:00:00Z',
    ]);
    const january = { submitted: { NOTIFICATION: parseInstant('2028-01-31T10:00:00Z') } };
    assert.equal(
      due(matter('severe_incident', '2028-01-30T10:00:00Z', january)).at(-1),
      'FINAL_REPORT 2028-02-29T10:00:00Z',
    );
    const warned = parseInstant('2026-09-19T17:00:00Z');
    const at = (submitted: Matter['submitted']) =>
      states(
        'regulators: [cra]',
        'CRA_EARLY_WARNING',
        { matters: [matter('exploited_vulnerability', friday, { submitted })] },
        around(warned),
      );
    assert.deepEqual(at({}), ['open: regulator', 'overdue: regulator', 'overdue: regulator']);
    assert.deepEqual(at({ EARLY_WARNING: warned }), [
      'open: regulator',
      'done: regulator',
      'done: regulator',
    ]);
  },
);

rule(
  'R67',
  'a doubt holds back from one CSIRT, a compromised platform from all, until it is cleared',
  {
    in: 'src/policy/duties/dissemination.ts',
    from: 'doubt.csirt === csirt && lasts(doubt, now)',
    to: 'lasts(doubt, now)',
  },
  () => {
    const clearedAt = day(1);
    const holds = (doubts: Parameters<typeof disseminationHold>[0], csirt: string) =>
      [...around(T0), ...around(clearedAt)].map(
        (now) => disseminationHold(doubts, csirt, now)?.code ?? null,
      );
    const during = (code: string) => [null, code, code, code, null, null];
    const doubt = { csirts: [{ csirt: 'norrland', since: T0, clearedAt }], platform: [] };
    assert.deepEqual(holds(doubt, 'norrland'), during('RECIPIENT_IN_DOUBT'));
    assert.deepEqual(holds(doubt, 'suderland'), [null, null, null, null, null, null]);
    const platform = { ...doubt, csirts: [], platform: [{ since: T0, clearedAt }] };
    assert.deepEqual(holds(platform, 'norrland'), during('PLATFORM_COMPROMISED'));
    assert.deepEqual(holds(platform, 'suderland'), during('PLATFORM_COMPROMISED'));
    const open = { csirts: [], platform: [{ since: T0, clearedAt: null }] };
    assert.deepEqual(disseminationHold(open, 'norrland', day(10_000)), {
      code: 'PLATFORM_COMPROMISED',
      since: T0,
    });
  },
);

rule(
  'R68',
  'RMSV: a filing within 48 hours, and a log of incoming reports for six months at least',
  {
    in: 'src/policy/duties/rules.ts',
    from: 'Number(months) < least',
    to: 'Number(months) < least - 1',
  },
  () => {
    const known = matter('known_vulnerability', '2026-09-18T17:00:00Z');
    assert.deepEqual(due(known), ['FILING 2026-09-20T17:00:00Z']);
    const filed = parseInstant('2026-09-20T17:00:00Z');
    assert.deepEqual(
      states(
        'regulators: [rmsv]\nintake_log: 6mo',
        'RMSV_FILING',
        { matters: [known] },
        around(filed),
      ),
      ['open: regulator', 'overdue: regulator', 'overdue: regulator'],
    );
    const invalid = (message: RegExp) => ({ code: 'POLICY_INVALID', message });
    assert.throws(
      () => rules('regulators: [rmsv]'),
      invalid(/programme\.yaml:1: missing duties\.intake_log \(rmsv asks for 6mo\)/),
    );
    assert.throws(
      () => rules('regulators: [rmsv]\nintake_log: 5mo'),
      invalid(/programme\.yaml:2: intake_log: expected at least 6mo, as rmsv asks, found "5mo"/),
    );
    const logged = parseInstant('2026-08-31T12:00:00Z');
    const kept = (section: string) => erasableFrom(rules(section), logged);
    assert.equal(kept('regulators: [rmsv]\nintake_log: 6mo'), parseInstant('2027-02-28T12:00:00Z'));
    assert.equal(kept('intake_log: 1mo'), parseInstant('2026-09-30T12:00:00Z'));
    assert.equal(kept('publish: always'), null);
  },
);
