import type { Command } from 'commander';
import { clientAction, idAt } from './command.ts';
import { namesOfAll } from './names.ts';
import { table } from './output.ts';
import {
  allPages,
  PROGRAMME,
  PROGRAMME_HELP,
  type ProgrammeOption,
  programmeOf,
} from './programme.ts';
import { list, nullable, object, real, type Told, text } from './shape.ts';
import type { World } from './world.ts';

const copiesPage = object({
  items: list(
    object({
      alert: text,
      artifact: text,
      version: real,
      reader: text,
      at: text,
      attested: nullable(object({ says: text, at: text })),
    }),
  ),
  next: nullable(text),
});
type Copy = Told<typeof copiesPage>['items'][number];

/** `participant copies` */
export function addCopiesCommand(participant: Command, world: World): void {
  const command = participant
    .command('copies')
    .description('copies that it was handed, and what it says has become of them')
    .argument('<participant>', 'id of the participant')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'participant');
    const programme = await programmeOf(client, typed.options);
    const path = `/v1/programmes/${programme}/participants/${id}/copies`;
    const { raw, items } = await allPages(client, path, copiesPage);
    const names = await namesOfAll(client, programme);
    const rows = items
      .toSorted((a, b) => a.at.localeCompare(b.at))
      .map((copy) => rowOf(copy, names.of(copy.reader)));
    const outstanding = items.filter(({ attested }) => attested === null).length;
    return {
      json: { items: raw },
      text: table(['handed out', 'reader', 'alert', 'artifact', 'version', 'given up'], rows),
      hint:
        `${outstanding} of ${items.length} outstanding. ` +
        'How return_copies stands, which asks for them: tocsin alert obligations ALERT',
    };
  });
}

function rowOf({ at, alert, artifact, version, attested }: Copy, reader: string) {
  const given = attested === null ? 'outstanding' : `${attested.says} ${attested.at}`;
  return [at, reader, alert, artifact, version, given];
}
