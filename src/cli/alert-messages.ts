import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseId } from '../domain/ids.ts';
import { plain } from '../participant/plain.ts';
import { alertAnswer } from './alert-answers.ts';
import { clientAction, idAt } from './command.ts';
import { readTextFile } from './local-file.ts';
import { namesOfAll } from './names.ts';
import { list, nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

const messagesAnswer = object({
  messages: list(
    object({
      at: text,
      participant: nullable(text),
      audience: text,
      to: nullable(text),
      product: nullable(text),
      text,
    }),
  ),
});

/** `alert messages`, `alert write` */
export function addMessages(alert: Command, world: World): void {
  const command = alert
    .command('messages')
    .description('what was written about an alert, by whom and for whom')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const raw = await client.get(`/v1/alerts/${id}/messages`);
    const { messages } = messagesAnswer(raw, 'messages');
    if (messages.length === 0) return { json: raw, text: 'Nobody has written anything.\n' };
    const { programme } = alertAnswer(await client.get(`/v1/alerts/${id}`), 'alert');
    const names = await namesOfAll(client, programme);
    const said = messages.map((message) => {
      const { at, participant, audience, to, product } = message;
      const from = participant === null ? 'issuer' : plain(names.of(participant));
      const whom = to === null ? audience : plain(names.of(to));
      const about = product === null ? '' : `, about ${product}`;
      const lines = message.text.split('\n').map((line) => `  ${plain(line, 8_000)}\n`);
      return `${at}  ${from} to ${whom}${about}\n${lines.join('')}`;
    });
    return { json: raw, text: said.join('\n') };
  });
  addWrite(alert, world);
}

type WriteOptions = { readonly to?: string; readonly product?: string };

const written = object({ message: text });

function addWrite(alert: Command, world: World): void {
  const command = alert
    .command('write')
    .description('write to all participants that see an alert, or to one of them')
    .argument('<alert>', 'id of the alert')
    .argument('<file>', 'what it says, as text')
    .option('--to <participant>', 'id of one participant that has something of it')
    .option('--product <code>', 'of the policy in force: what it is about');
  clientAction<WriteOptions>(world, command, async (client, typed) => {
    const { args, options } = typed;
    const id = idAt(typed, 0, 'alert');
    const { to, product = null } = options;
    const said = await readTextFile(resolve(world.cwd, args[1] ?? ''));
    const one = to === undefined ? null : parseId<'participant'>(to, '--to');
    const raw = await client.post(`/v1/alerts/${id}/messages`, { text: said, product, to: one });
    return { json: raw, text: `Written: ${written(raw, 'message').message}\n` };
  });
}
