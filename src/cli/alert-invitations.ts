import type { Command } from 'commander';
import { clientAction, idAt } from './command.ts';
import { table } from './output.ts';
import { allPages } from './programme.ts';
import { list, nullable, object, real, text } from './shape.ts';
import type { World } from './world.ts';

const invitedAnswer = object({
  terms: object({ until: text }),
  deadline: text,
  invited: list(text),
  passedOver: real,
});

type InviteOptions = { readonly deadline?: string; readonly participant?: string };

/** `alert invite` */
export function addInvite(alert: Command, world: World): void {
  const command = alert
    .command('invite')
    .description('ask participants that consent per alert to keep the embargo of an approved alert')
    .argument('<alert>', 'id of the alert')
    .option('--deadline <instant>', 'when silence becomes a refusal (default: as the pack says)')
    .option('--participant <id>', 'ask this one, also if it has declined');
  clientAction<InviteOptions>(world, command, async (client, typed) => {
    const { deadline, participant } = typed.options;
    const raw = await client.post(`/v1/alerts/${idAt(typed, 0, 'alert')}/invitations`, {
      ...(deadline === undefined ? {} : { deadline }),
      ...(participant === undefined ? {} : { participant }),
    });
    const { terms, invited, passedOver, ...rest } = invitedAnswer(raw, 'invited');
    const lines = [
      `Invited ${invited.length}: embargo until ${terms.until}, answers by ${rest.deadline}`,
      `passed over ${passedOver}: the rules would give them nothing before disclosure`,
    ];
    return { json: raw, text: `${lines.join('\n')}\n` };
  });
}

const asked = object({
  items: list(
    object({
      participant: text,
      name: text,
      terms: object({ until: text }),
      deadline: text,
      answer: nullable(text),
    }),
  ),
  next: nullable(text),
});

/** `alert invitations` */
export function addInvitations(alert: Command, world: World): void {
  const command = alert
    .command('invitations')
    .description('who was asked to keep its embargo, until when, and what it answered')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const path = `/v1/alerts/${idAt(typed, 0, 'alert')}/invitations`;
    const { raw, items } = await allPages(client, path, asked);
    const rows = items.map(({ participant, name, terms, deadline, answer }) => [
      name,
      terms.until,
      deadline,
      answer ?? 'open',
      participant,
    ]);
    const headings = ['name', 'embargo until', 'answer by', 'answer', 'participant'];
    return { json: { items: raw }, text: table(headings, rows) };
  });
}
