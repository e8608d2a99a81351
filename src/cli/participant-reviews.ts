/** `participant reviews`, `participant reviewed` */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { clientAction, idAt } from './command.ts';
import { readTextFile } from './local-file.ts';
import { counted, table } from './output.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { list, nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

const due = object({
  items: list(
    object({
      participant: text,
      name: text,
      lastAt: nullable(text),
      causes: list(
        object({ code: text, what: nullable(text), alert: nullable(text), at: nullable(text) }),
      ),
    }),
  ),
});

export function addReviewCommands(participant: Command, world: World): void {
  const command = participant
    .command('reviews')
    .description('whom somebody is to look at, and why')
    .option('--days <days>', 'also facts that end within so many days', '30')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption & { readonly days: string }>(
    world,
    command,
    async (client, { options }) => {
      const programme = await programmeOf(client, options);
      const query = new URLSearchParams({ days: options.days });
      const raw = await client.get(`/v1/programmes/${programme}/reviews?${query}`);
      const { items } = due(raw, 'reviews');
      if (items.length === 0) return { json: raw, text: 'Nobody is due.\n' };
      const rows = items.flatMap(({ participant, name, lastAt, causes }) =>
        causes.map(({ code, what, alert, at }, nth) => [
          ...(nth === 0 ? [name, participant, lastAt ?? 'never'] : ['', '', '']),
          code,
          what ?? '',
          at ?? '',
          alert ?? '',
        ]),
      );
      const heads = ['participant', 'id', 'reviewed', 'why', 'what', 'at', 'alert'];
      const hint = `${counted(items.length, 'participant')}. Next: tocsin participant reviewed`;
      return { json: raw, text: table(heads, rows), hint };
    },
  );
  addReviewed(participant, world);
}

type ReviewedOptions = ProgrammeOption & { readonly next: string; readonly note?: string };

const reviewed = object({ review: text });

function addReviewed(participant: Command, world: World): void {
  const command = participant
    .command('reviewed')
    .description('record that you have looked at a participant, and by when to look again')
    .argument('<participant>', 'id of the participant')
    .requiredOption('--next <instant>', 'by when somebody is to look again')
    .option('--note <file>', 'what was found; kept encrypted')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ReviewedOptions>(world, command, async (client, typed) => {
    const { options } = typed;
    const id = idAt(typed, 0, 'participant');
    const programme = await programmeOf(client, options);
    const note = options.note && (await readTextFile(resolve(world.cwd, options.note)));
    const body = {
      nextAt: formatInstant(parseInstant(options.next, '--next')),
      note: note ?? null,
    };
    const path = `/v1/programmes/${programme}/participants/${id}/reviews`;
    const raw = await client.post(path, body);
    return { json: raw, text: `Reviewed: ${reviewed(raw, 'review').review}\n` };
  });
}
