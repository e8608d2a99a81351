import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseConfig } from '../config/config.ts';
import { TocsinError } from '../domain/errors.ts';
import { type Id, parseId } from '../domain/ids.ts';
import { parseServerUrl, SESSION_COOKIE } from '../main/client-parts.ts';
import { type Client, openClient, openSessionClient } from './client.ts';
import { readTextFile } from './local-file.ts';
import type { Result } from './output.ts';
import type { World } from './world.ts';

/** What was typed after a command's name: its operands in order, and its options. */
export type Typed<O> = { readonly args: readonly string[]; readonly options: O };

/**
 * What `command` does: run, then print, in the form asked for.
 * @typeParam O its options, as declared on the command.
 */
export function action<O>(
  world: World,
  command: Command,
  run: (typed: Typed<O>) => Promise<Result>,
): void {
  command.option('--json', 'print the result as JSON').action(async () => {
    const options = command.opts<O & { readonly json?: boolean }>();
    print(world, await run({ args: command.args, options }), options.json === true);
  });
}

function print(world: World, { json, text, hint, status = 0 }: Result, machine: boolean): void {
  world.out(machine ? `${JSON.stringify(json)}\n` : text);
  if (hint !== undefined && !machine) world.err(`${hint}\n`);
  world.finish(status);
}

type ClientOptions = { readonly url?: string; readonly tokenFile?: string };

/** As `action`, for a command that asks a server as the person whose token it has. */
export function clientAction<O>(
  world: World,
  command: Command,
  run: (client: Client, typed: Typed<O>) => Promise<Result>,
): void {
  command
    .option('--url <url>', 'the server (default: TOCSIN_URL, else this machine)')
    .option('--token-file <file>', 'file with the token (default: TOCSIN_TOKEN)');
  action<O & ClientOptions>(world, command, async (typed) =>
    run(await clientOf(world, typed.options), typed),
  );
}

export const SESSION = '--session-file FILE';

type SessionOptions = { readonly url?: string; readonly sessionFile: string };

/**
 * As `clientAction`, for what no token may do: as the person who has signed in at a browser, and
 * whom a passkey has verified there minutes ago.
 */
export function sessionAction<O>(
  world: World,
  command: Command,
  run: (client: Client, typed: Typed<O>) => Promise<Result>,
): void {
  command
    .option('--url <url>', 'the server, by the name that browsers know (default: this machine)')
    .requiredOption(
      '--session-file <file>',
      `file with the value of your browser's cookie ${SESSION_COOKIE}`,
    );
  action<O & SessionOptions>(world, command, async (typed) =>
    run(await sessionClientOf(world, typed.options), typed),
  );
}

async function sessionClientOf(world: World, options: SessionOptions): Promise<Client> {
  const { env, cwd, fetch } = world;
  const url = options.url ?? env.TOCSIN_URL ?? parseConfig(env, cwd).site.origin;
  const secret = (await readTextFile(resolve(cwd, options.sessionFile))).trim();
  if (/^[A-Za-z0-9_-]{43}$/.test(secret)) {
    return openSessionClient(fetch, parseServerUrl(url, 'TOCSIN_URL'), secret);
  }
  throw new TocsinError(
    'UNAUTHENTICATED',
    `session: expected the value of the cookie ${SESSION_COOKIE}, found another text`,
    { field: '--session-file' },
  );
}

async function clientOf(world: World, options: ClientOptions): Promise<Client> {
  const { env, cwd, fetch } = world;
  const own = parseConfig(env, cwd).listen;
  const url = options.url ?? env.TOCSIN_URL ?? `http://${own.host}:${own.port}`;
  return openClient(fetch, parseServerUrl(url, 'TOCSIN_URL'), await tokenOf(world, options));
}

/** Never from the command line itself, where every user of the machine could read it. */
async function tokenOf({ env, cwd }: World, { tokenFile }: ClientOptions): Promise<string> {
  const text =
    tokenFile === undefined ? env.TOCSIN_TOKEN : await readTextFile(resolve(cwd, tokenFile));
  const token = text?.trim() ?? '';
  if (/^[\x21-\x7e]{1,200}$/.test(token)) return token;
  throw new TocsinError(
    'UNAUTHENTICATED',
    token === ''
      ? 'token: expected one in TOCSIN_TOKEN or --token-file, found none'
      : 'token: expected one word, found another text',
    { field: 'TOCSIN_TOKEN' },
  );
}

/** Operand number `index`, which the command requires, as an id. @throws INVALID_INPUT */
export function idAt<K extends string>(
  { args }: Typed<unknown>,
  index: number,
  name: string,
): Id<K> {
  return parseId<K>(args[index] ?? '', name);
}
