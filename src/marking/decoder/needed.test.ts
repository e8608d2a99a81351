import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts } from '../../../tests/counts.ts';
import { singleLeak } from '../../../tests/support/leak.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import { slotsFor } from './needed.ts';
import { judge, portfolioFor } from './portfolio.ts';
import { codeClasses } from './statistic.ts';

const RUNS = 200;

const LEVELS = [
  { name: 'one of 300, first look of a programme', level: 1e-6 / 300 / 6.58 },
  { name: 'one of 100, one look', level: 1e-6 / 100 },
  { name: 'one of 1 000, one look', level: 1e-6 / 1_000 },
  { name: 'one of a million, tenth look', level: 1e-6 / 1e6 / 658 },
];

for (const { name, level } of LEVELS.slice(0, counts.levels)) {
  test(`the slots asked for name a single copy in 95 of 100 simulated leaks: ${name}`, () => {
    const slots = slotsFor(Math.log(level));
    assert.ok(slots !== null);
    const random = seeded(slots);
    const share = (m: number) => {
      let named = 0;
      for (let run = 0; run < RUNS; run++) {
        const { sizes, ones } = singleLeak(m, 0.01, random);
        if (judge(portfolioFor(codeClasses(sizes)), ones).lnP <= Math.log(level)) named++;
      }
      return named / RUNS;
    };
    // .95 within .03, and the simulation’s own deviation (.015, thrice).
    const power = share(slots);
    assert.ok(power > 0.88 && power < 0.99, `${slots} slots: ${power}`);
    assert.ok(share(Math.round(0.8 * slots)) < 0.75);
  });
}

test('a level that no reading can reach asks for no number of slots', () => {
  assert.equal(slotsFor(-1e7), null);
  assert.equal(slotsFor(0), 1);
});
