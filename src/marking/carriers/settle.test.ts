import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TocsinError } from '../../domain/errors.ts';
import type { ProposedBit } from './carrier.ts';
import { settle } from './settle.ts';

const TEXT = 'alpha beta gamma delta (epsilon) zeta';

function slot(authored: string, other: string, weight = 1): ProposedBit {
  const start = TEXT.indexOf(authored);
  const range = { start, end: start + authored.length, other };
  return { kind: 'bit', source: 'automatic', family: 'test', ...range, what: authored, weight };
}

function settled(...slots: ProposedBit[]) {
  return settle(TEXT, [{ slots, dropped: [] }]);
}

test('what a sample could not show is dropped, or refused when an author asked for it', () => {
  for (const [authored, other, reason] of [
    ['bet', 'x', /part of a word/],
    ['beta', 'Beta!', /same words/],
    ['(epsilon)', 'x', /^$/],
    ['epsilon) zeta', 'x', /^$/],
    [' beta ', 'x', /joined word/],
  ] as const) {
    const { slots, dropped } = settled(slot(authored, other));
    assert.match(dropped[0]?.reason ?? '', reason, authored);
    assert.equal(slots.length + dropped.length, 1);
    const author: ProposedBit = { ...slot(authored, other), source: 'author' };
    if (slots.length === 0) assert.throws(() => settled(author), TocsinError);
  }
});

test('of automatic places that overlap the heaviest set is taken, in order', () => {
  const [wide, one, two] = [
    slot('beta gamma', 'gamma beta'),
    slot('beta', 'b'),
    slot('gamma', 'c'),
  ];
  assert.deepEqual(settled(two, wide, one).slots, [one, two]);
  const heavy = { ...wide, weight: 3 };
  assert.deepEqual(settled(two, heavy, one).slots, [heavy]);
});

test('an author’s places that overlap are an error', () => {
  const author = (one: ProposedBit): ProposedBit => ({ ...one, source: 'author' });
  assert.throws(
    () => settled(author(slot('beta gamma', 'x')), author(slot('gamma', 'y'))),
    (error) => error instanceof TocsinError && error.field === 'gamma',
  );
  assert.equal(settled(author(slot('beta', 'x')), author(slot('gamma', 'y'))).slots.length, 2);
});

test('no two chosen places overlap, and no other set would weigh more', () => {
  const words = TEXT.split(' ');
  const starts = words.map((_, i) => words.slice(0, i).join(' ').length + (i === 0 ? 0 : 1));
  const range = fc.tuple(fc.nat(5), fc.nat(2), fc.integer({ min: 1, max: 5 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 7 }), (ranges) => {
      const offered = ranges.map(([first, more, weight], index): ProposedBit => {
        const last = Math.min(5, first + more);
        const start = starts[first] ?? 0;
        const end = (starts[last] ?? 0) + (words[last]?.length ?? 0);
        const what = String(index);
        const place = { start, end, other: 'other', what, weight };
        return { kind: 'bit', source: 'automatic', family: 'test', ...place };
      });
      const weigh = (some: readonly { weight: number }[]) =>
        some.reduce((sum, { weight }) => sum + weight, 0);
      const apart = (some: readonly ProposedBit[]) =>
        some.every((a, i) => some.every((b, j) => i === j || a.end <= b.start || b.end <= a.start));
      const chosen = settled(...offered).slots;
      assert.ok(chosen.every((one, i) => one.end <= (chosen[i + 1]?.start ?? Infinity)));
      for (let set = 0; set < 2 ** offered.length; set++) {
        const some = offered.filter((_, i) => (set >> i) & 1);
        if (apart(some)) assert.ok(weigh(some) <= weigh(chosen) + 1e-9);
      }
    }),
  );
});
