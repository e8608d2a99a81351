import type { Command } from 'commander';
import { clientAction, idAt } from './command.ts';
import { facts, type Result } from './output.ts';
import { nullable, object, real, type Told, text } from './shape.ts';
import type { World } from './world.ts';

/** An artifact proposed for an alert under way, as the API tells it. */
export const additionAnswer = object({
  addition: text,
  alert: text,
  kind: text,
  variant: text,
  name: text,
  slots: real,
  revises: nullable(text),
  sourcePublishedAt: nullable(text),
  opens: object({ full: real, reduced: real, held: real, later: real, never: real }),
  digest: text,
});

/** `alert addition`, `alert approve-addition` */
export function addAdditionCommands(alert: Command, world: World): void {
  const look = alert
    .command('addition')
    .description('what a proposed artifact would give to whom as things are now')
    .argument('<addition>', 'id of the addition');
  clientAction(world, look, async (client, typed) => {
    const raw = await client.get(`/v1/additions/${idAt(typed, 0, 'addition')}`);
    return additionResult(raw);
  });
  const approve = alert
    .command('approve-addition')
    .description('put a proposed artifact into its alert, as a person who did not propose it')
    .argument('<addition>', 'id of the addition')
    .requiredOption('--digest <digest>', 'digest that was shown');
  clientAction<{ readonly digest: string }>(world, approve, async (client, typed) => {
    const path = `/v1/additions/${idAt(typed, 0, 'addition')}/approval`;
    const raw = await client.post(path, { digest: typed.options.digest });
    const { artifact, version } = approved(raw, 'approval');
    const told = 'Everybody is decided again';
    return { json: raw, text: `Added ${artifact}, version ${version} of the alert\n${told}\n` };
  });
}

const approved = object({ artifact: text, version: real });

/** What was proposed, and what a second person is to approve. */
export function additionResult(raw: unknown): Result {
  const addition = additionAnswer(raw, 'addition');
  return {
    json: raw,
    text: additionText(addition),
    hint:
      'Nobody is given it yet. Next, by another person: tocsin alert approve-addition ' +
      `${addition.addition} --digest ${addition.digest}`,
  };
}

function additionText(addition: Told<typeof additionAnswer>): string {
  const { name, kind, variant, slots, revises, sourcePublishedAt, opens, digest } = addition;
  return facts([
    ['addition', addition.addition],
    ['alert', addition.alert],
    ['artifact', `${name}: ${kind}, ${variant}, ${slots} slots`],
    ...(revises === null ? [] : [['in place of', revises] as const]),
    ['source', sourcePublishedAt ?? 'our own'],
    ['now', `whole to ${opens.full}, reduced to ${opens.reduced}, held for ${opens.held}`],
    ['then', `in a wave to come to ${opens.later}, never to ${opens.never}`],
    ['digest', digest],
  ]);
}
