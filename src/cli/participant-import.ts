/** `participant import`: the members that a programme has today. */
import { extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { LIST_FORMATS, type ListFormat } from '../domain/contact.ts';
import { invalid } from '../domain/errors.ts';
import { clientAction } from './command.ts';
import { importRows, importText } from './import-text.ts';
import { readLocalFile } from './local-file.ts';
import { counted, type Result } from './output.ts';
import { nextStep } from './participant-change.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { nullable, object, type Told, text } from './shape.ts';
import type { World } from './world.ts';

type ImportOptions = ProgrammeOption & {
  readonly dryRun?: boolean;
  readonly format?: ListFormat;
  readonly tier?: string;
};

const BY_ENDING: Readonly<Record<string, ListFormat>> = {
  '.csv': 'csv',
  '.asc': 'openpgp',
  '.gpg': 'openpgp',
  '.pgp': 'openpgp',
};

export function addImportCommand(participant: Command, world: World): void {
  const command = participant
    .command('import')
    .description('propose everybody on a list, as one act that another person confirms')
    .argument('<file>', 'a CSV file, a keyring, or what `schleuder-cli subscriptions list` prints')
    .option('--dry-run', 'tell row by row what would be done, and keep nothing')
    .addOption(
      new Option('--format <format>', 'of the file (default: by its ending)').choices(LIST_FORMATS),
    )
    .option('--tier <tier>', 'of members for whom the file names none')
    .option(PROGRAMME, PROGRAMME_HELP);
  clientAction<ImportOptions>(world, command, async (client, typed) => {
    const { dryRun = false, tier, format } = typed.options;
    const [file = ''] = typed.args;
    const known = format ?? BY_ENDING[extname(file).toLowerCase()];
    if (known === undefined) throw invalid('--format', `one of ${LIST_FORMATS.join(', ')}`, format);
    const programme = await programmeOf(client, typed.options);
    const query = new URLSearchParams({ format: known, ...(tier === undefined ? {} : { tier }) });
    const path = `/v1/programmes/${programme}/member-lists${dryRun ? '/trial' : ''}?${query}`;
    const raw = await client.postBytes(path, await readLocalFile(resolve(world.cwd, file)));
    return dryRun ? told(raw, report(raw, 'report'), null) : proposed(raw);
  });
}

const report = object({ digest: text, rows: importRows });
const answer = object({
  digest: text,
  rows: importRows,
  proposal: nullable(object({ change: text, digest: text })),
});

function proposed(raw: unknown): Result {
  const { proposal, ...rest } = answer(raw, 'report');
  return told(raw, rest, proposal);
}

function told(
  raw: unknown,
  { digest, rows }: Told<typeof report>,
  proposal: { readonly change: string; readonly digest: string } | null,
): Result {
  const refused = rows.filter(({ result }) => result === 'refused').length;
  const news = rows.filter(({ result }) => result === 'admit' || result === 'change').length;
  const body = `${importText(rows)}\nDigest  ${digest}\n`;
  if (refused > 0) {
    const hint = `Nothing is imported: ${counted(refused, 'row is', 'rows are')} at fault.`;
    return { json: raw, text: body, hint, status: 1 };
  }
  if (news === 0) return { json: raw, text: body, hint: 'Nothing is new: nothing is changed.' };
  return proposal === null
    ? { json: raw, text: body }
    : { json: raw, text: body, hint: nextStep(proposal) };
}
