/**
 * The variables Tocsin reads, and the one place that reads them. Meaning and checks: `config.ts`.
 */
export const VARIABLES = [
  'TOCSIN_DATA',
  'TOCSIN_LISTEN',
  'TOCSIN_ORIGIN',
  'TOCSIN_TICK_SECONDS',
  'TOCSIN_MASTER_KEY_FILE',
  'TOCSIN_MASTER_KID',
  'TOCSIN_FAILPOINT',
  'TOCSIN_URL',
  'TOCSIN_TOKEN',
  'TOCSIN_HOME',
  'DATABASE_URL',
  'DATABASE_ISSUER_URL',
  'DATABASE_PARTICIPANT_URL',
] as const;

export type Env = Readonly<Partial<Record<(typeof VARIABLES)[number], string>>>;

/** The variables that are set and not empty. */
export function readEnv(): Env {
  const entries = VARIABLES.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== ''));
}
