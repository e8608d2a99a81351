/** The way back for somebody who lost every passkey: one person opens it, another confirms. */
import { type Command, Option } from 'commander';
import { clientAction, idAt, SESSION, sessionAction } from './command.ts';
import { table } from './output.ts';
import { list, nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

export function addRecoveryCommands(program: Command, world: World): void {
  const recovery = program
    .command('recovery')
    .description('let somebody in again who lost every passkey, by two other persons');
  addList(recovery, world);
  addOpen(recovery, world);
  addConfirm(recovery, world);
  addRefuse(recovery, world);
}

const lines = object({
  items: list(
    object({
      ...{ recovery: text, kind: text, holder: text, proposer: text, at: text, until: text },
      outcome: nullable(text),
    }),
  ),
});

function addList(parent: Command, world: World): void {
  const command = parent.command('list').description('recoveries, newest first');
  clientAction(world, command, async (client) => {
    const raw = await client.get('/v1/recoveries');
    const rows = lines(raw, 'recoveries').items.map((one) => [
      one.recovery,
      `${one.kind} ${one.holder}`,
      one.proposer,
      one.at,
      one.outcome ?? `open until ${one.until}`,
    ]);
    return { json: raw, text: table(['RECOVERY', 'OF', 'OPENED BY', 'AT', 'STATE'], rows) };
  });
}

type OpenOptions = { readonly of: string };

function addOpen(parent: Command, world: World): void {
  const command = parent
    .command('open')
    .description('propose it; prints a code, this once, which you bring to whom it is about')
    .argument('<holder>', 'id of the person or reader')
    .addOption(
      new Option('--of <kind>', 'whose id it is').choices(['person', 'reader']).default('person'),
    );
  sessionAction<OpenOptions>(world, command, async (client, typed) => {
    const holder = idAt(typed, 0, 'holder');
    const raw = await client.post('/v1/recoveries', { kind: typed.options.of, holder });
    const { recovery, code } = object({ recovery: text, code: text })(raw, 'answer');
    const hint =
      `The code is shown this once: bring it to them by a way on which you know them.\n` +
      `Next, by another person: tocsin recovery confirm ${recovery} ${SESSION}`;
    return { json: raw, text: `${code}\n`, hint };
  });
}

const decided = object({ outcome: text, link: nullable(text) });

function addConfirm(parent: Command, world: World): void {
  const command = parent
    .command('confirm')
    .description('end all that they got in by; prints a link, which serves with the code alone')
    .argument('<recovery>', 'id of the recovery');
  sessionAction(world, command, async (client, typed) => {
    const path = `/v1/recoveries/${idAt(typed, 0, 'recovery')}/decision`;
    const raw = await client.post(path, { decision: 'confirm' });
    const { link } = decided(raw, 'answer');
    const hint = 'The link is shown this once, and serves for 14 days, with the code alone.';
    return { json: raw, text: `${link}\n`, hint };
  });
}

function addRefuse(parent: Command, world: World): void {
  const command = parent
    .command('refuse')
    .description('refuse it, or take back what you opened')
    .argument('<recovery>', 'id of the recovery');
  sessionAction(world, command, async (client, typed) => {
    const path = `/v1/recoveries/${idAt(typed, 0, 'recovery')}/decision`;
    const raw = await client.post(path, { decision: 'refuse' });
    return { json: raw, text: `${decided(raw, 'answer').outcome}\n` };
  });
}
