import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { counts } from '../../../../../tests/counts.ts';
import { readByPackage } from '../../../../../tests/support/sigma-by-yaml.ts';
import { TocsinError } from '../../../../domain/errors.ts';
import type { SigmaNode } from '../node.ts';
import { readYaml } from './read.ts';

const TESTDATA = join(import.meta.dirname, '../../../../../testdata');

/** Values with their places. Where nothing stands, two readers need not agree on where. */
function seen(node: SigmaNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value === null ? null : [node.value, node.plain, node.start, node.end];
    case 'list':
      return ['list', node.start, ...node.items.map(seen)];
    case 'map':
      return [
        'map',
        node.start,
        ...node.entries.map((one) => [one.key, one.start, seen(one.value)]),
      ];
  }
}

function valuesOf(source: string): unknown {
  const plain = (node: SigmaNode): unknown => {
    if (node.kind === 'scalar') return node.value;
    if (node.kind === 'list') return node.items.map(plain);
    return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
  };
  return plain(readYaml(source));
}

/** Null where a reader refuses. */
function tried(read: (source: string) => SigmaNode, source: string): unknown {
  try {
    return seen(read(source));
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'INVALID_INPUT') return null;
    throw error;
  }
}

test('every real rule is read as the yaml package reads it, place by place', () => {
  let rules = 0;
  for (const folder of ['toolshell/sigma', 'rules/sigma']) {
    for (const name of readdirSync(join(TESTDATA, folder))) {
      const source = readFileSync(join(TESTDATA, folder, name), 'utf8');
      for (const text of [source, source.replaceAll('\n', '\r\n'), `---\n${source}`]) {
        assert.deepEqual(seen(readYaml(text)), seen(readByPackage(text)), name);
      }
      rules += 1;
    }
  }
  assert.ok(rules >= 12);
});

const value = fc.constantFrom(
  ...['x', 'y z', '1', '0x1F', '1.50', 'true', 'null', '~', "'it''s'", '"d\\n\\x41"', '2025-01-01'],
  ...[
    '[a, b]',
    '[]',
    '{}',
    '{a: [1, {b: c}]}',
    '{"a": b}',
    '[a, {b: c}, "d", ]',
    '[a b, c#d, e:f]',
  ],
  ...[
    '[a, ',
    '[ # c',
    'a ]',
    ']',
    '{a}',
    '{a: }',
    '[a: b]',
    '{a: b, a: c}',
    '{<<: b}',
    '{a: b}x',
    "'q' x",
    "'open",
    '"\\q"',
  ],
  ...[
    '|',
    '>',
    '|-',
    '>+',
    '|+',
    '| # c',
    '>2',
    'c:\\x',
    'a:b',
    '#no',
    'x#y',
    'x # c',
    'x  ',
    'a,b',
  ],
  ...['- x', '- - x', '- k: v', '-', '-x', '?x', ':x', '? x', 'x: y', 'x:', '*a', '&b x', '!t x'],
  ...['%x', '@x', '`x', 'a\tb', '\tx', 'x\t', '.5', '+3', '0o17', '.inf', 'é', '"a: b"', '...'],
);
const key = fc.constantFrom(
  ...[
    'a',
    'b',
    'c',
    'k|x',
    "'q'",
    '"w"',
    'a b',
    'sel_*',
    '1',
    'x:y',
    '<<',
    'null',
    '-k',
    '#k',
    'a #b',
  ],
);
const indent = fc.constantFrom('', '', '', ' ', '  ', '  ', '    ', '      ', '\t', ' \t');
const line = fc
  .tuple(indent, key, value, fc.integer({ min: 0, max: 11 }))
  .map(([before, k, v, form]) => {
    const forms = [
      ...[`${k}: ${v}`, `${k}: ${v}`, `${k}: ${v}`, `${k}:`, `- ${v}`, `- ${k}: ${v}`, `- ${k}:`],
      ...[v, '', `# ${v}`, `${k} :  ${v} # c`, `-  ${v}`],
    ];
    return before + forms[form];
  });

test('what is read is read as the yaml package reads it, whatever it is', () => {
  let read = 0;
  const property = fc.property(
    fc.array(line, { minLength: 1, maxLength: 7 }),
    fc.constantFrom('\n', '\n', '\r\n'),
    fc.boolean(),
    (lines, end, ended) => {
      const source = lines.join(end) + (ended ? end : '');
      const ours = tried(readYaml, source);
      if (ours === null) return;
      read += 1;
      assert.deepEqual(ours, tried(readByPackage, source), source);
    },
  );
  fc.assert(property, { numRuns: 5_000 * counts.properties });
  assert.ok(read > 300, `${read}`);
});

test('a comment in the first column stands before a value as it does anywhere', () => {
  for (const comment of ['#c', '# c', '#']) {
    assert.deepEqual(valuesOf(`a:\n${comment}\n  x\n"b": y\n`), { a: 'x', b: 'y' });
  }
});

test('texts over several lines are joined as YAML joins them', () => {
  for (const [source, expected] of [
    ['a: |\n  x\n   y\n\n  z\n\n\nb: 1', { a: 'x\n y\n\nz\n', b: 1 }],
    ['a: |-\n  x\n', { a: 'x' }],
    ['a: |+\n  x\n\n\nb: 1\n', { a: 'x\n\n\n', b: 1 }],
    ['a: >\n  x\n  y\n\n  z\n    w\n  v\n', { a: 'x y\nz\n  w\nv\n' }],
    ['a: >-\n\n  x\n', { a: '\nx' }],
    ['a: |\nb: |\n', { a: '', b: '' }],
    ['- |\n x\n- y\n  z # c\n', ['x\n', 'y z']],
    ['a: x\n  y\n\n  z\n', { a: 'x y\nz' }],
    ['a:\n  x\n  y\n', { a: 'x y' }],
    [
      'a:\n- b\n-\n  - c\n- - d\n  - e: f\n    g: h\n',
      { a: ['b', ['c'], ['d', { e: 'f', g: 'h' }]] },
    ],
    ['{a: [b,\n  c], # c\n  "d": e}\n', { a: ['b', 'c'], d: 'e' }],
  ] as const) {
    assert.deepEqual(valuesOf(source), expected, source);
  }
});

test('what is not read is named, with its line', () => {
  for (const [source, found] of [
    ['a: 1\nb: &x y\n', 'an anchor in line 2'],
    ['a: *x\n', 'an alias in line 1'],
    ['a: !t x\n', 'a tag in line 1'],
    ['%YAML 1.2\n---\na: 1\n', 'a directive in line 1'],
    ['a: 1\n---\nb: 1\n', 'the mark of another document in line 2'],
    ['a: 1\n...\n', 'the mark of another document in line 2'],
    ['a: 1\na: 2\n', 'a key that is there before in line 2'],
    ['{a: 1, a: 2}\n', 'a key that is there before in line 1'],
    ['1: x\n', 'a key that is no text in line 1'],
    ['<<: x\n', 'a key that is no text in line 1'],
    ['{<<: x}\n', 'a key that is no text in line 1'],
    ['? a\n: b\n', 'a lone ? in line 1'],
    ["a: 'x\n  y'\n", 'a quoted text over several lines in line 1'],
    ['a: "\\q"\n', 'an unknown escape in line 1'],
    ['a: |2\n  x\n', 'a block text with more than a mark before it in line 1'],
    ['a: |\n    \n  x\n', 'a block text below deeper spaces in line 3'],
    ['a:\n\tb: 1\n', 'a tab in front of a line in line 2'],
    ['a: 1\n  b: 2\n', 'a map where a text goes on in line 2'],
    ['a:\n    b: 1\n  c: 2\n', 'a line that is out of place in line 3'],
    ['a: [b\nc]\n', 'brackets that go on further to the left in line 2'],
    ['a: [b\n', 'brackets without an end in line 2'],
    ['a: [b: c]\n', 'no comma before ] in line 1'],
    ['a: {b}\n', 'a key without a value in line 1'],
    ['a: [b] c\n', 'more behind a value in line 1'],
    ['a: 1\rb: 2\n', 'a lone carriage return in line 1'],
    ['\uFEFFa: 1\n', 'a byte order mark in line 1'],
    ['# nothing\n', 'nothing in line 2'],
  ] as const) {
    assert.throws(
      () => readYaml(source),
      (error) => error instanceof TocsinError && error.message.endsWith(`found ${found}`),
      source,
    );
  }
});

test('long and deep sources come to an end', () => {
  const long = 200_000;
  assert.deepEqual(valuesOf(`a: x${' '.repeat(long)}y\n`), { a: `x${' '.repeat(long)}y` });
  assert.equal((valuesOf('- |\n  x\n'.repeat(long / 8)) as unknown[]).length, long / 8);
  assert.equal((valuesOf('- x\n'.repeat(long / 4)) as unknown[]).length, long / 4);
  const keys = Array.from({ length: long / 10 }, (_, n) => `k${n}: v`).join('\n');
  assert.equal(Object.keys(valuesOf(keys) as object).length, long / 10);
  for (const [open, close] of ['[]', '- ', '{}'].map((pair) => [...pair])) {
    const deep =
      open === '-' ? '- '.repeat(long) : `${open}`.repeat(long) + `${close}`.repeat(long);
    assert.throws(() => readYaml(deep), TocsinError);
  }
});
