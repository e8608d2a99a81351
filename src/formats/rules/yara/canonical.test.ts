import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalYara } from './canonical.ts';
import { parseYara } from './parse.ts';

function canonical(strings: string, condition: string): string {
  const source = `rule r { meta: score = 7 strings: ${strings} condition: ${condition} }`;
  const file = parseYara(source);
  assert.equal(file.items[0]?.kind, 'rule', source);
  return canonicalYara(source, file);
}

const STRINGS = '$a1 = "one" $a2 = { 4D 5a } $b = /x+/';

const EQUAL: readonly (readonly [string, string])[] = [
  ['$a1 and $b', '$b and $a1'],
  ['($a1 and $a2) and $b', '$b and $a1 and $a2'],
  ['filesize < 4KB', '4096 > filesize'],
  ['uint16(0) == 0x5a4d', '0x5A4D == uint16(0)'],
  ['filesize >= 1MB', '0x100000 <= filesize'],
  ['1 of them', 'any of ($*)'],
  ['all of ($a*)', 'all of ($a2, $a1)'],
  ['not (1 of ($a*))', 'not any of ($a1, $a2)'],
  ['for 1 of ($a*) : ( $ at 0x10 )', 'for any of ($a2, $a1) : ( $ at 16 )'],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ['$a1 and $b', '$a1 or $b'],
  ['$a1 and ($a2 or $b)', '($a1 and $a2) or $b'],
  ['filesize < 4KB', 'filesize <= 4KB'],
  ['filesize < 4KB', 'filesize < 4000'],
  ['1 of them', '2 of them'],
  ['any of them', 'all of them'],
  ['any of ($a*)', 'any of them'],
  ['not $a1 and $b', 'not ($a1 and $b)'],
  ['@a1 - @b < 7', '@b - @a1 < 7'],
  ['$a1 at 0', '$a1'],
  ['$b in (0..10)', '$b in (0..11)'],
  ['uint16(0) == 1', 'uint16be(0) == 1'],
  ['50% of them', '50 of them'],
];

test('conditions that mean the same have one form', () => {
  for (const [one, other] of EQUAL) {
    assert.equal(canonical(STRINGS, one), canonical(STRINGS, other), `${one} = ${other}`);
  }
});

test('conditions that differ have two', () => {
  for (const [one, other] of DIFFERENT) {
    assert.notEqual(canonical(STRINGS, one), canonical(STRINGS, other), `${one} ≠ ${other}`);
  }
});

test('the order of strings and modifiers, spaces and comments do not count', () => {
  const one = canonical('$a = "x" wide ascii  $b = { 4d /* M */ 5A }', '$a');
  const other = canonical('// two\n$b = {4D5a}\n$a = "x" ascii wide', '$a');
  assert.equal(one, other);
  assert.equal(canonical('$a = "x" nocase', '$a'), canonical('$a = "x" ascii nocase', '$a'));
});

test('what a string is counts', () => {
  const plain = canonical('$a = "x"', 'filesize > 1');
  for (const strings of ['$a = "y"', '$a = "x" wide', '$a = "x" nocase', '$a = /x/', '$b = "x"']) {
    assert.notEqual(canonical(strings, 'filesize > 1'), plain, strings);
  }
  assert.notEqual(canonical('$a = "x" base64', '$a'), canonical('$a = "x" base64 ascii', '$a'));
});
