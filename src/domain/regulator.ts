/**
 * Laws under which an issuer reports to an authority; each has its clocks in
 * `policy/duties/regulators.ts`.
 */
export const REGULATORS = ['cra', 'nis2', 'rmsv'] as const;
/** One of `REGULATORS`. */
export type Regulator = (typeof REGULATORS)[number];
