/** Who asks to join: look, check, propose a decision, hear an appeal. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CONSENT_MODES, type ConsentMode } from '../domain/enrolment.ts';
import { invalid } from '../domain/errors.ts';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import type { AppealOutcome } from '../domain/standing.ts';
import { applicationText, applicationView } from './application-text.ts';
import { clientAction, idAt } from './command.ts';
import { parseDutyFile } from './duty-file.ts';
import { readTextFile } from './local-file.ts';
import { table } from './output.ts';
import { nextStep } from './participant-change.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { list, nullable, object, text } from './shape.ts';
import type { World } from './world.ts';

const ID = 'id of the application';

export function addApplicationCommands(program: Command, world: World): void {
  const application = program
    .command('application')
    .description('who asks to join: check, accept or refuse by two persons, hear an appeal');
  addList(application, world);
  addShow(application, world);
  addCheck(application, world);
  addAccept(application, world);
  addRefuse(application, world);
  addAppeal(application, world, 'grant-appeal', 'granted', 'grant an appeal: it is open again');
  addAppeal(application, world, 'dismiss-appeal', 'dismissed', 'dismiss an appeal');
}

const lines = object({
  items: list(
    object({ application: text, name: text, state: text, at: text, completeAt: nullable(text) }),
  ),
});

function addList(parent: Command, world: World): void {
  const command = parent
    .command('list')
    .description('applications, newest first')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const path = `/v1/programmes/${await programmeOf(client, options)}/applications`;
    const raw = await client.get(path);
    const rows = lines(raw, 'applications').items.map((one) => [
      one.application,
      one.name,
      one.state,
      one.at,
      one.completeAt ?? 'not complete',
    ]);
    const heads = ['APPLICATION', 'NAME', 'STATE', 'RECEIVED', 'COMPLETE'];
    return { json: raw, text: table(heads, rows) };
  });
}

function addShow(parent: Command, world: World): void {
  const command = parent
    .command('show')
    .description('what it says and shows, who checked it, and what it comes to now')
    .argument('<application>', ID);
  clientAction(world, command, async (client, typed) => {
    const raw = await client.get(`/v1/applications/${idAt(typed, 0, 'application')}`);
    return { json: raw, text: applicationText(applicationView(raw, 'application')) };
  });
}

type CheckOptions = {
  readonly as: string;
  readonly digest: string;
  readonly until?: string;
  readonly reason?: string;
};

function addCheck(parent: Command, world: World): void {
  const command = parent
    .command('check')
    .description('record that you have looked at the evidence of a criterion, or excuse it')
    .argument('<application>', ID)
    .argument('<criterion>', 'its word in the policy')
    .addOption(
      new Option('--as <word>', 'who the policy says is to look, or exception')
        .choices(['reviewer', 'public_list', 'exception'])
        .default('reviewer'),
    )
    .requiredOption('--digest <hash>', 'of the answer as `show` told it; none: there is no answer')
    .option('--until <instant>', 'the end that you found of the evidence')
    .option('--reason <text>', 'why it is excused');
  clientAction<CheckOptions>(world, command, async (client, typed) => {
    const { as, digest, until, reason = null } = typed.options;
    const path = `/v1/applications/${idAt(typed, 0, 'application')}/checks`;
    const raw = await client.post(path, {
      ...{ criterion: typed.args[1] ?? '', as, reason },
      digest: digest === 'none' ? null : digest,
      expiresAt: until === undefined ? null : formatInstant(parseInstant(until, '--until')),
    });
    const { verdict } = object({ verdict: nullable(text) })(raw, 'answer');
    return { json: raw, text: `${verdict ?? 'the policy in force takes no applications'}\n` };
  });
}

const proposed = object({ proposal: object({ change: text, digest: text }) });

type AcceptOptions = {
  readonly reason: string;
  readonly tier?: string;
  readonly consent: ConsentMode;
  readonly duty?: string;
};

function addAccept(parent: Command, world: World): void {
  const command = parent
    .command('accept')
    .description('propose to admit it; another person does, and it is assessed again then')
    .argument('<application>', ID)
    .requiredOption('--reason <text>', 'told to the applicant')
    .option('--tier <tier>', 'where the policy does not say in which everybody begins')
    .option('--duty <file>', 'legal duties to report: a YAML file (default: unknown)')
    .addOption(
      new Option('--consent <mode>', 'to embargoes').choices(CONSENT_MODES).default('standing'),
    );
  clientAction<AcceptOptions>(world, command, async (client, typed) => {
    const { reason, tier = null, consent: consentMode, duty } = typed.options;
    const facts =
      duty === undefined
        ? { status: 'unknown' }
        : parseDutyFile(await readTextFile(resolve(world.cwd, duty)));
    const path = `/v1/applications/${idAt(typed, 0, 'application')}/proposals`;
    const body = { decision: 'accept', reason, tier, consentMode, duty: facts };
    const raw = await client.post(path, body);
    const hint = nextStep(proposed(raw, 'answer').proposal);
    return { json: raw, text: 'Proposed, and not admitted\n', hint };
  });
}

type ReasonOption = { readonly reason: string };

function addRefuse(parent: Command, world: World): void {
  const command = parent
    .command('refuse')
    .description('propose to refuse it; it is refused when another person confirms it')
    .argument('<application>', ID)
    .requiredOption('--reason <text>', 'told to the applicant');
  clientAction<ReasonOption>(world, command, async (client, typed) => {
    const { reason } = typed.options;
    const path = `/v1/applications/${idAt(typed, 0, 'application')}/proposals`;
    const facts = { tier: null, consentMode: 'standing', duty: { status: 'unknown' } };
    const raw = await client.post(path, { decision: 'refuse', reason, ...facts });
    const hint = nextStep(proposed(raw, 'answer').proposal);
    return { json: raw, text: 'Proposed, and not refused\n', hint };
  });
}

function addAppeal(
  parent: Command,
  world: World,
  verb: string,
  outcome: AppealOutcome,
  description: string,
): void {
  const command = parent
    .command(verb)
    .description(`${description}; by a person who had no part in the application`)
    .argument('<application>', ID)
    .requiredOption('--reason <text>', 'told to the applicant');
  clientAction<ReasonOption>(world, command, async (client, typed) => {
    const { reason } = typed.options;
    if (reason.trim() === '') throw invalid('--reason', 'why, in words', 'none');
    const path = `/v1/applications/${idAt(typed, 0, 'application')}/appeal/decision`;
    const raw = await client.post(path, { outcome, reason });
    const { state } = object({ state: text })(raw, 'answer');
    return { json: raw, text: `${outcome}: ${state}\n` };
  });
}
