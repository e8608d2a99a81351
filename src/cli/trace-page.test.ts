import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Names } from './names.ts';
import type { TraceAnswer } from './trace-answers.ts';
import { tracePage } from './trace-page.ts';
import { traceText } from './trace-text.ts';

const HOSTILE = '<script>alert(1)</script> & "Sons" \'Ltd\'';

const score = {
  ...{ p: 1e-20, log10P: -20, corrected: 2.4e-12, hypothesis: 'single copy' },
  ...{ agreeing: 100, disagreeing: 3 },
};

const REPORT: TraceAnswer = {
  sighting: 'sighting-id',
  sample: 'a'.repeat(64),
  find: {
    ...{ kind: 'public_site', place: 'a forum', foundAt: '2025-07-09T10:00:00Z' },
    ...{ shipped: 'no', member: null },
  },
  scoredAt: '2025-07-10T10:00:00Z',
  alerts: [
    {
      alert: 'alert-1',
      reading: 'b'.repeat(64),
      readAt: '2025-07-10T09:00:00Z',
      coverage: [{ artifact: 'artifact-1', version: 1, share: 0.62 }],
      result: {
        ...{ alpha: 1e-6, look: 2, cap: 2_000, tested: 300 },
        ...{ slotsTotal: 240, slotsRead: 150, slotsErased: 0 },
        byFamily: [{ family: 'prose.word', slots: 240, read: 150, erased: false }],
        ...{ knownWord: null, mixed: false },
        stages: [{ scope: 'participant', slots: 100, tested: 120 }],
        participants: [{ participant: 'p', ...score }],
        readers: [{ participant: 'p', reader: 'r', ...score, corrected: 3e-9 }],
        identified: [{ participant: 'p', readers: ['r'] }],
        sensitivity: [
          {
            ...{ participant: 'p', reader: null, all: { p: 1e-20, log10P: -20 } },
            withoutFamily: { name: 'prose.word', p: 1e-3, log10P: -3 },
            ...{ withoutArtifact: null, half: { p: 1e-9, log10P: -9 } },
          },
        ],
        ...{ needed: null, canaries: [], untested: ['sets_of_four_or_more'] },
      },
    },
  ],
  evidence: {
    ...{ alpha: 1e-6, look: 2, cap: 2_000, budgetLeft: 0.39, readings: 3, alerts: 2 },
    frozen: 1,
    list: 'c'.repeat(64),
    stages: [{ scope: 'participant', slots: 180, tested: 120 }],
    participants: [
      {
        ...{ participant: 'p', corrected: 1e-14, by: 'pooled', lnE: 40.2 },
        ...{ sample: { p: 1e-20, log10P: -20 }, pooled: { p: 1e-25, log10P: -25 } },
        alerts: [{ alert: 'alert-1', lnE: 40.2, agreeing: 100, disagreeing: 3 }],
      },
    ],
    readers: [],
  },
  copies: [
    {
      ...{ alert: 'alert-1', participant: 'p', readers: ['r'], copyIdentified: 'alone' },
      useAtThatTime: 'not_permitted',
      artifacts: [
        {
          ...{ artifact: 'artifact-1', kind: 'advisory', share: 0.62 },
          ...{ use: 'not_permitted', because: 'NOT_IN_FORCE' },
        },
      ],
    },
  ],
  ...{ leftOut: ['alert-8'], unsearched: ['alert-9'] },
  status: {
    ...{ report: 'd'.repeat(64), state: 'draft', tracedBy: 'i', tracedAt: '2025-07-10T10:00:00Z' },
    ...{ released: null, replies: [] },
  },
};

function named(): Names {
  const names = new Names();
  names.add('p', HOSTILE);
  names.add('r', 'Workstation 7');
  names.add('alert-1', 'Deserialisation in a server');
  names.add('artifact-1', 'advisory.md');
  return names;
}

test('no name in a report becomes markup, and the page may load and run nothing', () => {
  const page = tracePage(REPORT, named());
  assert.doesNotMatch(page, /<script|<Sons|"Sons"/);
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; &quot;Sons&quot;/);
  assert.match(page, /default-src 'none'/);
  assert.doesNotMatch(page, /(?:src|href|action)=|@import|url\(/);
});

test('the page says what the text says: its sentences, and every figure it rests on', () => {
  const names = named();
  const shown = tracePage(REPORT, names)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
  const words = new Set(shown.split(/\s+/));
  const missing = traceText(REPORT, names)
    .split(/\s+/)
    .filter((word) => !words.has(word));
  // Headings, with a capital on the page; that of the state is none there.
  assert.deepEqual(missing, ['state', 'report', 'sighting']);
});

test('who is named is a bar beyond the line, the others a count without scores', () => {
  const page = tracePage(REPORT, named());
  const bars = [...page.matchAll(/<rect class="bar" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)];
  const line = Number(/<line class="threshold" x1="([\d.]+)"/.exec(page)?.[1]);
  // Two of this sample, one over all alerts.
  assert.equal(bars.length, 3);
  for (const [, x, width] of bars) assert.ok(Number(x) + Number(width) > line);
  assert.match(page, /299 others, below the line/);
});

test('a report without a name has its answer first, and no bar', () => {
  const [traced] = REPORT.alerts;
  assert.ok(traced);
  const nobody = {
    ...REPORT,
    evidence: null,
    alerts: [
      {
        ...traced,
        result: { ...traced.result, participants: [], readers: [], identified: [], needed: 40 },
      },
    ],
  };
  const page = tracePage(nobody, named());
  assert.match(page, /No copy identified; about 40 more slots would have to be read\./);
  assert.doesNotMatch(page, /class="bar"/);
  const nothing = tracePage({ ...REPORT, alerts: [], evidence: null }, named());
  assert.match(nothing, /Nothing of any released alert was found/);
});

test('the page says that it is a draft until a second person released it, and not after', () => {
  const draft = /<p class="draft">draft: not released by a second person<\/p>/;
  assert.match(tracePage(REPORT, named()), draft);
  const released = { by: 'q', at: '2025-07-11T10:00:00Z' };
  const status = { ...REPORT.status, state: 'released', released };
  const page = tracePage({ ...REPORT, status }, named());
  assert.doesNotMatch(page, draft);
  assert.match(page, /<p class="released">released at 2025-07-11T10:00:00Z<\/p>/);
});

test('what a participant replied stands right after the answer, line by line, as no markup', () => {
  const text = 'It was <b>not</b> us.\nOur mailbox was open.';
  const reply = { participant: 'p', text, at: '2025-07-12T10:00:00Z' };
  const status = { ...REPORT.status, replies: [reply] };
  for (const alerts of [REPORT.alerts, []]) {
    const replied = { ...REPORT, alerts, evidence: null, status };
    const page = tracePage(replied, named());
    assert.match(page, /&lt;b&gt;not&lt;\/b&gt; us\.\nOur mailbox was open\.<\/blockquote>/);
    const [answer, quoted, sample] = ['"answer"', '<blockquote>', 'Sample'].map((one) =>
      page.indexOf(one),
    );
    assert.ok(Number(answer) < Number(quoted) && Number(quoted) < Number(sample));
    assert.match(traceText(replied, named()), /Reply of .*\n+ *It was <b>not<\/b> us\.\n/);
  }
});
