import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TIMING_CODES } from '../../src/policy/timing/clock.ts';
import { parseTiming } from '../../src/policy/timing/parse-timing.ts';
import { fields, parseYaml } from '../../src/policy/yaml.ts';
import { timingOf } from '../support/timing.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/policy/timing.md'), 'utf8');

test('every example of docs/policy/timing.md is a section that a pack may have', () => {
  const examples = [...PAGE.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  assert.ok(examples.length >= 3);
  for (const example of examples) {
    parseTiming(fields(parseYaml('example.yaml', example), ['timing']).timing, {
      leads: {},
      products: [],
    });
  }
});

test('docs/policy/timing.md has every finding, and every key a section may have', () => {
  const unnamed = TIMING_CODES.filter((code) => !PAGE.includes(`\`${code}\``));
  assert.deepEqual(unnamed, []);
  for (const [above, lines] of [
    ['', '  x: 1'],
    ['embargo.', '  embargo: {from: report, x: 1}'],
    ['notice.', '  notice: {x: 1}'],
    ['disclosure.', '  disclosure: {x: 1}'],
    ['targets.', '  targets: {x: 1}'],
  ] as const) {
    assert.throws(
      () => timingOf(lines),
      ({ message }: Error) => {
        const [, known = ''] = /\(known: (.*)\)/.exec(message) ?? [];
        const keys = known.split(', ').map((key) => `\`${above}${key}`);
        assert.ok(keys.length > 1);
        const missing = keys.filter((key) => !PAGE.includes(key));
        assert.deepEqual(missing, []);
        return true;
      },
    );
  }
});
