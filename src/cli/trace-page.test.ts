import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NAMES, REPORT } from '../../tests/support/told-report.ts';
import { tracePage } from './trace-page.ts';
import { traceText } from './trace-text.ts';

test('no name in a report becomes markup, and the page may load and run nothing', () => {
  const page = tracePage(REPORT, NAMES);
  assert.doesNotMatch(page, /<script|<Sons|"Sons"/);
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; &quot;Sons&quot;/);
  assert.match(page, /default-src 'none'/);
  assert.doesNotMatch(page, /(?:src|href|action)=|@import|url\(/);
});

test('the page says what the text says: its sentences, and every figure it rests on', () => {
  const names = NAMES;
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
  const page = tracePage(REPORT, NAMES);
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
  const page = tracePage(nobody, NAMES);
  assert.match(page, /No copy identified; about 40 more slots would have to be read\./);
  assert.doesNotMatch(page, /class="bar"/);
  const nothing = tracePage({ ...REPORT, alerts: [], evidence: null }, NAMES);
  assert.match(nothing, /Nothing of any released alert was found/);
});

test('the page says that it is a draft until a second person released it, and not after', () => {
  const draft = /<p class="draft">draft: not released by a second person<\/p>/;
  assert.match(tracePage(REPORT, NAMES), draft);
  const released = { by: 'q', at: '2025-07-11T10:00:00Z' };
  const status = { ...REPORT.status, state: 'released', released };
  const page = tracePage({ ...REPORT, status }, NAMES);
  assert.doesNotMatch(page, draft);
  assert.match(page, /<p class="released">released at 2025-07-11T10:00:00Z<\/p>/);
});

test('what a participant replied stands right after the answer, line by line, as no markup', () => {
  const text = 'It was <b>not</b> us.\nOur mailbox was open.';
  const reply = { participant: 'p', text, at: '2025-07-12T10:00:00Z' };
  const status = { ...REPORT.status, replies: [reply] };
  for (const alerts of [REPORT.alerts, []]) {
    const replied = { ...REPORT, alerts, evidence: null, status };
    const page = tracePage(replied, NAMES);
    assert.match(page, /&lt;b&gt;not&lt;\/b&gt; us\.\nOur mailbox was open\.<\/blockquote>/);
    const [answer, quoted, sample] = ['"answer"', '<blockquote>', 'Sample'].map((one) =>
      page.indexOf(one),
    );
    assert.ok(Number(answer) < Number(quoted) && Number(quoted) < Number(sample));
    assert.match(traceText(replied, NAMES), /Reply of .*\n+ *It was <b>not<\/b> us\.\n/);
  }
});
