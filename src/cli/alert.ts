import type { Command } from 'commander';
import { addAssess, addConfirm, addEvent, addInvolve, addPublish } from './alert-acts.ts';
import { addAdditionCommands } from './alert-addition.ts';
import { alertAnswer, alertsPage, planAnswer } from './alert-answers.ts';
import { addChangeCommands } from './alert-change.ts';
import { addDates } from './alert-dates.ts';
import { addArtifact, addNew } from './alert-drafting.ts';
import { addDutyCommands } from './alert-duties.ts';
import { addFeedback } from './alert-feedback.ts';
import { addInvitations, addInvite } from './alert-invitations.ts';
import { addMarking, addSuggest } from './alert-marking.ts';
import { addMessages } from './alert-messages.ts';
import { addMoveCommands } from './alert-move.ts';
import { addCompareSent } from './alert-sent.ts';
import { alertText } from './alert-text.ts';
import { clientAction, idAt } from './command.ts';
import { type Result, table } from './output.ts';
import { planCsv, planText } from './plan-text.ts';
import {
  allPages,
  PROGRAMME,
  PROGRAMME_HELP,
  type ProgrammeOption,
  programmeOf,
  wordsOf,
} from './programme.ts';
import { list, nullable, object, text } from './shape.ts';
import { acceptOption, answersOf } from './timing-options.ts';
import type { World } from './world.ts';

export function addAlertCommands(program: Command, world: World): void {
  const alert = program.command('alert').description('alerts: draft, plan, approve, follow');
  addNew(alert, world);
  addArtifact(alert, world);
  addList(alert, world);
  addPlan(alert, world);
  addMarking(alert, world);
  addSuggest(alert, world);
  addApprove(alert, world);
  addInvite(alert, world);
  addInvitations(alert, world);
  addDutyCommands(alert, world);
  addFeedback(alert, world);
  addMessages(alert, world);
  addCompareSent(alert, world);
  addStatus(alert, world);
  addAssess(alert, world);
  addInvolve(alert, world);
  addEvent(alert, world);
  addPublish(alert, world);
  addConfirm(alert, world);
  addMoveCommands(alert, world);
  addChangeCommands(alert, world);
  addDates(alert, world);
  addAdditionCommands(alert, world);
}

function addList(alert: Command, world: World): void {
  const command = alert
    .command('list')
    .description('all alerts of the programme, drafts included')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const programme = await programmeOf(client, options);
    const path = `/v1/programmes/${programme}/alerts`;
    const { raw, items } = await allPages(client, path, alertsPage);
    const rows = items.map(({ id, state, disclosureAt, title }) => [
      id,
      state,
      disclosureAt,
      title ?? '',
    ]);
    return { json: { items: raw }, text: table(['alert', 'state', 'disclosure', 'title'], rows) };
  });
}

function addPlan(alert: Command, world: World): void {
  const command = alert
    .command('plan')
    .description('who would get what, when and in which form, or why not; nothing is sent')
    .argument('<alert>', 'id of the alert')
    .option('--csv', 'one row for each participant, artifact and step');
  clientAction<{ readonly csv?: true }>(world, command, async (client, typed): Promise<Result> => {
    const id = idAt(typed, 0, 'alert');
    const { programme, artifacts } = alertAnswer(await client.get(`/v1/alerts/${id}`), 'alert');
    const raw = await client.get(`/v1/alerts/${id}/plan`);
    const plan = planAnswer(raw, 'plan');
    const toShow = { plan, artifacts, words: await wordsOf(client, programme) };
    if (typed.options.csv === true) return { json: raw, text: planCsv(toShow) };
    return {
      json: raw,
      text: planText(toShow),
      hint: `Next, by another person: tocsin alert approve ${id} --plan ${plan.digest}`,
    };
  });
}

type ApproveOptions = {
  readonly plan: string;
  readonly accept?: readonly string[];
  readonly emergency?: string;
};

const approved = object({ plan: text, waves: list(text), takesEffectAt: nullable(text) });

function addApprove(alert: Command, world: World): void {
  const command = alert
    .command('approve')
    .description(
      'approve exactly the plan with this digest, as a person who did not change the alert',
    )
    .argument('<alert>', 'id of the alert')
    .requiredOption('--plan <digest>', 'digest that alert plan showed')
    .addOption(acceptOption())
    .option('--emergency <word>', 'publish it at once, whatever the clock says; why');
  clientAction<ApproveOptions>(world, command, async (client, typed) => {
    const id = idAt(typed, 0, 'alert');
    const { plan, emergency, ...said } = typed.options;
    const raw = await client.post(`/v1/alerts/${id}/approval`, {
      ...{ plan, ...answersOf({ ...(said.accept ? { accept: said.accept } : {}) }) },
      ...(emergency === undefined ? {} : { emergency }),
    });
    const { waves, takesEffectAt } = approved(raw, 'approval');
    const done = `Approved ${id}\nwaves open at ${waves.join(', ')}\n`;
    const announced = `Announced ${id}\napproved at ${takesEffectAt}, unless somebody vetoes it\n`;
    return { json: raw, text: takesEffectAt === null ? done : announced };
  });
}

function addStatus(alert: Command, world: World): void {
  const command = alert
    .command('status')
    .description('an alert as it stands: artifacts, approval, waves, copies')
    .argument('<alert>', 'id of the alert');
  clientAction(world, command, async (client, typed) => {
    const raw = await client.get(`/v1/alerts/${idAt(typed, 0, 'alert')}`);
    return { json: raw, text: alertText(alertAnswer(raw, 'alert')) };
  });
}
