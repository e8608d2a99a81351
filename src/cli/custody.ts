/** Who takes custody of the mark keys some time after disclosure. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { invalid, TocsinError } from '../domain/errors.ts';
import { newOfficerKey, recipientIn } from '../participant/officer.ts';
import { action, clientAction, idAt } from './command.ts';
import { readTextFile } from './local-file.ts';
import { facts } from './output.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { nullable, object, real, type Told, text } from './shape.ts';
import type { World } from './world.ts';

const officer = object({ person: text, recipient: text, at: text });
const custody = object({
  id: text,
  afterDays: real,
  first: officer,
  second: nullable(officer),
});
const custodies = object({ inForce: nullable(custody), proposed: nullable(custody) });

export const IDENTITY = '--identity <file>';
export const IDENTITY_HELP = 'your age identity; it does not leave this machine';
export type IdentityOption = { readonly identity: string };

export function addCustodyCommands(program: Command, world: World): void {
  const command = program
    .command('custody')
    .description('the two officers to whom mark keys are sealed some time after disclosure');
  addKey(command, world);
  addPropose(command, world);
  addAccept(command, world);
  addShow(command, world);
}

function addKey(parent: Command, world: World): void {
  const command = parent
    .command('key')
    .description('make an officer’s age identity, to be kept as long as anything may be traced')
    .argument('<file>', 'where to keep it; not overwritten');
  action(world, command, async ({ args: [file = ''] }) => {
    const { file: identity, recipient } = newOfficerKey();
    const path = resolve(world.cwd, file);
    await writeFile(path, identity, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
      throw new TocsinError('INVALID_INPUT', `${path}: expected to make a new file`, { cause });
    });
    return { json: { recipient }, text: `${recipient}\n`, hint: `Back up ${path}, offline` };
  });
}

type Proposal = ProgrammeOption & IdentityOption & { readonly after: string };

function addPropose(parent: Command, world: World): void {
  const command = parent
    .command('propose')
    .description('propose it, as the first officer; nothing changes before another person accepts')
    .requiredOption('--after <days>', 'days after disclosure, such as 180')
    .requiredOption(IDENTITY, IDENTITY_HELP)
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<Proposal>(world, command, async (client, { options }) => {
    const { after } = options;
    if (!/^\d{1,4}$/.test(after)) throw invalid('--after', 'a number of days', after);
    const raw = await client.post(`/v1/programmes/${await programmeOf(client, options)}/custody`, {
      recipient: await recipientAt(world, options),
      afterDays: Number(after),
    });
    const { id } = custody(raw, 'custody');
    const hint = `Next, by the other officer: tocsin custody accept ${id} --identity FILE`;
    return { json: raw, text: `Proposed custody ${id}\n`, hint };
  });
}

function addAccept(parent: Command, world: World): void {
  const command = parent
    .command('accept')
    .description('accept it, as the second officer: from now on keys are sealed to both')
    .argument('<custody>', 'id of the proposal')
    .requiredOption(IDENTITY, IDENTITY_HELP);
  clientAction<IdentityOption>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'custody');
    const recipient = await recipientAt(world, typed.options);
    const raw = await client.post(`/v1/custody/${id}/acceptance`, { recipient });
    return { json: raw, text: custodyText(custody(raw, 'custody')) };
  });
}

function addShow(parent: Command, world: World): void {
  const command = parent
    .command('show')
    .description('the custody in force, and one that waits for its second officer')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const raw = await client.get(`/v1/programmes/${await programmeOf(client, options)}/custody`);
    const { inForce, proposed } = custodies(raw, 'custody');
    const now = inForce === null ? 'None: mark keys stay with the server\n' : custodyText(inForce);
    const next = proposed === null ? '' : `\nProposed\n${custodyText(proposed)}`;
    return { json: raw, text: `${now}${next}` };
  });
}

function custodyText({ id, afterDays, first, second }: Told<typeof custody>): string {
  return facts([
    ['custody', id],
    ['sealed', `${afterDays} days after disclosure`],
    ['first officer', `${first.person}, ${first.recipient}`],
    ['second officer', second === null ? 'nobody yet' : `${second.person}, ${second.recipient}`],
  ]);
}

async function recipientAt(world: World, { identity }: IdentityOption): Promise<string> {
  return recipientIn(await readTextFile(resolve(world.cwd, identity)));
}
