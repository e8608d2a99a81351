/** In which form each act takes its second person, and the veto of what was announced. */
import { Argument, type Command } from 'commander';
import { invalid } from '../domain/errors.ts';
import { FORMS, SECOND_PERSON_ACTS } from '../domain/second-person.ts';
import { clientAction, idAt } from './command.ts';
import { table } from './output.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { list, nullable, object, real, text } from './shape.ts';
import type { World } from './world.ts';

const proposal = object({ change: text, digest: text });
const secondPerson = object({
  forms: list(
    object({
      act: text,
      form: text,
      hours: nullable(real),
      admits: list(object({ form: text, refused: nullable(text) })),
    }),
  ),
  proposed: list(
    object({ change: text, act: text, form: text, hours: nullable(real), digest: text }),
  ),
  announced: list(object({ announced: text, act: text, subject: text, takesEffectAt: text })),
});

/** `programme second-person show`, `propose`, `confirm`, `refuse` */
export function addSecondPersonCommands(programme: Command, world: World): void {
  const command = programme
    .command('second-person')
    .description('in which form each act takes its second person');
  addShow(command, world);
  addPropose(command, world);
  const confirm = command
    .command('confirm')
    .description('put a proposed form in force, as a person who did not propose it')
    .argument('<change>', 'id of the proposal')
    .requiredOption('--digest <digest>', 'digest that was shown');
  clientAction<{ readonly digest: string }>(world, confirm, async (client, typed) => {
    const path = `/v1/second-person-changes/${idAt(typed, 0, 'change')}/decision`;
    const { digest } = typed.options;
    const raw = await client.post(path, { decision: 'confirm', digest });
    return { json: raw, text: 'In force for what is proposed from now on\n' };
  });
  const refuse = command
    .command('refuse')
    .description('refuse a proposed form, or take one’s own back')
    .argument('<change>', 'id of the proposal')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, refuse, async (client, typed) => {
    const change = idAt(typed, 0, 'change');
    const path = `/v1/programmes/${await programmeOf(client, typed.options)}/second-person`;
    const { proposed } = secondPerson(await client.get(path), 'second-person');
    const found = proposed.find((one) => one.change === change);
    if (!found) throw invalid('change', 'one that is open', change);
    const { digest } = found;
    const decided = `/v1/second-person-changes/${change}/decision`;
    const raw = await client.post(decided, { decision: 'refuse', digest });
    return { json: raw, text: 'Refused\n' };
  });
}

function addShow(parent: Command, world: World): void {
  const command = parent
    .command('show')
    .description('the forms in force, those proposed, and what takes effect by itself')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const path = `/v1/programmes/${await programmeOf(client, options)}/second-person`;
    const raw = await client.get(path);
    const { forms, proposed, announced } = secondPerson(raw, 'second-person');
    const inForce = forms.map(({ act, form, hours, admits }) => {
      const admitted = admits.filter(({ refused }) => refused === null);
      return [act, form, hours ?? '', admitted.map((one) => one.form).join(', ')];
    });
    const open = proposed.map((one) => [
      one.change,
      one.act,
      one.form,
      one.hours ?? '',
      one.digest,
    ]);
    const waits = announced.map((one) => [one.announced, one.act, one.subject, one.takesEffectAt]);
    const tables = [
      table(['act', 'form', 'hours', 'admits'], inForce),
      open.length === 0 ? '' : table(['proposed', 'act', 'form', 'hours', 'digest'], open),
      waits.length === 0 ? '' : table(['announced', 'act', 'of', 'takes effect'], waits),
    ];
    return { json: raw, text: tables.filter((one) => one !== '').join('\n') };
  });
}

function addPropose(parent: Command, world: World): void {
  const command = parent
    .command('propose')
    .description('propose another form for an act; another person puts it in force')
    .addArgument(new Argument('<act>', 'which').choices(SECOND_PERSON_ACTS))
    .addArgument(new Argument('<form>', 'how').choices(FORMS))
    .option('--hours <n>', 'how long it waits for a veto, or for its confirmation')
    .option(PROGRAMME, PROGRAMME_HELP);
  type Options = ProgrammeOption & { readonly hours?: string };
  clientAction<Options>(world, command, async (client, { args, options }) => {
    const [act, form] = args;
    const path = `/v1/programmes/${await programmeOf(client, options)}/second-person`;
    const hours = options.hours === undefined ? {} : { hours: Number(options.hours) };
    const raw = await client.post(path, { act, form, ...hours });
    const { change, digest } = proposal(raw, 'proposal');
    const next = `tocsin programme second-person confirm ${change} --digest ${digest}`;
    const said = { json: raw, text: 'Proposed, and not in force\n' };
    return { ...said, hint: `Next, by another person: ${next}` };
  });
}

/** `work veto` */
export function addVeto(work: Command, world: World): void {
  const command = work
    .command('veto')
    .description('keep what was announced from taking effect by itself')
    .argument('<announced>', 'id that work list showed');
  clientAction(world, command, async (client, typed) => {
    const raw = await client.post(`/v1/announced/${idAt(typed, 0, 'announced')}/veto`, {});
    return { json: raw, text: 'Vetoed: what was proposed waits for a second person\n' };
  });
}
