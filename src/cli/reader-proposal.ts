import type { Command } from 'commander';
import { clientAction, idAt } from './command.ts';
import { changeResult, mayWait } from './participant-change.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import type { World } from './world.ts';

/** A command that proposes what a reader is to its participant: `officers`, `administrators`. */
export function addReaderProposal(
  parent: Command,
  world: World,
  { name, description, to }: Readonly<Record<'name' | 'description' | 'to', string>>,
): void {
  const command = parent
    .command(name)
    .description(description)
    .argument('<participant>', 'id of the participant')
    .argument('<reader>', 'id of the reader')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, typed) => {
    const programme = await programmeOf(client, typed.options);
    const path = `/v1/programmes/${programme}/participants/${idAt(typed, 0, 'participant')}`;
    const raw = await client.post(`${path}/${to}`, { reader: idAt(typed, 1, 'reader') });
    return changeResult(raw, mayWait(raw, 'answer').proposal, '');
  });
}
