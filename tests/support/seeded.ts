/** One seeded generator for tests, benches and the demonstration. Never for keys. */
export { type Seeded, seeded } from '../../src/domain/seeded.ts';
