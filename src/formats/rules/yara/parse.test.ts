import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { TocsinError } from '../../../domain/errors.ts';
import type { Expression, YaraRule } from './ast.ts';
import { canonicalYara } from './canonical.ts';
import { parseYara } from './parse.ts';
import { expressionsIn } from './walk.ts';

const TESTDATA = join(import.meta.dirname, '../../../../testdata');

const FILES = ['toolshell/yara', 'rules/yara'].flatMap((folder) =>
  readdirSync(join(TESTDATA, folder)).map((name) => ({
    name,
    source: readFileSync(join(TESTDATA, folder, name), 'utf8'),
  })),
);

function rulesOf(source: string): YaraRule[] {
  return parseYara(source).items.filter((item) => item.kind === 'rule');
}

function conditionOf(condition: string): Expression {
  const [rule] = rulesOf(`rule r { strings: $a = "a" $b = "b" condition: ${condition} }`);
  assert.ok(rule, `${condition} parses`);
  return rule.condition;
}

test('every real rule parses, and every part stands where its range says', () => {
  for (const { name, source } of FILES) {
    const rules = rulesOf(source);
    assert.equal(rules.length, source.match(/^(?:(?:private|global) )*rule /gm)?.length, name);
    for (const rule of rules) {
      const text = source.slice(rule.start, rule.end);
      assert.match(text, new RegExp(`^rule ${rule.name}\\b[^]*\\}$`));
      for (const definition of rule.strings) {
        const { id, start, end, value, modifiers } = definition;
        assert.ok(source.slice(start, end).startsWith(id));
        assert.equal(source.slice(value.start, value.end), value.source);
        assert.equal(end, modifiers.at(-1)?.end ?? value.end);
      }
      for (const node of expressionsIn(rule.condition)) {
        const own = source.slice(node.start, node.end);
        assert.equal(own, own.trim(), 'no white space at the edges of an expression');
      }
    }
  }
});

test('and and or become chains, not takes a whole comparison, arithmetic binds tighter', () => {
  const chain = conditionOf('not uint16(0) == 0x5a4d and filesize < 2KB + 1 or all of them');
  assert.equal(chain.kind, 'chain');
  assert.ok(chain.kind === 'chain' && chain.operator === 'or' && chain.operands.length === 2);
  const [both] = chain.operands;
  assert.ok(both?.kind === 'chain' && both.operator === 'and' && both.operands.length === 2);
  const [negation, size] = both.operands;
  assert.ok(negation?.kind === 'unary' && negation.operand.kind === 'binary');
  assert.ok(size?.kind === 'binary' && size.operator === '<' && size.right.kind === 'binary');
});

test('a sum counts for of, and a percentage is a quantity', () => {
  const sum = conditionOf('#a + 1 of them');
  assert.ok(sum.kind === 'of' && sum.quantifier.kind === 'count');
  assert.equal(sum.quantifier.amount.kind, 'binary');
  const share = conditionOf('50% of ($a*, $b)');
  assert.ok(share.kind === 'of' && share.quantifier.kind === 'percent');
  assert.deepEqual(share.set.kind === 'names' && share.set.names, ['$a*', '$b']);
});

test('what rules that circulate use is understood', () => {
  for (const text of [
    'for all i in (1..#a) : ( @a[i] < 100 and !a[i] > 3 )',
    'for any of ($a, $b) : ( $ at 0 or # > 3 )',
    'for any k, v in pe.version_info : ( k == "x" and v icontains "y" )',
    'with n = #a, m = 2 : ( n > m )',
    'any of (pe.is_dll(), $a) or none of them',
    '$a in (0..filesize - 1) and #b in (@a..1MB) == 2',
    'pe.sections[0].name matches /te[xy]t/is and not defined pe.entry_point',
    '1 of ($a*) at 0 and ~uint8(0) \\ 2 % 3 == 0x1 << 2 ^ 3 & 4 | 5',
    'math.entropy(0, filesize) >= 7.5 and hash.md5(0, 10) == "x"',
  ]) {
    const condition = conditionOf(text);
    const parts = [...expressionsIn(condition)];
    assert.equal(parts.length, new Set(parts).size, `${text}: every part is visited once`);
    const source = `rule r { strings: $a = "a" $b = "b" condition: ${text} }`;
    const grouped = source.replace(text, `( ${text} )`);
    assert.equal(
      canonicalYara(source, parseYara(source)),
      canonicalYara(grouped, parseYara(grouped)),
    );
  }
});

test('imports, includes, tags, modifiers and their arguments are kept', () => {
  const source = `import "pe"
include "other.yar"
private global rule r : one two {
  meta: a = -3 b = true c = "x"
  strings: $a = "k" xor(0x01-0xff) base64("abc") private
  condition: $a
}`;
  const file = parseYara(source);
  assert.deepEqual(
    file.items.map(({ kind }) => kind),
    ['import', 'include', 'rule'],
  );
  const rule = file.items[2];
  assert.ok(rule?.kind === 'rule');
  assert.deepEqual(rule.modifiers, ['private', 'global']);
  assert.deepEqual(rule.tags, ['one', 'two']);
  assert.deepEqual(
    rule.meta.map(({ value }) => value),
    ['-3', 'true', '"x"'],
  );
  const names = rule.strings[0]?.modifiers.map(({ name, argument }) => [name, argument]);
  assert.deepEqual(names, [
    ['xor', '0x01-0xff'],
    ['base64', '"abc"'],
    ['private', null],
  ]);
  assert.notEqual(
    canonicalYara(source, file),
    canonicalYara(source.replace('0xff', '0xfe'), parseYara(source.replace('0xff', '0xfe'))),
  );
});

test('what is no rule is named in the reason', () => {
  for (const [source, reason] of [
    ['rule r { meta: a = { 4d } condition: true }', /a text, a number/],
    ['rule r { strings: $a = 7 condition: $a }', /a text, a hexadecimal/],
    ['rule r { strings: $a = "x" xor(1 condition: $a }', /expected \)/],
    ['rule r { condition: { 4d } }', /an expression/],
    ['rule r', /expected \{/],
  ] as const) {
    const [item] = parseYara(source).items;
    assert.ok(item?.kind === 'unparsed', source);
    assert.match(item.reason, reason);
    canonicalYara(source, parseYara(source));
  }
});

test('a rule that does not parse costs itself alone, with its line', () => {
  const broken =
    'rule one { condition: true }\nrule two { condition: and }\nrule three { condition: false }';
  const [one, two, three] = parseYara(broken).items;
  assert.equal(one?.kind, 'rule');
  assert.ok(two?.kind === 'unparsed');
  assert.equal(two.name, 'two');
  assert.match(two.reason, /^line 2: expected an expression/);
  assert.equal(three?.kind, 'rule');
});

test('hostile sources end in an error or an unparsed rule, never in a full stack', () => {
  const refused = (error: unknown) =>
    error instanceof TocsinError && error.code === 'INVALID_INPUT';
  assert.throws(() => parseYara('rule r { strings: $a = "open'), refused);
  assert.throws(() => parseYara('rule r { condition: /* open'), refused);
  const deep = `rule r { condition: ${'('.repeat(5000)}true${')'.repeat(5000)} }`;
  assert.equal(parseYara(deep).items[0]?.kind, 'unparsed');
  const comments = `rule r { strings: $a = { ${'/* a */ '.repeat(20_000)}`;
  assert.equal(parseYara(comments).items[0]?.kind, 'unparsed');
});

test('any text parses or is refused as INVALID_INPUT', () => {
  const pieces = fc.constantFrom(
    'rule',
    'r',
    '{',
    '}',
    ':',
    'condition',
    'strings',
    '$a',
    '=',
    '"x"',
  );
  const more = fc.constantFrom(
    '/x/',
    '(',
    ')',
    'of',
    'them',
    '1',
    'and',
    'for',
    'in',
    '..',
    '\n',
    '%',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, more), { maxLength: 40 }), (words) => {
      const source = words.join(' ');
      try {
        canonicalYara(source, parseYara(source));
      } catch (error) {
        assert.ok(error instanceof TocsinError && error.code === 'INVALID_INPUT');
      }
    }),
  );
});
