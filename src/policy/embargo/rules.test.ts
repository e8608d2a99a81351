import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { parseYaml } from '../yaml.ts';
import { DEFAULT_EMBARGO, parseEmbargo } from './rules.ts';

const parse = (text: string) => parseEmbargo(parseYaml('programme.yaml', text));

test('every key is read in its unit, and what is absent holds its default', () => {
  assert.deepEqual(
    parse(`ends_without_fix: 90d
answer_within: 72h
decide_exploited_within: 15m
suggest_end_at: 75%`),
    {
      endsWithoutFixMs: 90 * DAY_MS,
      answerWithinMs: 72 * HOUR_MS,
      decideExploitedWithinMs: 15 * MINUTE_MS,
      suggestEndAtPercent: 75,
    },
  );
  assert.equal(parse('decide_exploited_within: 120m').decideExploitedWithinMs, 2 * HOUR_MS);
  assert.deepEqual(parse('answer_within: 3d'), { ...DEFAULT_EMBARGO, answerWithinMs: 3 * DAY_MS });
});

for (const [text, message] of [
  ['end_without_fix: 90d', /^programme\.yaml:1: unknown key end_without_fix \(known: ends_/],
  ['answer_within: 7', /^programme\.yaml:1: answer_within: expected a time such as 14d, 24h or/],
  ['answer_within: 0d', /answer_within: expected a time such as 14d, 24h or 90m, found "0d"/],
  [
    '\ndecide_exploited_within: 121m',
    /:2: decide_exploited_within: expected at most 120m, such as/,
  ],
  ['suggest_end_at: 0.75', /suggest_end_at: expected a share such as 75%, found 0.75/],
  ['suggest_end_at: 101%', /suggest_end_at: expected a share such as 75%, found "101%"/],
  ['- 7d', /the file: expected a mapping, found a list/],
] as const) {
  test(`a section is refused with line and remedy: ${text.trim()}`, () => {
    assert.throws(() => parse(text), { code: 'POLICY_INVALID', message });
  });
}
