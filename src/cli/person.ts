/** Who of the issuer may do what: proposed by one operator, confirmed by another. */
import type { Command } from 'commander';
import { isId, parseId } from '../domain/ids.ts';
import { plain } from '../participant/plain.ts';
import { clientAction, idAt } from './command.ts';
import { table } from './output.ts';
import { list, nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

const person = object({ id: text, name: text, roles: list(text) });
const open = object({
  grant: text,
  person: text,
  name: nullable(text),
  roles: list(text),
  digest: text,
  proposer: nullable(text),
  at: text,
});
const known = object({ items: list(person), open: list(open) });
const proposed = object({ grant: text, person: text, digest: text, code: nullable(text) });
const decided = object({ outcome: text, link: nullable(text) });
const left = object({ roles: list(text) });

export const ROLES = '--roles <words>';
export const ROLES_HELP =
  'author, approver, manager, investigator, auditor, operator; with commas between';
type RolesOption = { readonly roles: string };

export function addPersonCommands(program: Command, world: World): void {
  const command = program
    .command('person')
    .description('the issuer’s persons, and what each of them may do');
  addList(command, world);
  addPropose(command, world);
  addDecide(command, world, 'confirm', 'confirm roles, by another operator than who proposed them');
  addDecide(command, world, 'refuse', 'refuse a grant, or take one’s own back');
  addWithdraw(command, world);
}

function addList(parent: Command, world: World): void {
  const command = parent
    .command('list')
    .description('persons with their roles, and grants that wait for another person');
  clientAction(world, command, async (client) => {
    const raw = await client.get('/v1/persons');
    const { items, open: waiting } = known(raw, 'persons');
    const rows = items.map(({ id, name, roles }) => [id, name, roles.join(', ') || 'none']);
    const grants = waiting.map(({ grant, person: id, name, roles, proposer, digest }) => [
      ...[grant, name ?? id, roles.join(', '), proposer ?? 'the server’s machine', digest],
    ]);
    const columns = ['grant', 'for', 'roles', 'proposed by', 'digest'];
    const wait = grants.length === 0 ? '' : `\n${table(columns, grants)}`;
    return { json: raw, text: table(['person', 'name', 'roles'], rows) + wait };
  });
}

function addPropose(parent: Command, world: World): void {
  const command = parent
    .command('propose')
    .description('propose roles for a person, or for somebody new; nothing changes yet')
    .argument('<person>', 'id of the person, or the name of somebody new')
    .requiredOption(ROLES, ROLES_HELP);
  clientAction<RolesOption>(world, command, async (client, { args: [whom = ''], options }) => {
    const whose = isId(whom) ? { person: whom, name: null } : { person: null, name: whom };
    const raw = await client.post('/v1/role-grants', { ...whose, roles: wordsIn(options) });
    return { json: raw, ...proposalText(proposed(raw, 'grant')) };
  });
}

/** What is told of a proposal, to whoever made it. */
export function proposalText(made: {
  readonly grant: string;
  readonly digest: string;
  readonly code: string | null;
}): { readonly text: string; readonly hint: string } {
  const { grant, digest, code } = made;
  const next = `Next, by another operator: tocsin person confirm ${grant} --digest ${digest}`;
  if (code === null) return { text: `Proposed ${grant}\ndigest ${digest}\n`, hint: next };
  return {
    text: `Proposed ${grant}\ndigest ${digest}\ncode ${code}\n`,
    hint: `${next}\nThe code is for the new person, beside their link; it is shown this once.`,
  };
}

function addDecide(
  parent: Command,
  world: World,
  decision: 'confirm' | 'refuse',
  description: string,
): void {
  const command = parent
    .command(decision)
    .description(description)
    .argument('<grant>', 'id of the grant')
    .requiredOption('--digest <digest>', 'what exactly is granted, as tocsin person list has it');
  clientAction<{ readonly digest: string }>(world, command, async (client, typed) => {
    const { digest } = typed.options;
    const path = `/v1/role-grants/${idAt(typed, 0, 'grant')}/decision`;
    const raw = await client.post(path, { decision, digest });
    const { outcome, link } = decided(raw, 'decision');
    const said = outcome === 'confirmed' ? 'Confirmed\n' : 'Refused\n';
    if (link === null) return { json: raw, text: said };
    const hint =
      'For the new person’s browser, once, within 14 days, with the code that the proposer was ' +
      'told. It is shown this once.';
    return { json: raw, text: `${said}${link}\n`, hint };
  });
}

function addWithdraw(parent: Command, world: World): void {
  const command = parent
    .command('withdraw')
    .description('take roles from a person, at once; never from the last operator')
    .argument('<person>', 'id of the person')
    .requiredOption(ROLES, ROLES_HELP);
  clientAction<RolesOption>(world, command, async (client, { args: [id = ''], options }) => {
    const path = `/v1/persons/${parseId(id, 'person')}/withdrawal`;
    const raw = await client.post(path, { roles: wordsIn(options) });
    const { roles } = left(raw, 'withdrawal');
    return { json: raw, text: `Left: ${plain(roles.join(', ') || 'none', 100)}\n` };
  });
}

function wordsIn({ roles }: RolesOption): string[] {
  return roles.split(',').map((word) => word.trim());
}
