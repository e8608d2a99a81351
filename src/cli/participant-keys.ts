import { Argument, type Command } from 'commander';
import { KEY_REPORTS } from '../domain/key-report.ts';
import { clientAction, idAt } from './command.ts';
import { nextStep, waiting } from './participant-change.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { object, text } from './shape.ts';
import type { World } from './world.ts';

const reported = object({ proposal: waiting, code: text });

/** `participant report-key` */
export function addKeyCommands(participant: Command, world: World): void {
  const report = participant
    .command('report-key')
    .description('propose that a reader’s keys are lost or stolen; prints a code for it, once')
    .argument('<participant>', 'id of the participant')
    .argument('<reader>', 'id of the reader')
    .addArgument(new Argument('<what>', 'what became of them').choices(KEY_REPORTS))
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, report, async (client, typed) => {
    const programme = await programmeOf(client, typed.options);
    const path = `${readerPath(programme, typed)}/key-report`;
    const raw = await client.post(path, { what: typed.args[2] });
    const { proposal, code } = reported(raw, 'report');
    const hint =
      'Proposed, and not in force. The code is shown this once: bring it to the reader, by a way ' +
      `on which you know them, and to nobody else.\n${nextStep(proposal)}`;
    return { json: raw, text: `${code}\n`, hint };
  });
}

function readerPath(programme: string, typed: Parameters<typeof idAt>[0]): string {
  const [participant, reader] = [idAt(typed, 0, 'participant'), idAt(typed, 1, 'reader')];
  return `/v1/programmes/${programme}/participants/${participant}/readers/${reader}`;
}
