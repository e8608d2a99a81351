/** What members state of themselves, and the issuer's word on it. */
import { type Command, Option } from 'commander';
import { clientAction, idAt } from './command.ts';
import { facts, section } from './output.ts';
import { nextStep } from './participant-change.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { entries, flag, list, object, text } from './shape.ts';
import type { World } from './world.ts';

const statements = object({
  items: list(
    object({
      ...{ statement: text, reader: text, at: text, state: text },
      facts: entries((value) => (value === null ? null : JSON.stringify(value))),
    }),
  ),
});

/** `participant statements`, `participant attest`, `participant refuse-facts` */
export function addStatementCommands(participant: Command, world: World): void {
  const show = participant
    .command('statements')
    .description('what it has stated of itself, newest first, and what became of it')
    .argument('<participant>', 'id of the participant')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, show, async (client, typed) => {
    const programme = await programmeOf(client, typed.options);
    const id = idAt(typed, 0, 'participant');
    const path = `/v1/programmes/${programme}/participants/${id}/statements`;
    const raw = await client.get(path);
    const texts = statements(raw, 'statements').items.map(({ statement, at, state, ...one }) => {
      const said = [...one.facts].flatMap(([name, value]): [string, string][] =>
        value === null ? [] : [[name, value]],
      );
      return section(
        statement,
        facts([['stated', at], ['by reader', one.reader], ['state', state], ...said]),
      );
    });
    return { json: raw, text: texts.length === 0 ? '(none)\n' : texts.join('') };
  });
  const attest = participant
    .command('attest')
    .description('propose to take a statement for attested; another person confirms it')
    .argument('<statement>', 'id of the statement')
    .addOption(
      new Option('--provenance <word>', 'how sure you are of its duties')
        .choices(['attested', 'assessed', 'disputed'])
        .default('attested'),
    );
  clientAction<{ readonly provenance: string }>(world, attest, async (client, typed) => {
    const path = `/v1/statements/${idAt(typed, 0, 'statement')}/proposals`;
    const raw = await client.post(path, { provenance: typed.options.provenance });
    const { proposal } = object({ proposal: object({ change: text, digest: text }) })(
      raw,
      'answer',
    );
    return { json: raw, text: 'Proposed, and not in force\n', hint: nextStep(proposal) };
  });
  const refuse = participant
    .command('refuse-facts')
    .description('refuse a statement; what it has narrowed stays as it is')
    .argument('<statement>', 'id of the statement');
  clientAction(world, refuse, async (client, typed) => {
    const path = `/v1/statements/${idAt(typed, 0, 'statement')}/refusal`;
    const raw = await client.post(path, {});
    object({ refused: flag })(raw, 'answer');
    return { json: raw, text: 'Refused\n' };
  });
}
