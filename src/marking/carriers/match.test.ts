import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchForHex } from './hex-match.ts';
import { stepsOn } from './match.ts';
import { matchFor } from './regex-match.ts';

test('the text for a regular expression is one that it matches', () => {
  for (const pattern of [
    'abc',
    'a{3}b{2,}c{0,4}d+e*f?',
    '(foo|ba(r|z)){2}[^a-c]\\x41\\d\\w\\s\\.',
    '(?:x[yz]{1,400}){3}.{100}$',
    '[]a]|b',
  ]) {
    const { text = '', size = 0 } = matchFor(pattern) ?? {};
    assert.match(text, new RegExp(`^(?:${pattern.replace('[]', '[\\]')})$`), pattern);
    assert.ok(size >= text.length, pattern);
  }
});

test('the bytes for a hexadecimal string: first alternatives, shortest jumps, no comments', () => {
  const bytes = (source: string) =>
    Buffer.from(matchForHex(source)?.text ?? '', 'latin1').toString('hex');
  assert.equal(bytes('{ 4D 5? ~00 ~4? ?A }'), '4d501100' + '0a');
  assert.equal(bytes('{ 01 [2] 02 [3-9] 03 [1-] 04 [-] 05 }'), '010000020000000300' + '0405');
  assert.equal(bytes('{ 01 ( 02 ( 03 | 04 05 ) | 06 ) 07 // 08\n /* ( */ 09 }'), '0102030709');
});

test('repetitions of repetitions are reckoned, not written out', () => {
  assert.equal(matchFor(`${'('.repeat(9)}a${'{64})'.repeat(9)}`), null);
  assert.equal(matchFor('((a{1,200}){1,200}){1,200}'), null);
  assert.equal(matchFor(`${'('.repeat(100_000)}a${')'.repeat(100_000)}`), null);
  assert.equal(matchFor('a{4000000000}'), null);
  assert.equal(matchFor('a{4000000000,1}')?.text, 'a');
  assert.equal(matchForHex('{ 61 [2000000000-3000000000] 62 }'), null);
  assert.equal(matchForHex(`{ ${'('.repeat(100_000)} 61 ${')'.repeat(100_000)} }`), null);
});

test('what rules do is cheap to try; what keeps many places alive is not', () => {
  const steps = (pattern: string) => {
    const match = matchFor(pattern);
    assert.ok(match);
    return stepsOn(match, 2_000);
  };
  const inRules = [
    '\\/owa\\/[^\\/]{1,30}(%40|@)[^.]{1,30}\\.',
    'a.{1,400}b.{1,400}c',
    'a.{0,5000}b',
  ];
  for (const pattern of [...inRules, '.*a.*b.*c', '(foo|bar)+x']) assert.ok(steps(pattern) < 1e9);
  // Each of these took minutes on some thousand bytes.
  const hostile = ['((a{1,100}){1,100})x', '(a|aa|aaa){1,400}x', 'a{1,900}a{1,900}a{1,900}x'];
  for (const pattern of hostile) assert.ok(steps(pattern) > 1e9, pattern);
});
