/** Facts that a programme takes for shown for a time, where none is known. */
import type { Command } from 'commander';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { clientAction, idAt } from './command.ts';
import { nextStep } from './participant-change.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { flag, object, text } from './shape.ts';
import type { World } from './world.ts';

type TransitionOptions = ProgrammeOption & {
  readonly accept: readonly string[];
  readonly until: string;
  readonly reason: string;
};

const proposed = object({ proposal: object({ change: text, digest: text }) });
const ended = object({ ended: flag });

/** `participant transition`, `participant end-transition` */
export function addTransitionCommands(participant: Command, world: World): void {
  const grant = participant
    .command('transition')
    .description('propose to take unknown facts for shown for a time; never legal duties')
    .argument('<participants...>', 'ids of the participants')
    .requiredOption('--accept <facts...>', 'agreement, criterion:NAME')
    .requiredOption('--until <instant>', 'within 90 days')
    .requiredOption('--reason <text>', 'why; kept encrypted')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<TransitionOptions>(world, grant, async (client, { args, options }) => {
    const programme = await programmeOf(client, options);
    const raw = await client.post(`/v1/programmes/${programme}/transition-grants`, {
      participants: args,
      accepts: options.accept,
      expiresAt: formatInstant(parseInstant(options.until, '--until')),
      reason: options.reason,
    });
    const { proposal } = proposed(raw, 'answer');
    return { json: raw, text: 'Proposed, and not in force\n', hint: nextStep(proposal) };
  });
  const end = participant
    .command('end-transition')
    .description('end what stands in for missing facts of a participant, at once')
    .argument('<participant>', 'id of the participant')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, end, async (client, typed) => {
    const programme = await programmeOf(client, typed.options);
    const id = idAt(typed, 0, 'participant');
    const path = `/v1/programmes/${programme}/participants/${id}/transition/end`;
    const raw = await client.post(path, {});
    return { json: raw, text: ended(raw, 'answer').ended ? 'Ended\n' : 'There was none\n' };
  });
}
