import assert from 'node:assert/strict';
import { test } from 'node:test';
import { singleLeak } from '../../../tests/support/leak.ts';
import { seeded } from '../../../tests/support/seeded.ts';
import { SHARES } from './decode.ts';
import { slotsFor } from './needed.ts';
import { judge, portfolioFor } from './portfolio.ts';
import { expectedPower } from './power.ts';
import { codeClasses } from './statistic.ts';

const LN_LEVEL = Math.log(1e-6 / 1_000 / 6.58);

test('the share foretold for one copy is that of leaks drawn by another hand', () => {
  const random = seeded(7);
  const RUNS = 1_000;
  for (const slots of [30, 45, 60]) {
    let named = 0;
    for (let run = 0; run < RUNS; run++) {
      const { sizes, ones } = singleLeak(slots, 0.01, random);
      const { lnP } = judge(portfolioFor(codeClasses(sizes)), ones);
      if (lnP - Math.log(SHARES.single) <= LN_LEVEL) named += 1;
    }
    const foretold = expectedPower({ slots, colluders: 1, loss: 0 }, LN_LEVEL);
    // .03, and three deviations of both simulations (.025 and .016 at most).
    assert.ok(Math.abs(foretold - named / RUNS) < 0.1, `${slots}: ${foretold}, ${named / RUNS}`);
  }
});

test('slots lost, and copies mixed, make a name rarer', () => {
  const share = (slots: number, colluders: number, loss: number) =>
    expectedPower({ slots, colluders, loss }, LN_LEVEL);
  assert.ok(share(60, 1, 0.5) < share(60, 1, 0.2));
  assert.ok(share(60, 2, 0) < share(60, 1, 0));
  assert.ok(share(120, 3, 0) < share(120, 2, 0));
  assert.equal(share(0, 1, 0), 0);
  assert.equal(share(5, 3, 0), 0);
});

test('as many slots as are asked for, and a third lost, are foretold to name', () => {
  const needed = slotsFor(LN_LEVEL - Math.log(1 / SHARES.single)) ?? 0;
  const share = expectedPower(
    { slots: Math.ceil(needed / 0.7), colluders: 1, loss: 0.3 },
    LN_LEVEL,
  );
  assert.ok(share > 0.88 && share < 1, `${needed} slots: ${share}`);
});
