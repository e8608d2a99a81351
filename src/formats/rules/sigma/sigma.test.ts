import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TocsinError } from '../../../domain/errors.ts';
import { canonicalSigma } from './canonical.ts';
import { parseCondition } from './condition.ts';
import type { SigmaNode } from './node.ts';
import { find, parseSigma } from './parse.ts';

const TESTDATA = join(import.meta.dirname, '../../../../testdata');

const RULES = ['toolshell/sigma', 'rules/sigma'].flatMap((folder) =>
  readdirSync(join(TESTDATA, folder)).map((name) =>
    readFileSync(join(TESTDATA, folder, name), 'utf8'),
  ),
);

function rule(detection: string, rest = ''): string {
  return `title: t\nlogsource:\n  product: p\n  category: c\ndetection:\n${detection}\n${rest}`;
}

function canonical(source: string): string {
  return canonicalSigma(parseSigma(source));
}

function refused(source: string, message: RegExp): void {
  assert.throws(
    () => parseSigma(source),
    (error) =>
      error instanceof TocsinError && error.code === 'INVALID_INPUT' && message.test(error.message),
  );
}

function scalarsIn(node: SigmaNode): (SigmaNode & { kind: 'scalar' })[] {
  switch (node.kind) {
    case 'scalar':
      return [node];
    case 'list':
      return node.items.flatMap(scalarsIn);
    case 'map':
      return node.entries.flatMap(({ value }) => scalarsIn(value));
  }
}

test('every real rule parses, and its plain values stand where their ranges say', () => {
  for (const source of RULES) {
    const parsed = parseSigma(source);
    assert.ok(find(parsed.root, 'id') !== null);
    const plain = scalarsIn(parsed.root).filter((scalar) => scalar.plain);
    assert.ok(plain.length > 3);
    for (const { start, end, value } of plain) assert.equal(source.slice(start, end), value);
  }
});

test('orders that mean nothing do not show', () => {
  const one = `title: t
detection:
  s:
    f|contains:
      - 'a'
      - 'b'
    g: 1
  t:
    - 'k'
    - 'l'
  condition: s and (t or not 1 of s*)
falsepositives:
  - x
  - y
`;
  const other = `falsepositives: [y, x]
detection:
  condition: (not 1 of s* or t) and s
  t: [l, k]
  s:
    g: 1
    f|contains:
      - "b" # why
      - a
title: 't'
`;
  assert.equal(canonical(one), canonical(other));
});

test('what a rule detects shows', () => {
  const base = rule("  s:\n    f: 'a'\n  t: ['b', 'c']\n  condition: s and t");
  for (const changed of [
    rule("  s:\n    f: 'A'\n  t: ['b', 'c']\n  condition: s and t"),
    rule("  s:\n    f: 'a'\n  t: ['b', 'c']\n  condition: s or t"),
    rule("  s:\n    f: 'a'\n  t: ['b', 'c']\n  condition: s and not t"),
    rule("  s:\n    f|contains: 'a'\n  t: ['b', 'c']\n  condition: s and t"),
    rule("  s:\n    f: 'a'\n  t: ['b']\n  condition: s and t"),
    rule("  s:\n    f: 'a'\n  t: ['b', 'c']\n  condition: s and t", 'tags:\n  - x\n  - y'),
  ]) {
    assert.notEqual(canonical(changed), canonical(base), changed);
  }
  const tags = (order: string) => canonical(rule('  s: [a]\n  condition: s', `tags: [${order}]`));
  assert.notEqual(tags('x, y'), tags('y, x'));
});

test('whatever is changed in a real rule shows, save orders', () => {
  for (const source of RULES) {
    const { root } = parseSigma(source);
    const form = canonical(source);
    for (const { start, end, value, plain } of scalarsIn(root)) {
      if (!plain || typeof value !== 'string' || end - start > 200) continue;
      const changed = `${source.slice(0, start)}${value}x${source.slice(end)}`;
      assert.notEqual(canonical(changed), form, value);
    }
    const keys = source.matchAll(/^( +)([A-Za-z][\w|]*)(?=:)/gm);
    for (const { index, 0: found } of keys) {
      const changed = `${source.slice(0, index)}${found}x${source.slice(index + found.length)}`;
      assert.notEqual(formOrNone(changed), form, found);
    }
  }
});

/** Without its condition, or with a selection of another name, a text may be no rule any more. */
function formOrNone(source: string): string | null {
  try {
    return canonical(source);
  } catch (error) {
    if (error instanceof TocsinError) return null;
    throw error;
  }
}

test('quotes are no part of the form, unless YAML 1.1 reads a bare text otherwise', () => {
  const form = (value: string) => canonical(rule(`  s:\n    f: ${value}\n  condition: s`));
  for (const [one, other] of [
    ['abc', "'abc'"],
    ['"a\\\\b"', "'a\\b'"],
    ['10.0.0.1', '"10.0.0.1"'],
    ['[a, "b"]', "['b', a]"],
  ] as const) {
    assert.equal(form(one), form(other), one);
  }
  for (const [one, other] of [
    ['no', "'no'"],
    ['2025-07-21', "'2025-07-21'"],
    ['12:30', "'12:30'"],
    ['1_000', "'1_000'"],
    ['10', "'10'"],
    ['10', '10.0'],
    ['16', '0x10'],
    ['.nan', 'null'],
    ['9007199254740992', '9007199254740993'],
  ] as const) {
    assert.notEqual(form(one), form(other), one);
  }
});

test('or binds looser than and, and looser than not; words of the language are no names', () => {
  const condition = parseCondition('not a and b or 1 of c_*');
  assert.ok(condition.kind === 'chain' && condition.operator === 'or');
  const [both, some] = condition.operands;
  assert.ok(both?.kind === 'chain' && both.operator === 'and' && both.operands[0]?.kind === 'not');
  assert.ok(some?.kind === 'of' && some.set === 'c_*' && some.end === 23);
  for (const wrong of ['', 'a and', '(a', 'a b', 'and a', '1 of', 'a | count() > 3', 'not']) {
    assert.throws(() => parseCondition(wrong), TocsinError, wrong);
  }
  assert.throws(() => parseCondition(`${'('.repeat(500)}a${')'.repeat(500)}`), TocsinError);
  assert.throws(() => parseCondition(`${'not '.repeat(500)}a`), TocsinError);
});

test('other languages than a detection rule are refused by name', () => {
  refused('a: 1\n---\nb: 2', /another document in line 2/);
  refused(rule('  s: &x [a]\n  t: *x\n  condition: s'), /an anchor in line 6/);
  refused(rule('  s: [a]\n  t: *x\n  condition: s'), /an alias in line 7/);
  refused(rule('  s: !!set {a}\n  condition: s'), /a tag in line 6/);
  refused(rule('  s: [a]'), /condition/);
  refused('detection: 3', /detection: expected a map/);
  refused(`${rule('  s: [a]\n  condition: s')}correlation: {type: event_count}`, /correlation/);
  refused('a: [', /line 1/);
  refused('- a', /expected a map/);
  refused(`detection: ${'['.repeat(200)}${']'.repeat(200)}`, /levels/);
});

test('conditions beyond the language are compared as they stand', () => {
  const form = (condition: string) =>
    canonical(rule(`  a: [x]\n  b: [y]\n  condition: ${condition}`));
  assert.notEqual(form('a and b | count() > 3'), form('b and a | count() > 3'));
  assert.notEqual(form('[a, b]'), form('[b, a]'));
});
