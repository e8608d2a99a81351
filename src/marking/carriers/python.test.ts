import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { copiesOf } from '../../../tests/support/copies.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ArtifactId } from '../../domain/ids.ts';
import { parsePython } from '../../formats/python/tree.ts';
import { freezeSlots } from '../freeze.ts';
import { parseSidecar } from '../sidecar.ts';
import { inventoryOf } from './python/inventory.ts';

const SCRIPTS = join(import.meta.dirname, '../../../testdata/scripts');
const TESTED = 'test: [python3, poc.py]';

function freeze(text: string, sidecar: string | null = TESTED) {
  return freezeSlots({
    artifact: '4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId,
    version: 1,
    format: 'script',
    text,
    sidecar: sidecar === null ? null : parseSidecar(sidecar),
    earlier: [],
  });
}

/** What the slots of a family have instead. */
function others(text: string, family: string): string[] {
  const { slots } = freeze(text).table;
  return slots.flatMap((slot) =>
    slot.kind === 'bit' && slot.family === `python.${family}` ? [slot.other] : [],
  );
}

/** Each text with the only other text it has in a family. */
function offers(family: string, pairs: Readonly<Record<string, string>>): void {
  for (const [text, other] of Object.entries(pairs)) {
    assert.deepEqual(others(text, family), [other], text);
  }
}

function offersNone(family: string, texts: readonly string[]): void {
  for (const text of texts) assert.deepEqual(others(text, family), [], text);
}

test('sides of a comparison with a constant change places, and no other comparison’s', () => {
  offers('operand-order', {
    'ok = port == 80\n': '80 == port',
    'ok = port <= 0x50\n': '0x50 >= port',
    'ok = len(found) > -1\n': '-1 < len(found)',
    'ok = a.b[c(1)]!=None\n': 'None!=a.b[c(1)]',
    'ok = x is None and y\n': 'None is x',
    'ok = y and x is not None\n': 'None is not x',
    'if not kind == "tcp": pass\n': '"tcp" == kind',
    'f(lambda: x == 3, y=z)\n': '3 == x',
  });
  offersNone('operand-order', [
    ...['a == b\n', '1 == 2\n', 'a < b < 3\n', 'a == b in (3,)\n', 'x = 3 < a == b\n'],
    ...['a is not b == 3\n', 'a | b == 3\n', '-a == 3\n', 'await_ = a in (1, 2)\n'],
    ...['print(f"{a == 3}")\n', 's = "a == 3"  # a == 3\n', 'if __name__ == "__main__": pass\n'],
    ...['x = a == 3 == b\n', 'x = b in a == 3\n', 'x = (yield) == 3\n', 'x = not a == 3 != b\n'],
    'class A:\n    def __eq__(self, other): return True\nok = A() == 3\n',
    'x = (a ==  # first\n  3)\n',
  ]);
});

test('branches change places under the opposite condition', () => {
  const block = (condition: string) => `if ${condition}:\n    go()\nelse:\n    stay()\n`;
  const turned = (condition: string) => `${condition}:\n    stay()\nelse:\n    go()`;
  for (const [condition, opposite] of [
    ['ready', 'not ready'],
    ['not ready', 'ready'],
    ['ready(1)', 'not ready(1)'],
    ['(a and b)', 'not (a and b)'],
    ['a is b', 'a is not b'],
    ['a not in b', 'a in b'],
    ['a < b', 'not a < b'],
  ] as const) {
    offers('branch', { [block(condition)]: turned(opposite) });
  }
  offersNone('branch', [
    ...['a and b', 'a if b else c', 'not a or b', 'a != b', 'a < b < c', '(n := 1) and n'].map(
      block,
    ),
    ...['if a: go()\n', 'if a:\n    go()\nelif b:\n    stay()\nelse:\n    wait()\n'],
    ...[
      'if a:  # why\n    go()\nelse:\n    stay()\n',
      'if a:\n    go()\nelse:  # why\n    stay()\n',
    ],
    ...[
      'if a:\n    go()\n    # so\nelse:\n    stay()\n',
      'if a:\n    go()\nelse:\n    stay()\n    # so\n',
    ],
    ...['while a:\n    go()\nelse:\n    stay()\n', 'for a in b:\n    go()\nelse:\n    stay()\n'],
  ]);
  offers('branch', {
    'x = go() if ready else stay()\n': 'stay() if not ready else go()',
    'x = [a if b is c else d for b in e]\n': 'd if b is not c else a',
  });
  offersNone('branch', [
    ...[
      'x = 1 + a if b else c\n',
      'x = a if b else c if d else e\n',
      'x = a if b else lambda: c\n',
    ],
    ...['x = y or a if b else c\n', 'x = a if b else c or d\n', 's = f"{a if b else c}"\n'],
  ]);
});

test('sizes and masks are written in either notation, other numbers as they are', () => {
  offers('number', {
    'read(4096)\n': '0x1000',
    'read(0xFF)\n': '255',
    'read(65536)\n': '0x10000',
    'read(15)\n': '0xf',
  });
  offersNone('number', [
    ...['read(8080)\n', 'read(443)\n', 'read(8)\n', 'read(0x41414141)\n', 'read(1024.0)\n'],
    ...['read(0o777)\n', 'read(1_024)\n', 'x = [0x90, 0xff]\n', 'x = {1024: 255}\n'],
    ...['s = "4096"  # 4096\n', 's = f"{4096}"\n', 'x = 99999999999999999999\n'],
  ]);
});

test('quiet modules and their names change places, others do not', () => {
  offers('import-order', {
    'import os\nimport sys\n': 'import sys\nimport os',
    'import os, sys\n': 'sys, os',
    'from os import path\nimport sys  # why\n': 'import sys  # why\nfrom os import path',
    'from socket import AF_INET as a\nimport struct\n':
      'import struct\nfrom socket import AF_INET as a',
    'import http.client\nimport http.server\n': 'import http.server\nimport http.client',
  });
  offersNone('import-order', [
    ...['import os\nimport pwn\n', 'import os\n\nimport sys\n', '# why\nimport os\nimport sys\n'],
    ...['from os import *\nimport sys\n', 'from . import a, b\n', 'import os; import sys\n'],
    ...['from os import path as p\nfrom sys import path as p\n', 'import os\n# why\nimport sys\n'],
    ...['from __future__ import annotations\nimport sys\n', 'from pwn import a, b\n'],
    'try:\n    import os\n    import sys\nexcept ImportError:\n    pass\n',
    'from os import (\n    path,  # why\n    sep,\n)\n',
  ]);
});

test('assignments of constants change places, in a script and in a function', () => {
  offers('assignment-order', {
    'HOST = "h"\nPORT = -80  # why\n': 'PORT = -80  # why\nHOST = "h"',
    'def f():\n    a = []\n    b = {"k": (1, None)}\n': 'b = {"k": (1, None)}\n    a = []',
    'with x:\n    a = 1\n    b = 2\n': 'b = 2\n    a = 1',
  });
  offersNone('assignment-order', [
    ...[
      'a = 1\na = 2\n',
      'a = 1\nb = a\n',
      'a = f()\nb = 1\n',
      'a = 1\n\nb = 2\n',
      'a = 1; b = 2\n',
    ],
    ...[
      '__author__ = "x"\n__license__ = "y"\n',
      '# why\na = 1\nb = 2\n',
      'a: int = 1\nb: int = 2\n',
    ],
    ...[
      'class A:\n    a = 1\n    b = 2\n',
      'a = b = 1\nc = 2\n',
      'a.b = 1\nc = 2\n',
      'a += 1\nb = 2\n',
    ],
    ...[
      'a = f"{b}"\nc = 1\n',
      'a = {[]: 1}\nb = 2\n',
      'a = 1\nb = 2 \\\n\n',
      'a, b = 1, 2\nc = 3\n',
    ],
    'class A:\n    if True:\n        a = 1\n        b = 2\n',
  ]);
});

test('functions change places that do nothing by being defined', () => {
  const two = (first: string, second: string) => `${first}\n    pass\n\n\n${second}\n    pass\n`;
  offers('definition-order', {
    [two('def f(a, b=1):', 'def g() -> str:')]:
      'def g() -> str:\n    pass\n\n\ndef f(a, b=1):\n    pass',
    'class A:\n    def f(self): pass\n    def g(self): pass\n':
      'def g(self): pass\n    def f(self): pass',
  });
  offersNone('definition-order', [
    ...[
      two('def f():', 'def f():'),
      two('def f(a=b()):', 'def g():'),
      two('def f(a: g):', 'def g():'),
    ],
    ...[two('@x\ndef f():', 'def g():'), two('def f() -> x[y]:', 'def g():')],
    ...['class A(B):\n    def f(self): pass\n    def g(self): pass\n'],
    ...['@x\nclass A:\n    def f(self): pass\n    def g(self): pass\n'],
    ...['if a:\n    def f(): pass\n    def g(): pass\n', 'def f(): pass\n# of g\ndef g(): pass\n'],
  ]);
});

test('keywords change places where nobody sees their order', () => {
  offers('keyword-order', {
    'print(a, end="", flush=True)\n': 'flush=True, end=""',
    'import json\njson.dumps(a, indent=2, default=b)\n': 'default=b, indent=2',
    'import http.client\nhttp.client.HTTPConnection(a, timeout=1, port=2)\n': 'port=2, timeout=1',
    'import argparse\np = argparse.ArgumentParser()\np.add_argument("-x", type=int, default=3)\n':
      'default=3, type=int',
    'def f(a, b, c=1): pass\n\nf(b=x, a=y)\n': 'a=y, b=x',
  });
  offersNone('keyword-order', [
    ...[
      'g(a=1, b=2)\n',
      'dict(a=1, b=2)\n',
      'x.add_argument(a=1, b=2)\n',
      'json.dumps(indent=1, default=2)\n',
    ],
    ...['def f(**k): pass\n\nf(b=1, a=2)\n', 'def f(a, b): pass\nf = g\nf(a=1, b=2)\n'],
    ...['def f(a, b): pass\n\nf(a=g(), b=h())\n', 'def f(a, b): pass\n\nf(a=x, b=h())\n'],
    ...['@x\ndef f(a, b): pass\n\nf(a=1, b=2)\n', 'from x import *\nprint(end="", flush=True)\n'],
    ...['import json\njson.dumps = f\njson.dumps(a, indent=2, default=3)\n'],
    ...['import json\n(json.dumps, a) = f()\njson.dumps(a, indent=2, default=3)\n'],
    ...[
      'def print(*a, **k): pass\nprint(end="", flush=True)\n',
      'print(end="", **a, flush=True)\n',
    ],
    ...['import json as j\nimport json\njson = j\njson.dumps(a, indent=2, default=3)\n'],
    'import argparse\np = argparse.ArgumentParser()\ndef f(p): p.add_argument(type=1, default=2)\n',
  ]);
});

test('exceptions that are caught, and constants that are looked among, change places', () => {
  const caught = (list: string) => `import socket\ntry:\n    go()\nexcept ${list}:\n    pass\n`;
  offers('member-order', {
    [caught('(OSError, socket.timeout)')]: 'socket.timeout, OSError',
    'if a in ("get", "head"): pass\n': '"head", "get"',
    'if a not in [1, b]: pass\nif a in {1, 2}: pass\n': '2, 1',
  });
  offersNone('member-order', [
    ...[caught('(OSError, f())'), caught('(OSError, x.y)'), caught('(OSError,)')],
    ...['a = ("get", "head")\n', 'for a in ("get", "head"): pass\n', 'if a in (b, c): pass\n'],
    ...['if ("get", "head") in a: pass\n', 'if a == ("get", "head"): pass\n'],
    'class A:\n    def __eq__(self, other): return True\nok = A() in (1, 2)\n',
  ]);
});

test('without a test command nothing is offered, and the author is told', () => {
  const text = 'import os\nimport sys\n';
  for (const sidecar of [null, '', 'canaries: []']) {
    const { table, dropped } = freeze(text, sidecar);
    assert.deepEqual(table.slots, []);
    assert.match(dropped[0]?.reason ?? '', /test command/);
  }
});

test('a test command for what is no script is refused, by name', () => {
  for (const format of ['markdown', 'yara'] as const) {
    const [artifact, version] = ['4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c10' as ArtifactId, 1];
    const sidecar = parseSidecar(TESTED);
    assert.throws(
      () => freezeSlots({ artifact, version, format, text: 'a', sidecar, earlier: [] }),
      (error) => error instanceof TocsinError && error.field === 'test',
    );
  }
});

test('scripts that look at themselves, are signed, or are no Python stay unmarked', () => {
  for (const [more, reason] of [
    ['open(__file__).read()\n', /looks at itself, by __file__/],
    ['print(globals())\n', /by globals/],
    ['import traceback\n', /by traceback/],
    ['# -----BEGIN PGP SIGNATURE-----\n', /signature/],
    ['if (\n', /expected Python, found none in line 4/],
    [`# ${'x'.repeat(300_000)}\n`, /longer than/],
  ] as const) {
    const { table, dropped } = freeze(`import os\nimport sys\n${more}`);
    assert.deepEqual(table.slots, [], more.slice(0, 40));
    assert.match(dropped[0]?.reason ?? '', reason);
  }
  assert.equal(freeze('import re\nimport os\nx = re.compile("a")\n').table.slots.length, 1);
});

test('a canary’s place is the author’s, whatever could be marked around it', () => {
  const id = '3f2b8c1e-0000-4000-8000-000000000002';
  const text = `A = "${id}"\nB = 2\nC = 3\n`;
  const { table } = freeze(text, `${TESTED}\ncanaries: [{ text: "${id}", form: guid }]`);
  const families = table.slots.map(({ family }) => family);
  assert.deepEqual(families, ['canary.guid', 'python.assignment-order']);
});

test('every copy of every script keeps its strings, comments, names and values', () => {
  for (const name of readdirSync(SCRIPTS).filter((file) => file.endsWith('.py'))) {
    const text = readFileSync(join(SCRIPTS, name), 'utf8');
    const { table, dropped } = freeze(text);
    assert.ok(table.slots.length >= 15, `${name}: ${table.slots.length}`);
    assert.ok(dropped.every(({ reason }) => /same words/.test(reason)));
    for (const copy of copiesOf(text, table)) {
      assert.equal(inventoryOf(parsePython(copy)), inventoryOf(parsePython(text)), name);
    }
  }
});
