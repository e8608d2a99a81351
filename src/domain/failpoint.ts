/**
 * The places at which a test may end the process, to show that what is on disk then is repaired.
 * Each is passed on every run of its verb; in production passing one does nothing.
 */
export const FAILPOINTS = [
  'release.locked',
  'release.decided',
  'release.granted',
  'release.committed',
  'fetch.decided',
  'fetch.marked',
  'fetch.sealed',
  'fetch.committed',
  'tick.placed',
  'tick.signed',
  'tick.committed',
  'tick.pinned',
  'standing.taken',
  'announced.concluded',
  'announced.committed',
  'trace.read',
  'seal.frozen',
  'seal.split',
  'seal.committed',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];
