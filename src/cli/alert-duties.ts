import { type Command, Option } from 'commander';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { clientAction, idAt } from './command.ts';
import { table } from './output.ts';
import { list, nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

/** `alert aware` and `alert duties`: the clocks that an alert has started. */
export function addDutyCommands(alert: Command, world: World): void {
  addAware(alert, world);
  addDuties(alert, world);
}

const sealed = object({ event: text, hash: text });

type AwareOptions = { readonly at: string; readonly regime: string };

function addAware(alert: Command, world: World): void {
  const command = alert
    .command('aware')
    .description('seal when you became aware of what a law asks to report; its clocks start there')
    .argument('<alert>', 'id of the alert')
    .requiredOption('--at <instant>', 'when somebody of the issuer became aware')
    .addOption(
      new Option('--regime <law>', 'of the pack’s duties.regulators')
        .choices(['cra', 'nis2', 'rmsv'])
        .makeOptionMandatory(),
    );
  clientAction<AwareOptions>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const { regime, ...rest } = typed.options;
    const at = formatInstant(parseInstant(rest.at, '--at'));
    const raw = await client.post(`/v1/alerts/${id}/awareness`, { at, regime });
    const { event, hash } = sealed(raw, 'awareness');
    return {
      json: raw,
      text: `Sealed ${at} under ${regime}: event ${event}, hash ${hash}\n`,
      hint: `What is due, and when: tocsin alert duties ${id}`,
    };
  });
}

const dutiesAnswer = object({
  items: list(
    object({
      code: text,
      rule: text,
      owner: text,
      participant: nullable(text),
      dueAt: text,
      state: text,
      consequence: text,
    }),
  ),
});

function addDuties(alert: Command, world: World): void {
  const command = alert
    .command('duties')
    .description('what is owed because of an alert, and until when; earliest first')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const raw = await client.get(`/v1/alerts/${idAt(typed, 0, 'alert')}/duties`);
    const rows = dutiesAnswer(raw, 'duties').items.map((duty) => [
      duty.dueAt,
      duty.state,
      duty.code,
      duty.rule,
      duty.participant ?? duty.owner,
      duty.consequence,
    ]);
    const heads = ['due', 'state', 'duty', 'rule', 'owed by', 'if missed'];
    return { json: raw, text: rows.length === 0 ? 'Nothing is owed.\n' : table(heads, rows) };
  });
}
