/** What members agree to: versions of the terms, officers who sign, and the issuer's answer. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import type { AgreementAnswer } from '../domain/terms.ts';
import { clientAction, idAt } from './command.ts';
import { readTextFile } from './local-file.ts';
import { namesOfAll } from './names.ts';
import { table } from './output.ts';
import { nextStep } from './participant-change.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { addReaderProposal } from './reader-proposal.ts';
import { flag, list, nullable, object, real, text } from './shape.ts';
import { parseTermsFile } from './terms-file.ts';
import { proposedTermsText, publishedTerms } from './terms-text.ts';
import type { World } from './world.ts';

export function addTermsCommands(program: Command, world: World): void {
  const terms = program
    .command('terms')
    .description('what members agree to: publish, see who has signed, countersign');
  addPropose(terms, world);
  addShow(terms, world);
  addAgreements(terms, world);
  addAnswer(terms, world, 'countersign', 'countersigned', 'countersign: it is in force at once');
  addAnswer(terms, world, 'refuse', 'refused', 'refuse a signature: nothing changes');
  addReaderProposal(terms, world, {
    name: 'officer',
    description: 'propose that a reader’s signature binds its organisation',
    to: 'officers',
  });
  addEndOfficer(terms, world);
}

type ProposeOptions = ProgrammeOption & { readonly clauses: string; readonly signBy?: string };

const proposed = object({
  version: real,
  sha256: text,
  proposal: object({ change: text, digest: text }),
});

function addPropose(terms: Command, world: World): void {
  const command = terms
    .command('propose')
    .description('propose the next version; published when another person confirms it')
    .argument('<file>', 'the text')
    .requiredOption('--clauses <file>', 'a YAML file: what it settles, and how long it holds')
    .option('--sign-by <instant>', 'when agreements signed before it end (default: as they are)')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProposeOptions>(world, command, async (client, { args: [file = ''], options }) => {
    const body = await readTextFile(resolve(world.cwd, file));
    const said = parseTermsFile(await readTextFile(resolve(world.cwd, options.clauses)));
    const { signBy } = options;
    const raw = await client.post(`/v1/programmes/${await programmeOf(client, options)}/terms`, {
      text: body.replaceAll('\r\n', '\n'),
      ...said,
      signBy: signBy === undefined ? null : formatInstant(parseInstant(signBy, '--sign-by')),
    });
    const { version, sha256, proposal } = proposed(raw, 'answer');
    const told = `Proposed version ${version}, ${sha256}\n`;
    return { json: raw, text: told, hint: nextStep(proposal) };
  });
}

const versions = object({ items: list(publishedTerms) });

function addShow(terms: Command, world: World): void {
  const command = terms
    .command('show')
    .description('the newest version; --all: every one')
    .option('--all', 'every version')
    .option(PROGRAMME, PROGRAMME_HELP);
  type Options = ProgrammeOption & { readonly all?: boolean };
  clientAction<Options>(world, command, async (client, { options }) => {
    const raw = await client.get(`/v1/programmes/${await programmeOf(client, options)}/terms`);
    const { items } = versions(raw, 'terms');
    const shown = options.all ? items : items.slice(0, 1);
    const texts = shown.map((each) => `${proposedTermsText(each)}SHA-256  ${each.sha256}\n`);
    return { json: raw, text: texts.length === 0 ? '(none)\n' : texts.join('\n') };
  });
}

const agreements = object({
  items: list(
    object({
      ...{ agreement: text, participant: text, version: real, sha256: text, at: text },
      ...{ answer: nullable(text), expiresAt: nullable(text) },
    }),
  ),
});

function addAgreements(terms: Command, world: World): void {
  const command = terms
    .command('agreements')
    .description('who has signed which version, and what was answered')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, { options }) => {
    const programme = await programmeOf(client, options);
    const raw = await client.get(`/v1/programmes/${programme}/agreements`);
    const names = await namesOfAll(client, programme);
    const rows = agreements(raw, 'agreements').items.map((one) => [
      one.agreement,
      names.of(one.participant),
      one.version,
      one.at,
      one.answer ?? 'waits',
      one.expiresAt ?? '',
    ]);
    const heads = ['AGREEMENT', 'PARTICIPANT', 'VERSION', 'SIGNED', 'ANSWER', 'UNTIL'];
    return { json: raw, text: table(heads, rows) };
  });
}

const answered = object({ expiresAt: nullable(text) });

function addAnswer(
  terms: Command,
  world: World,
  verb: string,
  answer: AgreementAnswer,
  description: string,
): void {
  const command = terms
    .command(verb)
    .description(description)
    .argument('<agreement>', 'id of the signature')
    .requiredOption('--sha256 <hash>', 'of the terms that were signed');
  clientAction<{ readonly sha256: string }>(world, command, async (client, typed) => {
    const path = `/v1/agreements/${idAt(typed, 0, 'agreement')}/answer`;
    const raw = await client.post(path, { answer, sha256: typed.options.sha256 });
    const { expiresAt } = answered(raw, 'answer');
    return { json: raw, text: expiresAt === null ? 'Refused\n' : `In force until ${expiresAt}\n` };
  });
}

function addEndOfficer(terms: Command, world: World): void {
  const command = terms
    .command('end-officer')
    .description('end that, at once; what was signed stays signed')
    .argument('<participant>', 'id of the participant')
    .argument('<reader>', 'id of the reader')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ProgrammeOption>(world, command, async (client, typed) => {
    const programme = await programmeOf(client, typed.options);
    const path = `/v1/programmes/${programme}/participants/${idAt(typed, 0, 'participant')}`;
    const raw = await client.post(`${path}/officers/${idAt(typed, 1, 'reader')}/end`, {});
    const { ended } = object({ ended: flag })(raw, 'answer');
    return { json: raw, text: ended ? 'Ended\n' : 'It was none\n' };
  });
}
