import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EVENT_SHAPES, PARTICIPANT_EVENTS } from '../../src/domain/event.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/formats/event.md'), 'utf8');

test('docs/formats/event.md has every type with its fields, and no other', () => {
  const rows = Object.entries(EVENT_SHAPES).map(([type, shape]) => {
    const fields = Object.entries(shape).map(([name, kind]) => `${name} \`${kind}\``);
    return `| \`${type}\` | ${fields.join(', ')} |`;
  });
  const [, table = ''] = page.split(/<!-- types:.*-->\n|\n<!-- end of types -->/);
  assert.equal(table, ['| type | members of `data` |', '|---|---|', ...rows].join('\n'));
});

test('docs/formats/event.md names the types that have a participant’s part', () => {
  const [, sentence = ''] = page.split(/Only these types have that part:/);
  const [list = ''] = sentence.split('.');
  const named = [...list.matchAll(/`([a-z_]+)`/g)].map(([, type]) => type);
  assert.deepEqual(new Set(named), PARTICIPANT_EVENTS);
});
