import { basename, extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { ALERT_MODES, type AlertMode } from '../domain/alert.ts';
import {
  ARTIFACT_KINDS,
  type ArtifactKind,
  FORMATS,
  type Format,
  MARKINGS,
  type Marking,
  TLP_LABELS,
  type Tlp,
  USE_PERMISSIONS,
  type UsePermission,
  VARIANTS,
  type Variant,
} from '../domain/artifact.ts';
import { invalid } from '../domain/errors.ts';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { plain } from '../participant/plain.ts';
import { additionResult } from './alert-addition.ts';
import { type AlertFolder, readAlertFolder } from './alert-folder.ts';
import { assessmentOf } from './assessment-file.ts';
import { clientAction, idAt } from './command.ts';
import {
  type AlertHead,
  postAddition,
  postAlert,
  postArtifact,
  postArtifacts,
  uploadedText,
} from './draft-alert.ts';
import { readLocalFile, readTextFile, readTextIfThere } from './local-file.ts';
import { PROGRAMME, PROGRAMME_HELP, type ProgrammeOption, programmeOf } from './programme.ts';
import { type AnswerOptions, addAnswerOptions, answersOf } from './timing-options.ts';
import { openProgress, type World } from './world.ts';

type NewOptions = ProgrammeOption &
  AnswerOptions & {
    readonly title?: string;
    readonly mode?: AlertMode;
    readonly disclosureAt?: string;
    readonly tlp?: Tlp;
    readonly use?: readonly UsePermission[];
    readonly emergency?: string;
  };

/** `alert new` */
export function addNew(alert: Command, world: World): void {
  const command = alert
    .command('new')
    .description('draft an alert; from a folder with alert.yaml, with all its artifacts')
    .argument('[folder]', 'folder with alert.yaml, the artifacts and their sidecars')
    .option('--title <text>', 'title (default: of alert.yaml)')
    .addOption(
      new Option('--mode <mode>', 'in earnest, or to practise (default: of alert.yaml)').choices(
        ALERT_MODES,
      ),
    )
    .option(
      '--disclosure-at <instant>',
      'T0, such as 2025-07-08T17:00:00Z (default: of alert.yaml)',
    )
    .addOption(new Option('--tlp <label>', 'sharing (default: of alert.yaml)').choices(TLP_LABELS))
    .addOption(
      new Option(
        '--use <permission...>',
        'what recipients may do (default: of alert.yaml)',
      ).choices(USE_PERMISSIONS),
    )
    .option('--emergency <word>', 'set the clock aside, to be published at once; why')
    .option(PROGRAMME, PROGRAMME_HELP);
  addAnswerOptions(command);
  clientAction<NewOptions>(world, command, async (client, { args: [folder], options }) => {
    const from = folder === undefined ? null : await readAlertFolder(resolve(world.cwd, folder));
    const head = headOf(from, options);
    const programme = await programmeOf(client, options);
    const id = await postAlert(client, programme, head);
    const progress = openProgress(world);
    const artifacts = await postArtifacts(client, id, from?.artifacts ?? [], progress);
    return {
      json: { alert: id, artifacts },
      text:
        `Drafted ${id}\n${plain(head.title, 300)}\n` +
        `disclosure ${formatInstant(head.disclosureAt)}\n` +
        (from === null ? '' : `\n${uploadedText(artifacts)}`),
      hint: `Nobody is told. Next: tocsin alert plan ${id}`,
    };
  });
}

/** What the folder says, where the options say nothing else. @throws INVALID_INPUT */
function headOf(folder: AlertFolder | null, options: NewOptions): AlertHead {
  const { title = folder?.title, tlp = folder?.tlp } = options;
  if (title === undefined)
    throw invalid('--title', 'a title, or a folder with alert.yaml', 'neither');
  if (tlp === undefined) throw invalid('--tlp', `one of ${TLP_LABELS.join(', ')}`, 'none');
  const disclosureAt =
    folder === null || options.disclosureAt !== undefined
      ? parseInstant(options.disclosureAt, '--disclosure-at')
      : folder.disclosureAt;
  const usePermissions = options.use ?? folder?.usePermissions ?? [];
  const assessment = folder?.assessment ?? assessmentOf({});
  const { emergency } = options;
  return {
    ...{ title, mode: options.mode ?? folder?.mode ?? 'live' },
    ...{ tlp, disclosureAt, usePermissions, assessment },
    happened: folder?.happened ?? [],
    answers: { reasons: [], accept: {}, ...folder?.answers, ...answersOf(options) },
    ...(emergency === undefined ? {} : { emergency }),
  };
}

type AddOptions = {
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly format?: Format;
  readonly marking: Marking;
  readonly name?: string;
  readonly sidecar?: string;
  readonly reducedBy?: string;
  readonly revises?: string;
  readonly sourcePublishedAt?: string;
  readonly late?: true;
};

const FORMAT_OF: Readonly<Record<string, Format>> = {
  '.md': 'markdown',
  '.txt': 'text',
  '.yar': 'yara',
  '.yara': 'yara',
  '.yml': 'sigma',
  '.rules': 'suricata',
  '.py': 'script',
  '.sh': 'script',
  '.ps1': 'script',
};

/** `alert add` */
export function addArtifact(alert: Command, world: World): void {
  const command = alert
    .command('add')
    .description('add an artifact and freeze its slots; an approval is void')
    .argument('<alert>', 'id of the alert')
    .argument('<file>', 'the artifact; FILE.alternates.yaml beside it is its sidecar')
    .addOption(
      new Option('--kind <kind>', 'what it is').choices(ARTIFACT_KINDS).makeOptionMandatory(),
    )
    .addOption(new Option('--variant <variant>', 'its form').choices(VARIANTS).default('full'))
    .addOption(new Option('--format <format>', 'default: by its extension').choices(FORMATS))
    .addOption(new Option('--marking <how>', 'how copies differ').choices(MARKINGS).default('full'))
    .option('--name <name>', 'file name that readers see (default: of the file)')
    .option('--sidecar <file>', 'approved alternates (default: FILE.alternates.yaml, if any)')
    .option('--reduced-by <artifact>', 'id of the reduced summary that stands in for it')
    .option('--revises <artifact>', 'id of the artifact whose place it takes')
    .option('--source-published-at <instant>', 'for a text taken over: when it was published')
    .option('--late', 'waves have begun: propose it, for another person to approve');
  clientAction<AddOptions>(world, command, async (client, typed) => {
    const { args, options } = typed;
    const id = idAt(typed, 0, 'alert');
    const file = resolve(world.cwd, args[1] ?? '');
    const { kind, variant, marking, name = basename(file) } = options;
    const { reducedBy = null, revises = null } = options;
    const published = options.sourcePublishedAt;
    const progress = openProgress(world);
    progress.at(`freezing the slots of ${basename(file)}`);
    const artifact = {
      ...{ kind, variant, marking, name, reducedBy, revises },
      format: options.format ?? formatOf(file),
      content: await readLocalFile(file),
      sidecar: await readSidecar(world, file, options.sidecar),
      sourcePublishedAt:
        published === undefined ? null : parseInstant(published, '--source-published-at'),
    };
    try {
      if (options.late) return additionResult(await postAddition(client, id, artifact));
      const added = await postArtifact(client, id, artifact);
      return { json: added, text: uploadedText([{ file: basename(file), kind, ...added }]) };
    } finally {
      progress.done();
    }
  });
}

function formatOf(file: string): Format {
  const format = FORMAT_OF[extname(file)];
  if (format === undefined) throw invalid('--format', `one of ${FORMATS.join(', ')}`, 'none');
  return format;
}

/** The sidecar named, else the one beside the file, else none. */
async function readSidecar(
  world: World,
  file: string,
  named: string | undefined,
): Promise<string | null> {
  if (named !== undefined) return readTextFile(resolve(world.cwd, named));
  return readTextIfThere(`${file}.alternates.yaml`);
}
