import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ArtifactId } from '../../src/domain/ids.ts';
import { freezeSlots } from '../../src/marking/freeze.ts';
import { parseSidecar } from '../../src/marking/sidecar.ts';
import { copiesOf } from '../support/copies.ts';
import { formsOf, withoutPython as skip } from '../support/python.ts';

const SCRIPTS = join(import.meta.dirname, '../../testdata/scripts');

/** One script with every construct in which a mark could go wrong by precedence or position. */
const AWKWARD = `import os, sys
import json
x, y, z = 1, [2], "z"
a = not x == 3 or y
b = x == 3 if not y else x in (1, 2)
c = [i for i in y if i != 0 if x is None]
d = {"k": x == 3, **{}}; e = -x == 3
f = lambda q: q == 3
g = (x if y else z) if x < 255 else z
if not (x == 3 and y):
    h = 1
    i = -2
else:
    h = 2
    i = 4096
if x is not y: j = 1
else: j = 2
def k(p, q=1): return p == 3
def l(p, *, q=2): return k(q=p, p=q)
class M:
    def n(self): return "n"
    def o(self): return 0x10
try:
    print(a, b, sep=",", end="")
except (OSError, ValueError) as error:
    raise
assert x == 1, z == "z"
while x == 3: pass
print(f"{x == 3} {x if y else z}", file=sys.stdout, flush=True)
`;

test('CPython finds one meaning in every copy of a script, and compiles it', { skip }, () => {
  const files = readdirSync(SCRIPTS).filter((name) => name.endsWith('.py'));
  const texts = files.map((name) => readFileSync(join(SCRIPTS, name), 'utf8'));
  for (const text of [AWKWARD, ...texts]) {
    const { table } = freezeSlots({
      artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
      version: 1,
      format: 'script',
      text,
      sidecar: parseSidecar('test: [python3, poc.py]'),
      earlier: [],
    });
    assert.ok(table.slots.length >= 12, `${table.slots.length}`);
    const [form, ...others] = formsOf([text, ...copiesOf(text, table)]);
    assert.ok(form);
    for (const other of others) assert.equal(other, form);
  }
});

test('the form tells apart what a wrong mark would change', { skip }, () => {
  for (const [text, changed] of [
    ['x < 3', 'x > 3'],
    ['not x == 3', '3 == (not x)'],
    ['if a:\n  b\nelse:\n  c', 'if a:\n  c\nelse:\n  b'],
    ['f(a(), b())', 'f(b(), a())'],
    ['a = f()\nb = 1', 'b = 1\na = f()'],
    ['x = 255', 'x = 256'],
    ['f(1, "0xff")', 'f(1, "255")'],
    ['x in (a, b)', 'x in (b, a)'],
  ] as const) {
    const [one, other] = formsOf([text, changed]);
    assert.ok(one && other);
    assert.notEqual(one, other, text);
  }
});
