/** The ladder of a participant's standing: steps, their second person, appeals. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Standing } from '../domain/enrolment.ts';
import type { Client } from './client.ts';
import { clientAction, idAt, type Typed } from './command.ts';
import { readTextFile } from './local-file.ts';
import { facts, type Result, section } from './output.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { flag, list, nullable, object, type Told, text } from './shape.ts';
import type { World } from './world.ts';

export function addStandingCommands(participant: Command, world: World): void {
  for (const step of STEPS) addStep(participant, world, step);
  addShow(participant, world);
  addDecision(participant, world, 'confirm', 'confirm a step of a standing, as a second person');
  addDecision(participant, world, 'refuse', 'refuse one: what one person put in force is lifted');
  addAppealDecision(participant, world, 'grant', 'granted');
  addAppealDecision(participant, world, 'dismiss', 'dismissed');
}

type StandingVerb = {
  readonly verb: string;
  readonly to: Standing;
  readonly description: string;
  readonly reason: string;
};

const AT_ONCE = 'at once; another person confirms it within 72 hours';
const PROPOSED = 'proposed, until a second person confirms it';

const STEPS: readonly StandingVerb[] = [
  {
    verb: 'suspend',
    to: 'suspended',
    description: `suspend, ${AT_ONCE}. When it is answered, no copy leaves to it any more`,
    reason: 'other',
  },
  { verb: 'restrict', to: 'restricted', description: `restrict, ${AT_ONCE}`, reason: 'other' },
  {
    verb: 'withdraw',
    to: 'withdrawn',
    description: `note that it leaves, ${AT_ONCE}`,
    reason: 'own_request',
  },
  { verb: 'remove', to: 'removed', description: `remove: ${PROPOSED}`, reason: 'other' },
  {
    verb: 'reinstate',
    to: 'active',
    description: `make active (again): ${PROPOSED}`,
    reason: 'reinstated',
  },
];

type StepOptions = ProgrammeOption & {
  readonly reason: string;
  readonly evidence?: string;
  readonly hearing?: string;
};

function addStep(participant: Command, world: World, step: StandingVerb): void {
  const { verb, to, description, reason } = step;
  const command = participant
    .command(verb)
    .description(description)
    .argument('<participant>', 'id of the participant')
    .option('--reason <word>', 'why, as a word of docs/cli.md; the ledger keeps it', reason)
    .option(
      '--evidence <file>',
      'what it rests on: a text, kept encrypted for the issuer’s persons',
    )
    .option(PROGRAMME, PROGRAMME_HELP);
  if (to === 'removed') {
    command.option('--hearing <hours>', 'hear the participant first: what is proposed, and why');
  }
  clientAction<StepOptions>(world, command, async (client, typed) => {
    const { reason: why, evidence: file, hearing } = typed.options;
    const evidence =
      file === undefined ? {} : { evidence: await readTextFile(resolve(world.cwd, file)) };
    const raw = await client.post(await pathOf(client, typed), {
      ...{ to, reason: why, ...evidence },
      ...(hearing === undefined ? {} : { hearingHours: Number(hearing) }),
    });
    return taken(raw, changed(raw, 'standing'));
  });
}

const changed = object({
  step: nullable(text),
  from: text,
  to: text,
  inForce: flag,
  confirmBy: nullable(text),
});

function taken(raw: unknown, step: Told<typeof changed>): Result {
  const { from, to, inForce, confirmBy } = step;
  const change = { json: raw, text: `${from} → ${to}${inForce ? '' : ', proposed'}\n` };
  if (step.step === null) return change;
  const when = confirmBy === null ? '' : ` by ${confirmBy}`;
  return {
    ...change,
    hint: `Another person decides${when}: tocsin participant confirm ${step.step}, or refuse`,
  };
}

function addShow(participant: Command, world: World): void {
  const command = participant
    .command('standing')
    .description('the standing of a participant, every step there was, and appeals')
    .argument('<participant>', 'id of the participant')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, typed) => {
    const raw = await client.get(await pathOf(client, typed));
    const { standing, steps } = history(raw, 'standing');
    return { json: raw, text: `${standing}\n${steps.map(shown).join('')}` };
  });
}

const history = object({
  standing: text,
  steps: list(
    object({
      id: text,
      from: text,
      to: text,
      reason: text,
      evidence: nullable(text),
      at: text,
      effectiveAt: nullable(text),
      confirmBy: nullable(text),
      outcome: nullable(text),
      hearing: nullable(object({ until: text, said: nullable(object({ text, at: text })) })),
      appeal: nullable(object({ text, at: text, outcome: nullable(text) })),
    }),
  ),
});

function shown(step: Told<typeof history>['steps'][number]): string {
  const { id, from, to, reason, evidence, at, effectiveAt, confirmBy, outcome, appeal } = step;
  const { hearing } = step;
  const waits = confirmBy === null ? 'proposed' : `to be confirmed by ${confirmBy}`;
  const lines: [string, string][] = [
    ['step', id],
    ['reason', reason],
    ['in force since', effectiveAt ?? '–'],
    ['decision', outcome ?? waits],
  ];
  if (evidence !== null) lines.push(['evidence', evidence]);
  if (hearing !== null) {
    lines.push(['heard until', hearing.until], ['it says', hearing.said?.text ?? 'nothing yet']);
  }
  if (appeal !== null) {
    lines.push([`appeal of ${appeal.at}`, appeal.text], ['appeal is', appeal.outcome ?? 'open']);
  }
  return section(`${at}  ${from} → ${to}`, facts(lines));
}

function addDecision(
  participant: Command,
  world: World,
  decision: 'confirm' | 'refuse',
  description: string,
): void {
  const command = participant
    .command(decision)
    .description(description)
    .argument('<step>', 'id of the step');
  clientAction(world, command, async (client, typed) => {
    const path = `/v1/standing-steps/${idAt(typed, 0, 'step')}/decision`;
    const raw = await client.post(path, { decision });
    return { json: raw, text: `${decided(raw, 'decision').standing}\n` };
  });
}

const decided = object({ standing: text });

function addAppealDecision(
  participant: Command,
  world: World,
  verb: 'grant' | 'dismiss',
  outcome: string,
): void {
  const command = participant
    .command(`${verb}-appeal`)
    .description(`${verb} an appeal, as a person who had no part in a step of that participant`)
    .argument('<step>', 'id of the step');
  clientAction(world, command, async (client, typed) => {
    const path = `/v1/standing-steps/${idAt(typed, 0, 'step')}/appeal/decision`;
    const raw = await client.post(path, { outcome });
    const { proposal } = appealed(raw, 'decision');
    const result = { json: raw, text: `${outcome}\n` };
    if (proposal === null) return result;
    return { ...result, hint: `Proposed: tocsin participant confirm ${proposal}` };
  });
}

const appealed = object({ proposal: nullable(text) });

async function pathOf(client: Client, typed: Typed<ProgrammeOption>): Promise<string> {
  const id = idAt(typed, 0, 'participant');
  const programme = await programmeOf(client, typed.options);
  return `/v1/programmes/${programme}/participants/${id}/standing`;
}
