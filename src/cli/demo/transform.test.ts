import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeded } from '../../domain/seeded.ts';
import { cut, passOn, reflow, retype, stripMarkdown } from './transform.ts';

const word = fc.stringMatching(/^[a-z]{1,12}$/);
const words = fc.array(word, { minLength: 20, maxLength: 200 });
const seed = fc.integer({ min: 0, max: 1_000_000 });
const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);

test('a cut takes one stretch of whole words, about the share that was asked for', () => {
  fc.assert(
    fc.property(words, seed, (list, from) => {
      const text = list.join(' ');
      const left = wordsOf(cut(text, 0.15, seeded(from)));
      const dropped = list.length - left.length;
      const kept = (at: number) => [...list.slice(0, at), ...list.slice(at + dropped)].join(' ');
      const gaps = Array.from({ length: left.length + 1 }, (_, at) => kept(at));
      assert.ok(gaps.includes(left.join(' ')));
      const lost = text.length - left.join(' ').length;
      assert.ok(lost >= Math.floor(0.15 * text.length) - 1 && lost <= 0.15 * text.length + 30);
    }),
  );
});

test('reflowing keeps every word in its order, within the columns', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 5 }), (paragraphs) => {
      const set = reflow(paragraphs.map((list) => list.join('\n')).join('\n\n'), 40);
      assert.deepEqual(wordsOf(set), paragraphs.flat());
      assert.ok(set.split('\n').every((line) => line.length <= 40));
      assert.equal(set.split('\n\n').length, Math.max(1, paragraphs.length));
    }),
  );
});

test('markdown loses its signs and no word', () => {
  const text =
    '# Two\n\n> **Note.** It is `so`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | d |\n';
  assert.deepEqual(wordsOf(stripMarkdown(text)), wordsOf('Two Note. It is so. one two a b c d'));
  assert.equal(stripMarkdown('snake_case and 2 * 3'), 'snake_case and 2 * 3');
});

test('retyping makes about one mistake in a hundred letters, in letters only', () => {
  const text = 'CVE-2025-49704, at 17:00: word of mouth. '.repeat(2_000);
  const typed = retype(text, 0.01, seeded(5));
  const signs = (from: string) => from.replace(/[A-Za-z]/g, '').length;
  assert.equal(signs(typed), signs(text));
  assert.ok(Math.abs(typed.length - text.length) < 0.01 * text.length);
  const letters = text.replace(/[^A-Za-z]/g, '').length;
  const [before, now] = [wordsOf(text), wordsOf(typed)];
  const touched = now.filter((one, i) => one !== before[i]).length;
  assert.ok(touched > 0.005 * letters && touched < 0.02 * letters, `${touched} of ${letters}`);
});

test('equal seeds wear a text equally', () => {
  const texts = ['A text of some words that is passed on.', 'And a second one, passed on too.'];
  assert.equal(passOn(texts, seeded(9)), passOn(texts, seeded(9)));
  assert.notEqual(passOn(texts, seeded(9)), passOn(texts, seeded(10)));
});
