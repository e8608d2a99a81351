import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLUMNS, openPage } from './page.ts';
import { aligned, grouped, momentOf, spanOf, tally } from './words.ts';

function written(work: (page: ReturnType<typeof openPage>) => void, more = {}) {
  const streams = { out: '', err: '' };
  const into = (name: 'out' | 'err') => (text: string) => {
    streams[name] += text;
  };
  work(openPage({ out: into('out'), err: into('err'), colour: false, watched: false, ...more }));
  return streams;
}

test('paragraphs, facts and points are wrapped to the terminal, headings fill a line', () => {
  const text = 'copies that differ without a change of meaning '.repeat(10).trim();
  const { out } = written((page) => {
    page.part('1  Heading', '8 July 2025');
    page.line(text);
    page.fact(text);
    page.point('+', text);
    page.aside(text);
  });
  const lines = out.split('\n');
  for (const line of lines) assert.ok(line.length <= COLUMNS, line);
  assert.equal(lines[1]?.length, COLUMNS);
  assert.equal(out.match(/meaning/g)?.length, 40);
});

test('colour and progress only where somebody watches, and progress never in the story', () => {
  const work = (page: ReturnType<typeof openPage>) => {
    page.doing('readers join', 1, 3);
    page.fact('done');
  };
  assert.deepEqual(written(work), { out: ' ✓ done\n', err: '' });
  const seen = written(work, { colour: true, watched: true });
  assert.match(seen.err, /readers join 1 of 3/);
  assert.ok(seen.err.endsWith('\r\u001b[K'), 'it is taken away');
  assert.doesNotMatch(seen.out, /readers/);
});

test('a long work is drawn some fifty times, not at every step', () => {
  const { err } = written(
    (page) => {
      for (let done = 1; done <= 1_000; done++) page.doing('reading', done, 1_000);
    },
    { watched: true },
  );
  assert.equal(err.match(/reading/g)?.length, 50);
});

test('numbers and times as people write them', () => {
  assert.equal(grouped(1_234_567), '1 234 567');
  assert.equal(grouped(999), '999');
  assert.equal(momentOf(Date.UTC(2025, 6, 8, 17)), '8 July 2025, 17:00Z');
  assert.deepEqual([336, 48, 24, 6].map(spanOf), ['14 days', '2 days', '24 hours', '6 hours']);
  assert.equal(tally(['b', 'a', 'b']), 'b 2, a 1');
  assert.equal(aligned(['a', 1, 'x'], [4, 3, 3]), 'a     1  x');
});
