import { resolve } from 'node:path';
import { TocsinError } from '../domain/errors.ts';
import { FAILPOINTS, type Failpoint } from '../domain/failpoint.ts';
import { SECOND_MS } from '../domain/instant.ts';
import type { Env } from './env.ts';

/** Where the database is: our own cluster in the data folder, or a server somebody else runs. */
export type DatabaseConfig =
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'external';
      readonly owner: string;
      readonly issuer: string;
      readonly participant: string;
    };

export type Config = {
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Name of the ledger: first line of its checkpoints. No scheme, no spaces. */
  readonly origin: string;
  readonly tickMs: number;
  /**
   * Where browsers and readers find the server: an origin, and its host, to which passkeys are
   * bound. Not told: this machine's own name for itself.
   */
  readonly site: { readonly origin: string; readonly rpId: string; readonly told: boolean };
  /** An OpenID provider by which people may sign in; null: none. */
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    readonly secretFile: string;
    /** The claim of its statement by which people are known. */
    readonly claim: string;
  } | null;
  readonly masterKey: { readonly file: string; readonly kid: string };
  readonly database: DatabaseConfig;
  /** Test only: end the process at the n-th passing of a point. */
  readonly failpoint: { readonly point: Failpoint; readonly nth: number } | null;
};

const DEFAULT_LISTEN = '127.0.0.1:8740';
const DEFAULT_TICK_SECONDS = 60;

/**
 * @throws CONFIG_INVALID naming the variable, what it expects and what it holds; contradictions
 * too.
 */
export function parseConfig(env: Env, cwd: string): Config {
  const dataDir = resolve(cwd, env.TOCSIN_DATA ?? '.tocsin');
  const listen = parseListen(env.TOCSIN_LISTEN ?? DEFAULT_LISTEN);
  return {
    dataDir,
    listen,
    site: {
      ...parseSite(env.TOCSIN_PUBLIC_URL ?? `http://localhost:${listen.port}`),
      told: env.TOCSIN_PUBLIC_URL !== undefined,
    },
    origin: parseOrigin(env.TOCSIN_ORIGIN ?? 'tocsin.invalid/ledger'),
    tickMs: parseTick(env.TOCSIN_TICK_SECONDS),
    oidc: parseOidc(env, cwd),
    masterKey: {
      file: resolve(cwd, env.TOCSIN_MASTER_KEY_FILE ?? `${dataDir}/master.key`),
      kid: env.TOCSIN_MASTER_KID ?? 'm1',
    },
    database: parseDatabase(env),
    failpoint: parseFailpoint(env.TOCSIN_FAILPOINT),
  };
}

function bad(variable: string, expected: string, found: string): TocsinError {
  return new TocsinError('CONFIG_INVALID', `${variable}: expected ${expected}, found ${found}`, {
    field: variable,
  });
}

function parseListen(text: string): Config['listen'] {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port > 65_535) throw bad('TOCSIN_LISTEN', 'HOST:PORT', JSON.stringify(text));
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

/**
 * Browsers know passkeys and `__Host-` cookies on secure origins alone: HTTPS, or the machine's own
 * name for itself. An address has no passkeys (WebAuthn level 3, section 5.1.3).
 */
function parseSite(text: string): Omit<Config['site'], 'told'> {
  const url = URL.canParse(text) ? new URL(text) : null;
  const secure = url?.protocol === 'https:' || url?.hostname === 'localhost';
  const named = url !== null && !/^[\d.]+$|^\[/.test(url.hostname);
  if (url === null || !secure || !named || url.href !== `${url.origin}/`) {
    const expected = 'https://HOST without a path, or http://localhost:PORT';
    throw bad('TOCSIN_PUBLIC_URL', expected, JSON.stringify(text));
  }
  return { origin: url.origin, rpId: url.hostname };
}

function parseOidc(env: Env, cwd: string): Config['oidc'] {
  const { TOCSIN_OIDC_ISSUER: issuer, TOCSIN_OIDC_CLIENT_ID: clientId } = env;
  const { TOCSIN_OIDC_SECRET_FILE: file, TOCSIN_OIDC_CLAIM: claim = 'sub' } = env;
  if (!issuer && !clientId && !file && env.TOCSIN_OIDC_CLAIM === undefined) return null;
  if (!issuer || !clientId || !file) {
    const expected = 'TOCSIN_OIDC_ISSUER, _CLIENT_ID and _SECRET_FILE together';
    throw bad('TOCSIN_OIDC_ISSUER', expected, 'only some of them');
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url?.protocol !== 'https:' && url?.hostname !== 'localhost') {
    throw bad('TOCSIN_OIDC_ISSUER', 'an https URL', JSON.stringify(issuer));
  }
  if (!/^[A-Za-z0-9_:/.-]{1,100}$/.test(claim)) {
    throw bad('TOCSIN_OIDC_CLAIM', 'the name of a claim', JSON.stringify(claim));
  }
  return { issuer, clientId, secretFile: resolve(cwd, file), claim };
}

function parseOrigin(text: string): string {
  if (!/^[\x21-\x7e]{1,100}$/.test(text) || text.includes('+')) {
    throw bad('TOCSIN_ORIGIN', 'printable text without spaces or plus signs', JSON.stringify(text));
  }
  return text;
}

function parseTick(text: string | undefined): number {
  const seconds = text === undefined ? DEFAULT_TICK_SECONDS : Number(text);
  if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > 86_400) {
    throw bad('TOCSIN_TICK_SECONDS', 'a whole number from 1 to 86400', JSON.stringify(text));
  }
  return seconds * SECOND_MS;
}

function parseDatabase(env: Env): DatabaseConfig {
  const owner = env.DATABASE_URL;
  const issuer = env.DATABASE_ISSUER_URL;
  const participant = env.DATABASE_PARTICIPANT_URL;
  if (!owner && !issuer && !participant) return { kind: 'embedded' };
  if (!owner || !issuer || !participant) {
    throw bad(
      'DATABASE_URL',
      'DATABASE_URL, DATABASE_ISSUER_URL and DATABASE_PARTICIPANT_URL together (three logins)',
      'only some of them',
    );
  }
  return { kind: 'external', owner, issuer, participant };
}

function parseFailpoint(text: string | undefined): Config['failpoint'] {
  if (text === undefined) return null;
  const [name, nth = '1'] = text.split(':');
  const point = FAILPOINTS.find((candidate) => candidate === name);
  if (!point || !/^\d+$/.test(nth)) throw bad('TOCSIN_FAILPOINT', 'POINT:N', JSON.stringify(text));
  return { point, nth: Number(nth) };
}
