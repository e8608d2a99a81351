// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippets are code
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { closedDoors, sqlClocks } from './doors.ts';
import { expectNone, readSources } from './sources.ts';

const sources = readSources(['src'], ['.ts', '.sql']);

test('environment, clock, SQL, HTTP, cryptography and processes each have one door', () => {
  expectNone(closedDoors(sources));
});

test('SQL tells no time', () => {
  expectNone(sqlClocks(sources));
});

suite('the tests of these tests', () => {
  const through = (path: string, text: string) => closedDoors([{ path, text }]).length;

  const doors: readonly { name: string; open: string; uses: readonly string[] }[] = [
    {
      name: 'environment',
      open: 'src/config/env.ts',
      uses: [
        'const home = process.env.HOME;',
        "process.env['HOME']",
        'process?.env',
        "process['env']",
        'const { env } = process;',
        "import { env } from 'node:process';",
        'const x = `${process.env.HOME}`;',
      ],
    },
    {
      name: 'clock',
      open: 'src/main/clock.ts',
      uses: [
        'Date.now()',
        'const read = Date.now;',
        'new Date()',
        'new Date( )',
        'const at = new Date;',
        'Date()',
        'performance.now()',
        'process.hrtime.bigint()',
        "import { performance } from 'node:perf_hooks';",
        'const text = `${Date.now()}`;',
      ],
    },
    {
      name: 'SQL',
      open: 'src/store/a/b.ts',
      uses: ["import pg from 'pg';", "import { sql } from 'kysely';", "await import('kysely/x')"],
    },
    {
      name: 'fastify',
      open: 'src/http/app.ts',
      uses: ["import type { A } from 'fastify';", "import x from '@fastify/swagger';"],
    },
    {
      name: 'cryptography',
      open: 'src/crypto/age/seal.ts',
      uses: [
        "import { createHash } from 'node:crypto';",
        "import * as c from 'crypto';",
        "import { Encrypter } from 'age-encryption';",
        "import { sha256 } from '@noble/hashes/sha2';",
        'crypto.randomUUID()',
        'globalThis.crypto.subtle',
        'Math.random()',
      ],
    },
    {
      name: 'compiling a pack',
      open: 'src/programme/policy/compare-policies-thread.ts',
      uses: ['const fresh = compileFiles(after);'],
    },
    {
      name: 'child processes',
      open: 'src/store/cluster/child.ts',
      uses: ["import { spawn } from 'node:child_process';", "import 'cluster';"],
    },
  ];

  for (const { name, open, uses } of doors) {
    test(`${name}: each way through is refused elsewhere and free behind the door`, () => {
      for (const use of uses) {
        assert.ok(through('src/programme/x.ts', use) > 0, `refused: ${use}`);
        assert.equal(through(open, use), 0, `free: ${use}`);
      }
    });
  }

  test('words, comments, arguments and tests raise no alarm', () => {
    const innocent = `
      // Date.now() and process.env are only read elsewhere
      const message = 'set process.env.HOME, not Date.now()';
      const at = new Date(now); const day = Date.UTC(2025, 0, 1); const t: Date = update(x);
      const path = new RegExp(/process.env/); randomBytes(3); processed.env; x.crypto.subtle;`;
    assert.equal(through('src/programme/x.ts', innocent), 0);
    assert.equal(through('src/programme/x.test.ts', 'Date.now()'), 0);
  });

  test('the place is named', () => {
    assert.deepEqual(closedDoors([{ path: 'src/a/x.ts', text: '\n/*\n*/ Date.now()' }]), [
      'src/a/x.ts:3: Date.now, but the clock is for src/main/clock.ts',
    ]);
  });

  test('a clock in SQL is refused in strings of the store and in migrations', () => {
    const clocks = [
      'now()',
      'NOW ()',
      'current_timestamp',
      'CURRENT_DATE',
      'localtimestamp',
      'clock_timestamp()',
      'statement_timestamp()',
      'transaction_timestamp()',
      'timeofday()',
      "'now'::timestamptz",
    ];
    for (const clock of clocks) {
      const query = `sql\`select ${clock} where at < \${at}\``;
      assert.equal(sqlClocks([{ path: 'src/store/x.ts', text: query }]).length, 1, clock);
      const migration = `create table t (at timestamptz default ${clock});`;
      assert.equal(sqlClocks([{ path: 'src/store/migrations/1.sql', text: migration }]).length, 1);
      assert.deepEqual(sqlClocks([{ path: 'src/store/clock.ts', text: query }]), []);
    }
    assert.equal(sqlClocks([{ path: 'src/store/x.ts', text: `eb.fn('now', [])` }]).length, 1);
  });

  test('a parameter called now, a comment and an interval are no clock', () => {
    const store = 'const now = at; sql`where at < ${now} -- as of ${now}`; // now() is not asked';
    assert.deepEqual(sqlClocks([{ path: 'src/store/x.ts', text: store }]), []);
    const migration =
      '-- never now()\n/* nor current_date */\ncreate table known (at timestamptz);';
    assert.deepEqual(sqlClocks([{ path: 'src/store/migrations/1.sql', text: migration }]), []);
  });
});
