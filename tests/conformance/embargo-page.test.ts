import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EMBARGOES } from '../../src/domain/embargo.ts';
import { CONSENTS } from '../../src/domain/enrolment.ts';
import { CONSENT_TRANSITIONS, EMBARGO_TRANSITIONS } from '../../src/policy/embargo/transitions.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/policy/embargo.md'), 'utf8');

type Table = Readonly<Record<string, Readonly<Record<string, readonly string[] | null>>>>;

function markdown(states: readonly string[], table: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['event', ...states]),
    line(['event', ...states].map(() => '---')).replaceAll(' ', ''),
    ...Object.entries(table).map(([event, row]) =>
      line([`\`${event}\``, ...states.map((state) => row[state]?.join(', ') ?? '–')]),
    ),
  ].join('\n');
}

test('the page shows both machines, each event and state of them, as they are', () => {
  for (const [states, table] of [
    [EMBARGOES, EMBARGO_TRANSITIONS],
    [CONSENTS, CONSENT_TRANSITIONS],
  ] as const) {
    const expected = markdown(states, table);
    assert.ok(PAGE.includes(`\n${expected}\n\n`), `expected in the page:\n${expected}`);
  }
});
