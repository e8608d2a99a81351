import { Argument, type Command } from 'commander';
import { PLATFORM_STATES } from '../domain/decision.ts';
import { invalid } from '../domain/errors.ts';
import { REGISTERS } from '../domain/register.ts';
import type { Client } from './client.ts';
import { clientAction } from './command.ts';
import { table } from './output.ts';
import { changeResult, mayWait } from './participant-change.ts';
import { entries, flag, list, nullable, object, real, type Told, text } from './shape.ts';
import type { World } from './world.ts';

const programmes = object({
  items: list(object({ id: text, name: text, pack: text, readerCap: real })),
});

const policy = object({
  words: object({ tiers: entries(text), kinds: entries(text), reasons: entries(text) }),
});

export function addProgrammeCommands(program: Command, world: World): Command {
  const command = program.command('programme').description('programmes of this issuer');
  const listing = command.command('list').description('programmes with their pack and reader cap');
  clientAction(world, listing, async (client) => {
    const raw = await client.get('/v1/programmes');
    const { items } = programmes(raw, 'programmes');
    const rows = items.map(({ id, name, pack, readerCap }) => [id, name, pack, readerCap]);
    return { json: raw, text: table(['programme', 'name', 'pack', 'reader cap'], rows) };
  });
  addPlatform(command, world);
  addKeyAge(command, world);
  addRegister(command, world);
  return command;
}

const keyAge = object({ days: nullable(real) });

function addKeyAge(programme: Command, world: World): void {
  const command = programme
    .command('key-age')
    .description('how many days a reader’s key may be used that does not say when it ends')
    .argument('<days>', 'days from when the key came, 1 to 3650; none: for good')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { args, options }) => {
    const [told = ''] = args;
    const path = `/v1/programmes/${await programmeOf(client, options)}/key-age`;
    const raw = await client.post(path, {
      days: told === 'none' ? null : Number(told),
    });
    const { days } = keyAge(raw, 'key-age');
    const text = days === null ? 'Keys are used for good.' : `Keys are used for ${days} days.`;
    return { json: raw, text: `${text} Those that say themselves when they end do so.\n` };
  });
}

function addRegister(programme: Command, world: World): void {
  const command = programme
    .command('register')
    .description('propose what anybody may read of who is in the programme')
    .addArgument(new Argument('<register>', 'what is published').choices(REGISTERS))
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { args, options }) => {
    const path = `/v1/programmes/${await programmeOf(client, options)}/register`;
    const raw = await client.post(path, { register: args[0] });
    return changeResult(raw, mayWait(raw, 'register').proposal, '');
  });
}

const platform = object({ state: text, ruled: flag });

function addPlatform(programme: Command, world: World): void {
  const command = programme
    .command('platform')
    .description('declare what Tocsin runs on compromised, or sound again: that takes two persons')
    .addArgument(new Argument('<state>', 'what it is').choices(PLATFORM_STATES))
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { args, options }) => {
    const path = `/v1/programmes/${await programmeOf(client, options)}/platform`;
    const raw = await client.post(path, { state: args[0] });
    const { state, ruled } = platform(raw, 'platform');
    const noted = state === args[0] ? '' : 'Noted; a second person must say so too.\n';
    const idle = ruled
      ? ''
      : 'No rule of the policy in force turns on it: nothing is held by it.\n';
    return { json: raw, text: `${noted}The platform counts as ${state}.\n${idle}` };
  });
}

/** What people read for tiers, kinds and reasons in one programme. */
export type Words = Told<typeof policy>['words'];

export const PROGRAMME = '--programme <name>';
export const PROGRAMME_HELP = 'name or id of the programme (default: the only one there is)';

export type ProgrammeOption = { readonly programme?: string };

/** The id of the programme meant. @throws INVALID_INPUT naming those there are. */
export async function programmeOf(client: Client, { programme }: ProgrammeOption): Promise<string> {
  const { items } = programmes(await client.get('/v1/programmes'), 'programmes');
  const [first, second] =
    programme === undefined
      ? items
      : items.filter(({ id, name }) => id === programme || name === programme);
  if (first !== undefined && second === undefined) return first.id;
  const names = items.map(({ name }) => JSON.stringify(name)).join(', ') || 'none yet';
  throw invalid('--programme', `the name or id of one of: ${names}`, programme);
}

export async function wordsOf(client: Client, programme: string): Promise<Words> {
  return policy(await client.get(`/v1/programmes/${programme}/policy`), 'policy').words;
}

/** The sentence for a word; the word itself when a newer server has one that its pack lacks. */
export function say(words: ReadonlyMap<string, string>, code: string): string {
  return words.get(code) ?? code;
}

/** Every item of a paged list, page by page. */
export async function allPages<T>(
  client: Client,
  path: string,
  read: (
    value: unknown,
    path: string,
  ) => { readonly items: readonly T[]; readonly next: string | null },
): Promise<{ readonly raw: readonly unknown[]; readonly items: readonly T[] }> {
  const raw: unknown[] = [];
  const items: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await client.get(`${path}?limit=200${query}`);
    const page = read(answer, 'page');
    raw.push(...rawPage(answer, 'page').items);
    items.push(...page.items);
    if (page.next === null) return { raw, items };
    cursor = page.next;
  }
}

const rawPage = object({ items: list((value: unknown) => value) });
