import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId, randomBytes } from '../../crypto/random.ts';
import { fileError, TocsinError } from '../../domain/errors.ts';
import type { Binaries } from './binaries.ts';
import { type ChildUser, runChild } from './child.ts';
import { accessRulesOf, dataOf, giveTo, type Layout, passwordsOf } from './layout.ts';
import { hasCode, isAlive, NO_SPACE } from './process.ts';

export type Passwords = {
  readonly owner: string;
  readonly issuer: string;
  readonly participant: string;
};

export const DATABASE = 'tocsin';

/** The login roles, by the name under which their password is kept. */
export const ROLES = {
  owner: 'tocsin_owner',
  issuer: 'tocsin_issuer',
  participant: 'tocsin_participant',
} as const;

/**
 * Makes a cluster: data folder, roles, database, passwords. Everything happens in a folder of its
 * own that takes its name at the end; dying before leaves no cluster, and of two that do it at once
 * one finds the name taken and uses the other's.
 * @throws STORE_FULL, STORE_UNAVAILABLE with what PostgreSQL said; STORE_FULL, CONFIG_INVALID
 *   naming what could not be written.
 */
export async function initialise(
  layout: Layout,
  binaries: Binaries,
  user: ChildUser | null,
): Promise<void> {
  const staging = `${layout.cluster}.${process.pid}.${newId()}`;
  await orNamed(staging, mkdir(staging, { mode: 0o700 }));
  // Set apart from mkdir, whose mode the umask cuts: the server's user must be able to pass
  // through.
  if (user) await chmod(staging, 0o711);
  try {
    await orNamed(staging, mkdir(dataOf(staging), { mode: 0o700 }));
    await giveTo(user, dataOf(staging));
    await createData(staging, binaries, user);
    const passwords = drawPasswords();
    await createRoles(staging, binaries, user, passwords);
    await put(passwordsOf(staging), `${JSON.stringify(passwords)}\n`, 0o600);
    await put(accessRulesOf(staging), ACCESS_RULES, 0o644);
    await takeName(staging, layout.cluster);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function put(path: string, text: string, mode: number): Promise<void> {
  await orNamed(path, writeFile(path, text, { mode, flush: true }));
  // The umask cuts the mode of a new file: under 077 the server's user could not read its rules.
  await orNamed(path, chmod(path, mode));
}

async function orNamed(path: string, writing: Promise<unknown>): Promise<void> {
  await writing.catch((cause: unknown) => {
    throw fileError(path, cause);
  });
}

/** Removes what starts that died while initialising left behind. */
export async function sweepStaging(layout: Layout): Promise<void> {
  for (const name of await readdir(layout.folder)) {
    const pid = /^cluster\.(\d+)\.[0-9a-f-]{36}$/.exec(name)?.[1];
    if (pid === undefined || (await isAlive(Number(pid)))) continue;
    await rm(join(layout.folder, name), { recursive: true, force: true });
  }
}

async function takeName(staging: string, cluster: string): Promise<void> {
  try {
    await rename(staging, cluster);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
  }
}

/**
 * Only our three logins, only on our database, only by password; not even the superuser otherwise.
 */
const ACCESS_RULES = `local ${DATABASE} ${Object.values(ROLES).join(',')} scram-sha-256
local all all reject
`;

async function createData(staging: string, binaries: Binaries, user: ChildUser | null) {
  const made = await runChild(
    join(binaries.bin, 'initdb'),
    [
      `--pgdata=${dataOf(staging)}`,
      '--username=postgres',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
      '--auth=reject',
      '--no-instructions',
    ],
    { user: user ?? undefined, timeoutMs: 300_000 },
  );
  if (made.code !== 0) throw failed('initdb', made.stderr);
}

function drawPasswords(): Passwords {
  const draw = () => randomBytes(32).toString('base64url');
  return { owner: draw(), issuer: draw(), participant: draw() };
}

/**
 * In single-user mode: no server listens while the roles do not exist yet, and the superuser never
 * needs a password. `exit_on_error` turns a refused statement into an exit status; the passwords in
 * the statements are kept out of the error output.
 */
async function createRoles(
  staging: string,
  binaries: Binaries,
  user: ChildUser | null,
  passwords: Passwords,
): Promise<void> {
  const login = 'login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password';
  const statements = [
    `create role ${ROLES.owner} ${login} '${passwords.owner}'`,
    `create role ${ROLES.issuer} ${login} '${passwords.issuer}'`,
    `create role ${ROLES.participant} ${login} '${passwords.participant}'`,
    `create database ${DATABASE} owner ${ROLES.owner} template template0`,
    `revoke all on database ${DATABASE} from public`,
    `grant connect on database ${DATABASE} to ${ROLES.issuer}, ${ROLES.participant}`,
  ];
  const settings = ['exit_on_error=on', 'log_min_error_statement=panic', 'log_checkpoints=off'];
  const ran = await runChild(
    join(binaries.bin, 'postgres'),
    [
      '--single',
      '-D',
      dataOf(staging),
      ...settings.flatMap((setting) => ['-c', setting]),
      'postgres',
    ],
    // In this mode a statement is one line and takes no terminator.
    { user: user ?? undefined, input: `${statements.join('\n')}\n` },
  );
  if (ran.code !== 0) throw failed('the creation of roles', ran.stderr);
}

function failed(step: string, stderr: string): TocsinError {
  const said = stderr.trim().split('\n').slice(-3).join(' / ') || 'nothing';
  const code = NO_SPACE.test(stderr) ? 'STORE_FULL' : 'STORE_UNAVAILABLE';
  return new TocsinError(code, `${step} failed, nothing was kept. PostgreSQL said: ${said}`);
}

/**
 * The passwords of an existing cluster. @throws CONFIG_INVALID when their file is missing or
 * damaged.
 */
export async function readPasswords(cluster: string): Promise<Passwords> {
  const path = passwordsOf(cluster);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new TocsinError(
      'CONFIG_INVALID',
      `${path} cannot be read: the database needs the passwords in it, restore it from a backup`,
      { cause },
    );
  });
  const parsed = parsePasswords(text);
  if (parsed) return parsed;
  throw new TocsinError('CONFIG_INVALID', `${path} is damaged: restore it from a backup`);
}

function parsePasswords(text: string): Passwords | null {
  try {
    const value: unknown = JSON.parse(text);
    return isPasswords(value) ? value : null;
  } catch {
    return null;
  }
}

function isPasswords(value: unknown): value is Passwords {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(ROLES).every((name) => typeof Reflect.get(value, name) === 'string')
  );
}
