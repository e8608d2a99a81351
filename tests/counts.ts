/**
 * How much of the randomised work a run does: a bounded slice in `npm test`, the full counts of the
 * claims in `npm run test:long`.
 */
const long = process.env['TOCSIN_TEST_LONG'] === '1';

export const counts = long
  ? { decide: 100_000, kills: 200, leakSeeds: 100, innocent: 1_000_000, properties: 100 }
  : { decide: 3_000, kills: 12, leakSeeds: 5, innocent: 20_000, properties: 1 };
