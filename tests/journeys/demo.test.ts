import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { LEAKED_KINDS } from '../../src/cli/demo/leaks.ts';
import type { Report } from '../../src/cli/demo/report.ts';
import {
  interrupt,
  openWorkFolder,
  postgresLeftIn,
  type Ran,
  run,
  type Terminal,
} from '../support/command-line.ts';

/** Decisions of a wave: 120 participants on 8 artifacts. */
const DECISIONS = 120 * 8;

/** The form of an alert in the numbers, but for what only the second has. */
const ALERT = {
  ...{ id: 'string', title: 'string', disclosureAt: 'string', earlyWarningHours: 'number' },
  artifacts: [{ kind: 'string', name: 'string', slots: 'number' }],
  waves: [
    {
      ...{ at: 'string', allowed: 'number', allowedReduced: 'number' },
      ...{ held: 'number', denied: 'number', reasons: {} },
    },
  ],
  restricted: {
    ...{ participants: 'number', pocCopies: 'number', copiesBeforeT0: 'number' },
    ...{ summaryCopiesAtT0: 'number', otherCopies: 'number' },
  },
  copies: { served: 'number', opened: 'number', verified: 'number' },
};

suite('the demonstration, as its first user sees it', () => {
  let folder: Awaited<ReturnType<typeof openWorkFolder>>;
  let terminal: Terminal;
  let ran: Ran;
  let report: Report;

  before(async () => {
    folder = await openWorkFolder();
    terminal = { cwd: folder.path, env: { HOME: folder.path, TMPDIR: folder.path } };
    ran = await run(terminal, 'tocsin', 'demo', '--once', '--json', 'out.json');
    assert.equal(ran.code, 0, ran.stderr);
    report = JSON.parse(await readFile(join(folder.path, 'out.json'), 'utf8')) as Report;
  });

  after(() => folder.remove());

  test('its numbers have the form that docs/demo.md promises', () => {
    assert.deepEqual(shapeOf(report), {
      participants: 'number',
      readers: 'number',
      alert: {
        id: 'string',
        disclosureAt: 'string',
        artifacts: [{ kind: 'string', name: 'string', slots: 'number' }],
      },
      waves: [
        {
          at: 'string',
          allowed: 'number',
          allowedReduced: 'number',
          held: 'number',
          denied: 'number',
          reasons: {},
        },
      ],
      restricted: {
        participants: 'number',
        pocCopies: 'number',
        copiesBeforeT0: 'number',
        summaryCopiesAtT0: 'number',
      },
      copies: { served: 'number', opened: 'number', verified: 'number' },
      suspension: { participant: 'string', fetchesAfter: 'number', servedAfter: 'number' },
      leak: {
        transformations: ['string'],
        slotsTotal: 'number',
        slotsRead: 'number',
        readersTested: 'number',
        truth: 'string',
        accused: [{ reader: 'string', participant: 'string', p: 'number', corrected: 'number' }],
      },
      canary: { hit: 'boolean', sufficient: 'boolean' },
      unmarked: { accused: [], exposed: 'number' },
      ledger: { size: 'number', root: 'string', verified: 'boolean' },
      alerts: [{ ...ALERT, sources: [], breakGlass: 'object' }],
      seconds: 'number',
    });
  });

  test('`alerts` has both, the first as it is beside it, and the second in the same form', () => {
    const [first, second, ...others] = report.alerts;
    assert.ok(first && second && others.length === 0);
    const { id, disclosureAt, artifacts, waves, copies } = first;
    assert.deepEqual({ id, disclosureAt, artifacts }, report.alert);
    assert.deepEqual([waves, copies], [report.waves, report.copies]);
    assert.deepEqual({ ...first.restricted, ...report.restricted }, first.restricted);
    assert.deepEqual([first.sources, first.breakGlass], [[], null]);
    assert.deepEqual(shapeOf(second), {
      ...ALERT,
      sources: [
        {
          ...{ kind: 'string', name: 'string', origin: 'string' },
          ...{ publishedAt: 'string', releasedAt: 'string', late: 'boolean' },
        },
      ],
      breakGlass: { at: 'string', confirmedInTime: 'boolean' },
    });
  });

  test('everybody takes part, and every decision is counted', () => {
    assert.deepEqual([report.participants, report.readers], [120, 300]);
    assert.equal(report.alert.disclosureAt, '2025-07-08T17:00:00Z');
    assert.equal(report.alert.artifacts.length, 8);
    assert.deepEqual(
      report.waves.map(({ at }) => at),
      ['2025-06-24', '2025-07-03', '2025-07-07', '2025-07-08'].map((day) => `${day}T17:00:00Z`),
    );
    for (const { allowed, allowedReduced, held, denied } of report.waves) {
      assert.equal(allowed + allowedReduced + held + denied, DECISIONS);
      assert.ok(allowed > 0 && denied > 0);
    }
    assert.ok((report.waves[3]?.allowedReduced ?? 0) > 0);
    assert.ok((report.waves[0]?.reasons['LEGAL_DUTY'] ?? 0) > 0);
  });

  test('who must report, or may have to, has nothing before disclosure, then the summary', () => {
    const { restricted } = report;
    assert.equal(restricted.participants, 21);
    assert.deepEqual([restricted.pocCopies, restricted.copiesBeforeT0], [0, 0]);
    assert.ok(restricted.summaryCopiesAtT0 >= restricted.participants);
  });

  test('each copy that was served was opened and its proof verified', () => {
    const { served, opened, verified } = report.copies;
    assert.ok(served > 1_500);
    assert.deepEqual([opened, verified], [served, served]);
  });

  test('after the suspension nothing was served, though it was asked for', () => {
    assert.ok(report.suspension.fetchesAfter > 0);
    assert.equal(report.suspension.servedAfter, 0);
  });

  test('the text is traced to the copy it was made from, and to no other', () => {
    const { leak } = report;
    const leaked = report.alert.artifacts.filter(({ kind }) =>
      LEAKED_KINDS.some((one) => one === kind),
    );
    assert.ok(leaked.reduce((sum, { slots }) => sum + slots, 0) >= 240);
    assert.ok(leak.slotsRead < leak.slotsTotal && leak.readersTested > 200);
    assert.deepEqual(
      leak.accused.map(({ reader }) => reader),
      [leak.truth],
    );
    for (const { p, corrected } of leak.accused) assert.ok(p < corrected && corrected <= 1e-6);
  });

  test('the second alert: one wave for all, published within hours, no quiet embargo', () => {
    const [first, second] = report.alerts;
    assert.ok(first && second);
    assert.match(second.title, /CVE-2025-53770, CVE-2025-53771/);
    assert.equal(second.waves[0]?.at, '2025-07-19T17:00:00Z');
    assert.equal(second.disclosureAt, '2025-07-19T23:00:00Z');
    assert.deepEqual(second.breakGlass, { at: second.disclosureAt, confirmedInTime: true });
    assert.deepEqual([first.earlyWarningHours, second.earlyWarningHours], [14 * 24, 6]);
    // All tiers that may have it have it in the first wave: the three artifacts it opens with.
    const regular = (report.waves[2]?.allowed ?? 0) / report.alert.artifacts.length;
    assert.equal(second.waves[0]?.allowed, regular * 3);
  });

  test('what was taken over came on or after its own day, in the first wave there was', () => {
    const [, second] = report.alerts;
    assert.ok(second);
    assert.equal(second.sources.length, 9);
    const waves = second.waves.map(({ at }) => at);
    for (const { name, publishedAt, releasedAt, late } of second.sources) {
      assert.ok(releasedAt !== null && late, name);
      assert.ok(Date.parse(releasedAt) >= Date.parse(publishedAt), name);
      // Exactly one wave between the two: its own. None was passed over.
      const between: string[] = waves.filter(
        (at) =>
          Date.parse(at) >= Date.parse(publishedAt) && Date.parse(at) < Date.parse(releasedAt),
      );
      assert.equal(between.length, 1, name);
      assert.equal(between[0]?.slice(0, 10), releasedAt.slice(0, 10), name);
    }
    assert.deepEqual(
      waves.slice(2),
      [20, 21, 22, 24, 25].map((day) => `2025-07-${day}T23:00:00Z`),
    );
  });

  test('of the second alert too, restricted firms have the description from T0, no more', () => {
    const [, second] = report.alerts;
    assert.deepEqual(second?.restricted, {
      ...{ participants: 21, pocCopies: 0, copiesBeforeT0: 0 },
      ...{ summaryCopiesAtT0: 21, otherCopies: 0 },
    });
    const { served, opened, verified } = second.copies;
    assert.ok(served > 21);
    assert.deepEqual([opened, verified], [served, served]);
    assert.ok((second.waves[0]?.reasons['LEGAL_DUTY'] ?? 0) > 0);
  });

  test('a canary is a hit and not sufficient; without a mark no copy is identified', () => {
    assert.deepEqual(report.canary, { hit: true, sufficient: false });
    assert.deepEqual(report.unmarked.accused, []);
    assert.ok(report.unmarked.exposed > 0 && report.unmarked.exposed < report.leak.readersTested);
  });

  test('the ledger is verified from outside, a tick for every hour', () => {
    assert.equal(report.ledger.verified, true);
    assert.match(report.ledger.root, /^[0-9a-f]{64}$/);
    assert.ok(report.ledger.size > 35 * 24);
  });

  test('it fits a terminal, in words that accuse nobody, and says what is invented', () => {
    assert.equal(ran.stderr, '');
    const lines = ran.stdout.split('\n');
    assert.ok(lines.length <= 102, `${lines.length} lines`);
    for (const line of lines) assert.ok([...line].length <= 80, line);
    const story = ran.stdout.replace(/\s+/g, ' ');
    assert.match(story, /are invented\. The alerts are reconstructions/);
    assert.match(story, /6 hours of early warning were left/);
    assert.doesNotMatch(story, /accus|guilt|leaker|culprit/i);
    assert.match(story, /Copy identified: issued to/);
    assert.match(story, /does not say who passed the copy on, or why/);
    assert.doesNotMatch(story, /NOT BORNE OUT|NOT verified/);
  });

  test('nothing is left but the numbers', async () => {
    assert.deepEqual(await readdir(folder.path), ['out.json']);
    assert.deepEqual(await postgresLeftIn(folder.path), []);
  });
});

test('Ctrl-C in the middle ends everything in order', async () => {
  const folder = await openWorkFolder();
  try {
    const terminal = { cwd: folder.path, env: { HOME: folder.path, TMPDIR: folder.path } };
    const { code, stdout } = await interrupt(terminal, /^2 {2}The alert/m, 'tocsin', 'demo');
    assert.equal(code, 130);
    assert.doesNotMatch(stdout, /^6 {2}The ledger/m);
    assert.deepEqual(await readdir(folder.path), []);
    assert.deepEqual(await postgresLeftIn(folder.path), []);
  } finally {
    await folder.remove();
  }
});

test('a folder that holds something is left as it is', async () => {
  const folder = await openWorkFolder();
  try {
    const terminal = { cwd: folder.path, env: { HOME: folder.path } };
    const { code, stderr } = await run(terminal, 'tocsin', 'demo', '--data', '/etc');
    assert.equal(code, 2);
    assert.match(stderr, /--data: expected an empty folder/);
  } finally {
    await folder.remove();
  }
});

/** The form of a value: member names and types; of a list the form of its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  const entries = Object.entries(value).map(([name, member]) => [
    name,
    // Reasons are counted by their codes, which depend on the policy.
    name === 'reasons' ? {} : shapeOf(member),
  ]);
  return Object.fromEntries(entries) as unknown;
}
