import type { Command } from 'commander';
import { parseConfig } from '../config/config.ts';
import { invalid } from '../domain/errors.ts';
import type { AdminRequest } from '../main/admin.ts';
import { action } from './command.ts';
import { type Result, table } from './output.ts';
import { proposalText, ROLES_HELP } from './person.ts';
import { list, nullable, object, real, text } from './shape.ts';
import type { World } from './world.ts';

/** What works without a token: on the data folder, or through the Tocsin that serves it. */
export function addAdminCommands(program: Command, world: World): void {
  const admin = program
    .command('admin')
    .description('on the server’s own machine: the first programme, persons, tokens');
  const programme = admin.command('programme').description('programmes');
  addCreate(programme, world);
  addSigning(programme, world);
  const person = admin.command('person').description('persons of the issuer, and their tokens');
  addPerson(person, world);
  addPersons(person, world);
  addToken(person, world);
  addLink(person, world, 'person');
  addSubject(person, world, 'person');
  addRevoke(person, world, 'person');
  const reader = admin.command('reader').description('readers’ tokens');
  addLink(reader, world, 'reader');
  addSubject(reader, world, 'reader');
  addRevoke(reader, world, 'reader');
  addPin(admin.command('ledger').description('the pin of the ledger'), world);
}

/** Has the request done, and tells the operator what was noted on the way. */
export async function ask(world: World, request: AdminRequest): Promise<unknown> {
  const { administer } = await import('../main/administer.ts');
  const { answer, notes } = await administer(parseConfig(world.env, world.cwd), request);
  for (const note of notes) world.err(`tocsin: ${note}\n`);
  return answer;
}

const created = object({ programme: text });

function addCreate(programme: Command, world: World): void {
  const command = programme
    .command('create')
    .description('create a programme with its policy')
    .argument('<name>', 'its name')
    .requiredOption('--pack <pack>', 'policy pack: one that came with Tocsin, or a folder')
    .requiredOption('--reader-cap <number>', 'most readers ever: every trace pays for that many');
  type Options = { readonly pack: string; readonly readerCap: string };
  action<Options>(world, command, async ({ args: [name = ''], options }) => {
    const { packAt } = await import('../main/pack-folder.ts');
    const policy = await packAt(options.pack, world.cwd);
    const readerCap = wholeNumber(options.readerCap, '--reader-cap');
    const raw = await ask(world, { verb: 'createProgramme', name, readerCap, ...policy });
    return {
      json: raw,
      text: `Created ${created(raw, 'programme').programme}\n`,
      hint: 'Next: tocsin admin person add NAME --scopes author,manager,investigator,operator',
    };
  });
}

function addSigning(programme: Command, world: World): void {
  addSwitch(programme, world, {
    ...{ name: 'signing', verb: 'changeSigning' },
    description: 'whether approvals are to be signed by a passkey: on or off',
  });
  addSwitch(programme, world, {
    ...{ name: 'signed-requests', verb: 'changeRequestSigning' },
    description: 'whether readers are to sign all they ask by their own key: on or off',
  });
}

type Switch = {
  readonly name: string;
  readonly verb: 'changeSigning' | 'changeRequestSigning';
  readonly description: string;
};

function addSwitch(programme: Command, world: World, { name, verb, description }: Switch): void {
  const command = programme
    .command(name)
    .description(description)
    .argument('<programme>', 'id of the programme')
    .argument('<state>', 'on or off');
  action(world, command, async ({ args: [id = '', state = ''] }) => {
    if (state !== 'on' && state !== 'off') throw invalid('state', 'on or off', state);
    const raw = await ask(world, { verb, programme: id, required: state === 'on' });
    return { json: raw, text: state === 'on' ? 'Required\n' : 'Optional\n' };
  });
}

function addPin(ledger: Command, world: World): void {
  const command = ledger
    .command('pin')
    .description('pin a database whose pin was lost, on your word that it is the newest')
    .requiredOption('--size <ticks>', 'how many ticks it has, as nobody holds a later checkpoint');
  action<{ readonly size: string }>(world, command, async ({ options }) => {
    const size = wholeNumber(options.size, '--size');
    const { pinLedger } = await import('../main/administer.ts');
    const notes = await pinLedger(parseConfig(world.env, world.cwd), size);
    return { json: { size, notes }, text: `Pinned at ${size} ticks\n` };
  });
}

/** @throws INVALID_INPUT naming `field`. */
export function wholeNumber(digits: string, field: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(digits)) throw invalid(field, 'a whole number', digits);
  return Number(digits);
}

const SCOPES = '--scopes <words>';

type ScopesOption = { readonly scopes: string };

function scopesOf({ scopes }: ScopesOption): string[] {
  return scopes.split(',').map((word) => word.trim());
}

const added = object({
  person: text,
  token: nullable(text),
  proposal: nullable(object({ grant: text, digest: text, code: nullable(text) })),
});

function addPerson(person: Command, world: World): void {
  const command = person
    .command('add')
    .description('the first two persons, each with a token; from then on it proposes them')
    .argument('<name>', 'their name')
    .requiredOption(SCOPES, ROLES_HELP);
  action<ScopesOption>(world, command, async ({ args: [name = ''], options }): Promise<Result> => {
    const raw = await ask(world, { verb: 'addPerson', name, scopes: scopesOf(options) });
    const { person: id, token, proposal } = added(raw, 'person');
    if (proposal !== null) return { json: raw, ...proposalText(proposal) };
    return {
      json: raw,
      text: `${token ?? ''}\n`,
      hint: `Person ${id}. The token is shown this once: for TOCSIN_TOKEN or --token-file.`,
    };
  });
}

const people = object({
  items: list(object({ id: text, name: text, scopes: list(text), tokens: list(list(text)) })),
});

function addPersons(person: Command, world: World): void {
  const command = person
    .command('list')
    .description('persons with their roles, and what their tokens may do');
  action(world, command, async () => {
    const raw = await ask(world, { verb: 'listPersons' });
    const rows = people(raw, 'persons').items.map(({ id, name, scopes, tokens }) => [
      id,
      name,
      scopes.join('+') || 'none',
      tokens.map((scopes) => scopes.join('+')).join(', ') || 'no token',
    ]);
    return { json: raw, text: table(['person', 'name', 'roles', 'tokens'], rows) };
  });
}

const issued = object({ token: text });

function addToken(person: Command, world: World): void {
  const command = person
    .command('token')
    .description('one more token for a person; printed this once')
    .argument('<person>', 'id of the person')
    .requiredOption(SCOPES, ROLES_HELP);
  action<ScopesOption>(world, command, async ({ args: [id = ''], options }) => {
    const raw = await ask(world, { verb: 'addToken', person: id, scopes: scopesOf(options) });
    return { json: raw, text: `${issued(raw, 'token').token}\n` };
  });
}

const linked = object({ link: text });

function addLink(parent: Command, world: World, holder: 'person' | 'reader'): void {
  const command = parent
    .command('link')
    .description(`a one-time link by which a ${holder} registers their first passkey`)
    .argument(`<${holder}>`, `id of the ${holder}`);
  action(world, command, async ({ args: [id = ''] }) => {
    const raw = await ask(world, { verb: 'addLink', holder, id });
    return {
      json: raw,
      text: `${linked(raw, 'link').link}\n`,
      hint: 'For a browser, once, within 14 days. It is shown this once.',
    };
  });
}

function addSubject(parent: Command, world: World, holder: 'person' | 'reader'): void {
  const command = parent
    .command('oidc')
    .description(`which value of the identity provider’s claim means a ${holder}`)
    .argument(`<${holder}>`, `id of the ${holder}`)
    .argument('<value>', 'the value of the claim TOCSIN_OIDC_CLAIM, as the provider states it');
  action(world, command, async ({ args: [id = '', value = ''] }) => {
    const raw = await ask(world, { verb: 'setSubject', holder, id, value });
    return { json: raw, text: 'Set\n' };
  });
}

const revoked = object({ revoked: real });

function addRevoke(parent: Command, world: World, holder: 'person' | 'reader'): void {
  const command = parent
    .command('revoke')
    .description(`end all tokens, sessions, passkeys of a ${holder}, at once`)
    .argument(`<${holder}>`, `id of the ${holder}`);
  action(world, command, async ({ args: [id = ''] }) => {
    const raw = await ask(world, { verb: 'endTokens', holder, id });
    return { json: raw, text: `${revoked(raw, 'revoked').revoked} ended\n` };
  });
}
