// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippets are code
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Token, tokenize } from './tokens.ts';

const of = (kind: Token['kind'], source: string) =>
  tokenize(source)
    .filter((token) => token.kind === kind)
    .map((token) => token.text);

test('comments and strings are told from code', () => {
  const source = `a('b // c', "d\\"e"); // f 'g'\n/* h "i" */ j`;
  assert.deepEqual(of('string', source), ['b // c', 'd\\"e']);
  assert.deepEqual(of('comment', source), [`// f 'g'`, '/* h "i" */']);
  assert.equal(of('code', source).join('|'), 'a(|, |); |\n| j');
});

test('a template’s text is a string and what it computes is code, however deep', () => {
  const source = 'x(`a ${b + `c ${ {d: 1}.d }`} e`) + f';
  assert.deepEqual(of('string', source), ['a ', 'c ', '', ' e']);
  assert.equal(of('code', source).join('|'), 'x(|b + | {d: 1}.d |) + f');
});

test('a slash divides after a value and opens a pattern after an operator', () => {
  assert.deepEqual(of('regex', `a / b / c; x.replace(/['"/*]/g, ''); return /[/]'/;`), [
    `/['"/*]/g`,
    `/[/]'/`,
  ]);
  assert.deepEqual(of('string', '`a` / 2 / `b`'), ['a', 'b']);
});

test('lines are counted through everything', () => {
  const lines = tokenize("a\n/* b\n */ 'c' `d\n${e}\n`\n'f'").map(({ text, line }) => [text, line]);
  assert.deepEqual(
    lines.filter(([text]) => ['c', 'd\n', 'f'].includes(String(text))),
    [
      ['c', 3],
      ['d\n', 3],
      ['f', 6],
    ],
  );
});
