import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Client } from './client.ts';
import { clientAction, idAt, type Typed } from './command.ts';
import { readTextFile } from './local-file.ts';
import { changeResult, mayWait } from './participant-change.ts';
import { parseProfileFile } from './profile-file.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { fields, object } from './shape.ts';
import type { World } from './world.ts';

/** `participant profile`, `participant calendar`, `participant doubt`, `participant trust` */
export function addFactCommands(participant: Command, world: World): void {
  addProfile(participant, world);
  addCalendar(participant, world);
  addDoubt(participant, world, {
    verb: 'doubt',
    doubted: true,
    description: 'its confidentiality is in doubt: what the policy shuts then is shut at once',
  });
  addDoubt(participant, world, {
    verb: 'trust',
    doubted: false,
    description: 'propose that its confidentiality is no longer in doubt',
  });
}

function addProfile(participant: Command, world: World): void {
  const command = participant
    .command('profile')
    .description(
      'what it has shown: roles, products, criteria, addenda; a proposal, unless it only narrows',
    )
    .argument('<participant>', 'id of the participant')
    .argument('<file>', 'a YAML file; what it leaves out has not been shown')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, typed) => {
    const profile = parseProfileFile(await readTextFile(resolve(world.cwd, typed.args[1] ?? '')));
    const path = await pathOf(client, typed);
    const { enrolment } = told(await client.get(path), 'participant');
    const raw = await client.post(`${path}/enrolment`, { enrolment: { ...enrolment, profile } });
    return changeResult(raw, mayWait(raw, 'answer').proposal, 'Changed\n');
  });
}

const told = object({ enrolment: fields });

function addCalendar(participant: Command, world: World): void {
  const command = participant
    .command('calendar')
    .description('by which calendar of the policy its holidays are kept; "none": by none')
    .argument('<participant>', 'id of the participant')
    .argument('<calendar>', 'its name in the policy’s timing.calendars')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, typed) => {
    const name = typed.args[1] ?? 'none';
    const calendar = name === 'none' ? null : name;
    const raw = await client.post(`${await pathOf(client, typed)}/calendar`, { calendar });
    return { json: raw, text: `${name}\n` };
  });
}

function addDoubt(
  participant: Command,
  world: World,
  { verb, doubted, description }: { verb: string; doubted: boolean; description: string },
): void {
  const command = participant
    .command(verb)
    .description(description)
    .argument('<participant>', 'id of the participant')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, typed) => {
    const raw = await client.post(`${await pathOf(client, typed)}/doubt`, { doubted });
    const done = doubted ? 'in doubt\n' : 'no longer in doubt\n';
    return changeResult(raw, mayWait(raw, 'answer').proposal, done);
  });
}

async function pathOf(client: Client, typed: Typed<ProgrammeOption>): Promise<string> {
  const id = idAt(typed, 0, 'participant');
  return `/v1/programmes/${await programmeOf(client, typed.options)}/participants/${id}`;
}
