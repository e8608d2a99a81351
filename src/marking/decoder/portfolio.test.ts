import assert from 'node:assert/strict';
import { test } from 'node:test';
import { singleLeak } from '../../../tests/support/leak.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import { chanceOfOne, type Hypothesis } from './hypotheses.ts';
import {
  judge,
  passesScreen,
  portfolioFor,
  screeningScores,
  selectHypothesis,
} from './portfolio.ts';
import { codeClasses, scoreOf } from './statistic.ts';

/** The classes of a word that looks exactly as a hypothesis expects, over `m` slots. */
function typical(hypothesis: Hypothesis, m: number) {
  return codeClasses(
    codeClasses([]).map(({ p, y }, g) => {
      const one = chanceOfOne(hypothesis, p);
      const level = g >> 1 === 1 ? 1 / 4 : 3 / 8;
      return Math.round(m * level * (y === 1 ? one : 1 - one));
    }),
  );
}

test('the selected hypothesis is the one the word looks like, from the word alone', () => {
  for (const hypothesis of [
    { strategy: 'minority', colluders: 3 },
    { strategy: 'all1', colluders: 3 },
    { strategy: 'all0', colluders: 4 },
    { strategy: 'minority', colluders: 8 },
  ] as const) {
    assert.deepEqual(selectHypothesis(typical(hypothesis, 800)), hypothesis);
  }
});

test('a word with the code’s own shares of ones is taken for two interleaved copies', () => {
  const expected = { strategy: 'interleave', colluders: 2 } as const;
  assert.deepEqual(selectHypothesis(typical(expected, 400)), expected);
  assert.deepEqual(selectHypothesis(codeClasses([])), expected);
});

test('p is the best of the members’ p-values, each divided by its share of the budget', () => {
  const random = seeded(2);
  for (let run = 0; run < 20; run++) {
    const { sizes, ones } = singleLeak(60, 0.05, random);
    const portfolio = portfolioFor(codeClasses(sizes));
    const each = portfolio.members.map(({ statistic, tail, weight }) =>
      Math.min(1, Math.exp(tail(scoreOf(statistic, ones))) / weight),
    );
    const { lnP, hypothesis } = judge(portfolio, ones);
    assert.ok(Math.abs(Math.exp(lnP) / Math.min(...each) - 1) < 1e-9);
    assert.notEqual(hypothesis, '');
  }
});

test('of unconcerned words, p falls to a level no more often than the level says', () => {
  const random = seeded(3);
  const { sizes } = singleLeak(80, 0, random);
  const portfolio = portfolioFor(codeClasses(sizes));
  const words = 20_000;
  const counts = new Map([0.1, 0.01, 0.001].map((level) => [level, 0]));
  for (let word = 0; word < words; word++) {
    const ones = portfolio.classes.map(({ p, n }) => {
      let k = 0;
      for (let i = 0; i < n; i++) if (random.unit() < p) k++;
      return k;
    });
    const p = Math.exp(judge(portfolio, ones).lnP);
    for (const [level, count] of counts) if (p <= level) counts.set(level, count + 1);
  }
  for (const [level, count] of counts) {
    const most = words * level + 4 * Math.sqrt(words * level);
    assert.ok(count <= most, `${count} of ${words} at ${level}`);
  }
});

test('the screen lets everybody through who has a p-value below its level', () => {
  const random = seeded(4);
  const { sizes } = singleLeak(90, 0, random);
  const portfolio = portfolioFor(codeClasses(sizes));
  const screen = screeningScores(portfolio, Math.log(1e-3));
  let low = 0;
  for (let word = 0; word < 4_000; word++) {
    // Words a quarter of the way to the leaked one, so that many lie near the level.
    const ones = portfolio.classes.map(({ p, y, n }) => {
      let k = 0;
      for (let i = 0; i < n; i++) if (random.unit() < 0.75 * p + 0.25 * y) k++;
      return k;
    });
    if (judge(portfolio, ones).lnP > Math.log(1e-4)) continue;
    low++;
    assert.ok(passesScreen(portfolio, screen, ones));
  }
  assert.ok(low > 100, `${low}`);
});
