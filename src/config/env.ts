/**
 * The variables Tocsin reads, and the one place that reads them. Meaning and checks: `config.ts`.
 */
export const VARIABLES = [
  'TOCSIN_DATA',
  'TOCSIN_LISTEN',
  'TOCSIN_ORIGIN',
  'TOCSIN_PUBLIC_URL',
  'TOCSIN_OIDC_ISSUER',
  'TOCSIN_OIDC_CLIENT_ID',
  'TOCSIN_OIDC_SECRET_FILE',
  'TOCSIN_OIDC_CLAIM',
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
  const entries = VARIABLES.map((name) => [name, readVariable(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** One of them, for a program that needs no more; undefined when it is not set, or empty. */
export function readVariable(name: (typeof VARIABLES)[number]): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}
