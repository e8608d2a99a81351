import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES, TocsinError } from '../domain/errors.ts';
import { EXIT_OF, EXIT_STATUSES, exitStatusOf } from './exit.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');

/** The page's last table: status, meaning, codes. */
const rows = page
  .slice(page.indexOf('## Exit status'))
  .split('\n')
  .map((line) => /^\| (\d+) \| (.+?) \| (.*)\|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, status, meaning, codes = '']) => ({
    status: Number(status),
    meaning,
    codes: [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code),
  }));

test('every error code has an exit status, and the page says which', () => {
  const documented = Object.fromEntries(
    rows.flatMap(({ status, codes }) => codes.map((code) => [code, status])),
  ) as Record<string, number>;
  const ours = Object.fromEntries(
    ERROR_CODES.map((code) => [code, EXIT_STATUSES[EXIT_OF[code]].status]),
  );
  assert.deepEqual(documented, ours);
});

test('the page has the meaning of every status', () => {
  const documented = rows.map(({ status, meaning }) => ({ status, meaning }));
  assert.deepEqual(documented, Object.values(EXIT_STATUSES));
});

test('no two kinds share a status, and no error ends as done or found', () => {
  const statuses = Object.values(EXIT_STATUSES).map(({ status }) => status);
  assert.equal(new Set(statuses).size, statuses.length);
  for (const code of ERROR_CODES) assert.ok(exitStatusOf(new TocsinError(code, 'x')) > 1, code);
});

test('what is no error of ours is one inside', () => {
  assert.equal(exitStatusOf(new RangeError('x')), 70);
  assert.equal(exitStatusOf('x'), 70);
});
