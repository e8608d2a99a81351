/**
 * Each test of a rule R01 to R69 names a mutation, in code or in a pack, that it kills. Here every
 * mutation is made, in a copy of the sources, and the test must fail; as they are, it must pass.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT } from '../architecture/sources.ts';
import { counts } from '../counts.ts';
import { callsIn, type RuleCall, ruleCalls } from '../support/rule-calls.ts';
import { seeded } from '../support/seeded.ts';

const COPIED = ['src', 'policies', 'examples', 'tests', 'package.json'];
const LINKED = ['node_modules', 'testdata'];

const calls = ruleCalls();

describe('the mutation that a test of a rule names', () => {
  let copy = '';

  before(async () => {
    copy = await mkdtemp(join(tmpdir(), 'tocsin-mutations-'));
    for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true });
    for (const name of LINKED) await symlink(join(ROOT, name), join(copy, name));
  });
  after(() => rm(copy, { recursive: true, force: true }));

  test('stands in its file exactly once, and changes something', async () => {
    for (const { id, kills } of calls) {
      const text = await readFile(join(ROOT, kills.in), 'utf8');
      assert.equal(text.split(kills.from).length, 2, `${id}: ${kills.from} in ${kills.in}`);
      assert.notEqual(kills.from, kills.to, id);
    }
  });

  for (const call of chosen()) {
    const { id, says, kills } = call;
    const change = `${kills.from} → ${kills.to}`.replace(/\s+/g, ' ');
    test(`${id}: ${change}`, async () => {
      assert.deepEqual(await run(copy, call), { passed: true, failed: false }, says);
      const place = join(copy, kills.in);
      const text = await readFile(place, 'utf8');
      try {
        await writeFile(
          place,
          text.replace(kills.from, () => kills.to),
        );
        // Failed as a test: a file that cannot even be loaded tells nothing of the rule.
        assert.deepEqual(await run(copy, call), { passed: false, failed: true }, says);
      } finally {
        await writeFile(place, text);
      }
    });
  }
});

test('a call that is not written in literals is an error, not overlooked', () => {
  const body = "{ in: 'a.ts', from: 'x' + \"'y'\", to: `z` }, () => {})";
  assert.deepEqual(callsIn('t.ts', `// rule('R00')\nrule('R01', 'it\\'s so', ${body};`), [
    { id: 'R01', says: "it's so", kills: { in: 'a.ts', from: "x'y'", to: 'z' }, file: 't.ts' },
  ]);
  assert.throws(() => callsIn('t.ts', `rule(id, 'so', ${body}`), /1 calls of rule\(\), 0 written/);
});

/** All of them in the long run; else a handful. */
function chosen(): RuleCall[] {
  const random = seeded(69);
  return calls
    .map((call) => ({ call, key: random.below(2 ** 30) }))
    .sort((a, b) => a.key - b.key)
    .slice(0, counts.ruleMutations)
    .map(({ call }) => call);
}

/** Runs the one test in a process of its own, without an environment; what its report says. */
async function run(root: string, { id, says, file }: RuleCall) {
  const title = `${id}: ${says} (kills `;
  const child = spawn(
    process.execPath,
    ['--test-reporter=tap', `--test-name-pattern=^${escaped(title)}`, file],
    { cwd: root, env: {}, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    report += text;
  });
  await new Promise((resolve) => child.on('close', resolve));
  const told = (word: string) =>
    report.split('\n').some((line) =>
      line
        .trimStart()
        .replace(/ \d+ - /, ' - ')
        .startsWith(`${word} - ${id}:`),
    );
  return { passed: told('ok'), failed: told('not ok') };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
