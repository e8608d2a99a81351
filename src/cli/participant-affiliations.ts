/** `participant affiliations`, `participant affiliate`, `participant end-affiliation` */
import type { Command } from 'commander';
import { clientAction, idAt } from './command.ts';
import { counted, table } from './output.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { flag, list, object, text } from './shape.ts';
import type { World } from './world.ts';

const inForce = object({
  items: list(object({ participant: text, person: text, statedBy: text, at: text })),
});
const outcome = object({ stated: flag });

export function addAffiliationCommands(participant: Command, world: World): void {
  const shown = participant
    .command('affiliations')
    .description("persons of the issuer who stand on a participant's side too")
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, shown, async (client, { options }) => {
    const programme = await programmeOf(client, options);
    const raw = await client.get(`/v1/programmes/${programme}/affiliations`);
    const { items } = inForce(raw, 'affiliations');
    if (items.length === 0) return { json: raw, text: 'Nobody.\n' };
    const rows = items.map(({ participant, person, at, statedBy }) => [
      participant,
      person,
      at,
      statedBy,
    ]);
    const heads = ['participant', 'person', 'since', 'stated by'];
    return { json: raw, text: table(heads, rows), hint: counted(items.length, 'affiliation') };
  });

  const stated = sides(participant, 'affiliate', "a person stands on a participant's side too");
  clientAction<ProgrammeOption>(world, stated, async (client, typed) => {
    const path = `/v1/programmes/${await programmeOf(client, typed.options)}/affiliations`;
    const raw = await client.post(path, sidesOf(typed));
    const said = outcome(raw, 'affiliation').stated ? 'Stated' : 'It was stated already';
    return { json: raw, text: `${said}: the person has no part in that participant's matters.\n` };
  });

  const over = sides(participant, 'end-affiliation', 'it does no longer; not by the person itself');
  clientAction<ProgrammeOption>(world, over, async (client, typed) => {
    const path = `/v1/programmes/${await programmeOf(client, typed.options)}/affiliations/end`;
    return { json: await client.post(path, sidesOf(typed)), text: 'Ended.\n' };
  });
}

function sides(participant: Command, name: string, what: string): Command {
  return participant
    .command(name)
    .description(what)
    .argument('<participant>', 'id of the participant')
    .argument('<person>', 'id of the person')
    .option(PROGRAMME, PROGRAMME_HELP);
}

function sidesOf(typed: Parameters<typeof idAt>[0]) {
  return { participant: idAt(typed, 0, 'participant'), person: idAt(typed, 1, 'person') };
}
