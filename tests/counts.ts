/**
 * How much of the randomised work a run does: a bounded slice in `npm test`, the full counts of the
 * claims in `npm run test:long`.
 */
const long = process.env['TOCSIN_TEST_LONG'] === '1';

export const counts = {
  decide: long ? 100_000 : 3_000,
  /** Of each pack, compared with cedar-wasm: where it is asked by class, and for each case. */
  decideByClass: long ? 1_000_000 : 2_000,
  decideEach: long ? 3_000 : 100,
  kills: long ? 200 : 12,
  /** Coalitions per kind, and words of coalitions scored against those who took no part. */
  coalitions: long ? 100 : 8,
  jointNulls: long ? 400 : 12,
  eProcesses: long ? 60_000 : 4_000,
  /** How often one sample is traced again. */
  retraces: long ? 100 : 8,
  leaks: long ? 200 : 12,
  leakSeeds: long ? 100 : 5,
  /** Keys a text under which copies of the real texts are changed, read and scored. */
  survivals: long ? 200 : 1,
  innocent: long ? 1_000_000 : 20_000,
  /** Whether each slot of a file of rules is tried alone as well. */
  slotsAlone: long,
  /** Whether the tails of all hypotheses are compared with importance sampling, or of some. */
  allTails: long,
  /** At how many levels leaks are simulated against the number of slots asked for. */
  levels: long ? 4 : 1,
  /** Steps of the histories that are compared with the model of releases. */
  modelSteps: long ? 1_000_000 : 4_000,
  /** Databases side by side, so that one waits for its disk while the other computes. */
  modelHouses: long ? 4 : 1,
  /** Of each pack, pairs of facts of which one may narrow the other. */
  narrowings: long ? 300_000 : 20_000,
  properties: long ? 100 : 1,
  ruleMutations: long ? Number.POSITIVE_INFINITY : 4,
  /** Of the mutants of a pack's rules, and of its table. */
  mutants: long ? Number.POSITIVE_INFINITY : 20,
  /** Whether tests may ask npm's registry. */
  registry: long,
};
