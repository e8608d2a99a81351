import { resolve } from 'node:path';
import type { Command } from 'commander';
import { plain } from '../participant/plain.ts';
import { type AlertAnswer, alertAnswer } from './alert-answers.ts';
import { action, clientAction, idAt } from './command.ts';
import { readTextFile } from './local-file.ts';
import { counted, type Result, section, table } from './output.ts';
import { list, nullable, object, real, type Told, text } from './shape.ts';
import type { World } from './world.ts';

const budgetAnswer = object({
  cap: real,
  look: real,
  loss: real,
  artifacts: list(
    object({
      artifact: text,
      marking: text,
      slots: real,
      canaries: real,
      alone: real,
      suggested: real,
    }),
  ),
  slots: real,
  participantSlots: real,
  power: list(real),
  alone: real,
  missing: nullable(real),
});
type Budget = Told<typeof budgetAnswer>;

/** `alert marking` */
export function addMarking(alert: Command, world: World): void {
  const command = alert
    .command('marking')
    .description('what a leak could be traced to, and what its author could add')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed): Promise<Result> => {
    const id = idAt(typed, 0, 'alert');
    const { artifacts } = alertAnswer(await client.get(`/v1/alerts/${id}`), 'alert');
    const raw = await client.get(`/v1/alerts/${id}/marking`);
    return { json: raw, text: budgetText(budgetAnswer(raw, 'marking'), artifacts) };
  });
}

/** `alert suggest` */
export function addSuggest(alert: Command, world: World): void {
  const command = alert
    .command('suggest')
    .description('alternates for a text, for its author to strike out, correct and approve')
    .argument('<file>', 'the text; approved, they stand beside it as FILE.alternates.yaml');
  action(world, command, async ({ args: [file = ''] }): Promise<Result> => {
    const content = await readTextFile(resolve(world.cwd, file));
    const { suggestionText } = await import('../main/suggest.ts');
    const yaml = suggestionText(content);
    return { json: { sidecar: yaml }, text: yaml === '' ? '# nothing to suggest\n' : yaml };
  });
}

/** Artifacts first, then the alert as a whole, then what could be added. */
export function budgetText(budget: Budget, artifacts: AlertAnswer['artifacts']): string {
  const names = new Map(artifacts.map(({ id, name }) => [id, name]));
  const lost = percent(budget.loss);
  const rows = budget.artifacts.map((each) => [
    plain(names.get(each.artifact) ?? each.artifact),
    each.marking,
    each.slots,
    each.canaries,
    each.marking === 'full' ? percent(each.alone) : '-',
    each.suggested,
  ]);
  const [one = 0, two = 0, three = 0] = budget.power;
  return (
    table(['artifact', 'marking', 'slots', 'canaries', `found alone`, 'suggested'], rows) +
    `found alone: a copy of this artifact only, ${lost} of its slots lost\n` +
    section(
      'Everything leaks',
      [
        `one participant named: ${percent(one)} undamaged, ` +
          `${percent(budget.alone)} with ${lost} lost\n`,
        `at least one of two who mix: ${percent(two)}; of three: ${percent(three)}\n`,
        `${counted(budget.slots, 'slot')}, about ${budget.participantSlots} of them of ` +
          `participants; ${budget.cap} readers at most, look ${budget.look}\n`,
      ].join(''),
    ) +
    section('Missing', missingText(budget, names))
  );
}

function missingText({ artifacts, missing }: Budget, names: ReadonlyMap<string, string>): string {
  const lines = [
    missing === null
      ? 'no number of slots reaches the level of evidence\n'
      : missing === 0
        ? 'nothing\n'
        : `about ${counted(missing, 'more slot')} to name one copy in 95 of 100 such leaks\n`,
  ];
  for (const { artifact, marking, suggested } of artifacts) {
    const name = plain(names.get(artifact) ?? artifact);
    if (marking === 'none') lines.push(`${name}: these copies cannot be told apart\n`);
    if (suggested > 0) {
      lines.push(`${name}: ${counted(suggested, 'suggestion')}, see alert suggest\n`);
    }
  }
  return lines.join('');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
