import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CONSENT_MODES, type ConsentMode, STANDINGS, type Standing } from '../domain/enrolment.ts';
import { invalid } from '../domain/errors.ts';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { systemClock } from '../main/clock.ts';
import { plain } from '../participant/plain.ts';
import type { Client } from './client.ts';
import { clientAction, idAt } from './command.ts';
import { type DutyBody, parseDutyFile } from './duty-file.ts';
import { invitedAt, readersUrl } from './invited.ts';
import { readTextFile } from './local-file.ts';
import { counted, type Result } from './output.ts';
import { addAffiliationCommands } from './participant-affiliations.ts';
import { addMemberChangeCommands, nextStep } from './participant-change.ts';
import { addCopiesCommand } from './participant-copies.ts';
import { addFactCommands } from './participant-facts.ts';
import { addGapsCommand } from './participant-gaps.ts';
import { addImportCommand } from './participant-import.ts';
import { addKeyCommands } from './participant-keys.ts';
import { addReviewCommands } from './participant-reviews.ts';
import { addStandingCommands } from './participant-standing.ts';
import { addStatementCommands } from './participant-statements.ts';
import { participantsPage, participantTable } from './participant-text.ts';
import { addTransitionCommands } from './participant-transition.ts';
import { parseProfileFile } from './profile-file.ts';
import {
  allPages,
  PROGRAMME,
  PROGRAMME_HELP,
  type ProgrammeOption,
  programmeOf,
} from './programme.ts';
import { addReaderProposal } from './reader-proposal.ts';
import { object, text } from './shape.ts';
import type { World } from './world.ts';

export function addParticipantCommands(program: Command, world: World): void {
  const participant = program
    .command('participant')
    .description('participants: admit, list, suspend, reinstate, invite their readers');
  addAdd(participant, world);
  addList(participant, world);
  addStandingCommands(participant, world);
  addInvite(participant, world);
  addKeyCommands(participant, world);
  addReaderProposal(participant, world, {
    name: 'administrator',
    description: 'propose that a reader administers its participant; another person confirms it',
    to: 'administrators',
  });
  addCopiesCommand(participant, world);
  addFactCommands(participant, world);
  addMemberChangeCommands(participant, world);
  addImportCommand(participant, world);
  addGapsCommand(participant, world);
  addAffiliationCommands(participant, world);
  addReviewCommands(participant, world);
  addTransitionCommands(participant, world);
  addStatementCommands(participant, world);
}

type AddOptions = ProgrammeOption & {
  readonly tier: string;
  readonly duty: string;
  readonly dutyUntil?: string;
  readonly profile?: string;
  readonly agreementFrom?: string;
  readonly agreementUntil: string;
  readonly consent: ConsentMode;
  readonly standing: Standing;
};

function addAdd(participant: Command, world: World): void {
  const command = participant
    .command('add')
    .description('propose an organisation; it is admitted when another person confirms it')
    .argument('<name>', 'its name')
    .requiredOption('--tier <tier>', 'tier of the programme’s policy, such as entry')
    .requiredOption('--agreement-until <instant>', 'when its agreement ends')
    .option('--agreement-from <instant>', 'when its agreement was signed (default: now)')
    .option(
      '--duty <facts>',
      'legal duties to report: a YAML file; none, where it attests that it has none; or unknown',
      'unknown',
    )
    .option('--duty-until <instant>', 'until when "none" holds (default: the agreement’s end)')
    .option('--profile <file>', 'what it has shown: a YAML file (default: nothing)')
    .addOption(
      new Option('--consent <mode>', 'to embargoes').choices(CONSENT_MODES).default('standing'),
    )
    .addOption(
      new Option('--standing <standing>', 'to begin with').choices(STANDINGS).default('active'),
    )
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<AddOptions>(world, command, async (client, { args: [name = ''], options }) => {
    const { tier, standing, consent } = options;
    const expiresAt = formatInstant(parseInstant(options.agreementUntil, '--agreement-until'));
    const signedAt =
      options.agreementFrom === undefined
        ? systemClock().now()
        : parseInstant(options.agreementFrom, '--agreement-from');
    const duty = await dutyOf(world, options, expiresAt);
    const profile =
      options.profile === undefined
        ? {}
        : { profile: parseProfileFile(await readTextFile(resolve(world.cwd, options.profile))) };
    const enrolment = {
      ...{ tier, standing, duty, consentMode: consent },
      agreement: { signedAt: formatInstant(signedAt), expiresAt },
      ...profile,
    };
    const programme = await programmeOf(client, options);
    const path = `/v1/programmes/${programme}/participants`;
    const raw = await client.post(path, { name, enrolment });
    const { participant: id, proposal } = admitted(raw, 'participant');
    const unknown =
      duty.status === 'unknown'
        ? 'Its duties to report are unknown, so nothing comes before disclosure (--duty).\n'
        : '';
    return {
      json: raw,
      text: `Proposed ${id}\n`,
      hint: `${unknown}${nextStep(proposal)}\nThen: tocsin participant invite ${id} --label NAME`,
    };
  });
}

const admitted = object({
  participant: text,
  proposal: object({ change: text, digest: text }),
});

async function dutyOf(world: World, options: AddOptions, agreementEnd: string): Promise<DutyBody> {
  const { duty, dutyUntil } = options;
  if (duty === 'unknown') return { status: 'unknown' };
  if (duty !== 'none') return parseDutyFile(await readTextFile(resolve(world.cwd, duty)));
  const expiresAt =
    dutyUntil === undefined ? agreementEnd : formatInstant(parseInstant(dutyUntil, '--duty-until'));
  return { status: 'stated', duties: [], provenance: 'attested', expiresAt };
}

function addList(participant: Command, world: World): void {
  const command = participant
    .command('list')
    .description('participants with tier, standing, duties, agreement and readers')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const programme = await programmeOf(client, options);
    const path = `/v1/programmes/${programme}/participants`;
    const { raw, items } = await allPages(client, path, participantsPage);
    return { json: { items: raw }, text: participantTable(items) };
  });
}

type InviteOptions = ProgrammeOption & {
  readonly label: string;
  readonly readerUrl?: string;
  readonly all?: boolean;
};

function addInvite(participant: Command, world: World): void {
  const command = participant
    .command('invite')
    .description('invite one reader, or one of everybody: prints what it joins with, this once')
    .argument('[participant]', 'id of the participant')
    .option('--all', 'of every active participant that has no reader and no invitation')
    .requiredOption('--label <text>', 'what you call the reader')
    .option('--reader-url <url>', 'where readers reach the server (default: as it was told)')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<InviteOptions>(world, command, async (client, typed): Promise<Result> => {
    const programme = await programmeOf(client, typed.options);
    const all = typed.options.all ?? false;
    if (all !== (typed.args.length === 0)) {
      throw invalid('participant', 'one, or --all in its place', typed.args.length);
    }
    if (all) return inviteAll(client, programme, typed.options);
    const id = idAt(typed, 0, 'participant');
    const { reader, word } = await inviteOne(client, programme, id, typed.options);
    return {
      json: { reader, invitation: word },
      text: `${word}\n`,
      hint:
        `Reader ${reader}. Hand this over by a way you trust: whoever has it joins, once, within ` +
        '14 days.\nThe reader runs: tocsin-reader join',
    };
  });
}

async function inviteOne(
  client: Client,
  programme: string,
  participant: string,
  { label, readerUrl }: InviteOptions,
): Promise<{ reader: string; word: string }> {
  const path = `/v1/programmes/${programme}/participants/${participant}/readers`;
  return invitedAt(await readersUrl(client, readerUrl), await client.post(path, { label }));
}

/** Ended by an error, it is run again: who has an invitation by then is passed over. */
async function inviteAll(
  client: Client,
  programme: string,
  options: InviteOptions,
): Promise<Result> {
  const path = `/v1/programmes/${programme}/participants`;
  const { items } = await allPages(client, path, participantsPage);
  const waiting = items.filter(
    ({ readers, enrolment }) => readers.length === 0 && enrolment.standing === 'active',
  );
  const links: { participant: string; name: string; reader: string; invitation: string }[] = [];
  const each = { ...options, readerUrl: await readersUrl(client, options.readerUrl) };
  for (const { participant, name } of waiting) {
    const { reader, word } = await inviteOne(client, programme, participant, each);
    links.push({ participant, name, reader, invitation: word });
  }
  return {
    json: { items: links },
    text: links.map(({ name, invitation }) => `${plain(name)}\t${invitation}\n`).join(''),
    hint:
      `${counted(links.length, 'invitation')}, each for the one participant before it. Hand each ` +
      'over by a way you trust: whoever has it joins, once, within 14 days.',
  };
}
