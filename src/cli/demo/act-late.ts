import { type Instant, plus } from '../../domain/instant.ts';
import { additionAnswer } from '../alert-addition.ts';
import type { FolderArtifact } from '../alert-folder.ts';
import { postAddition } from '../draft-alert.ts';
import { PROMISED_MS, proveAll, takeAll } from './act-waves.ts';
import type { Alert } from './alert.ts';
import { type Round, roundsOf } from './late-rounds.ts';
import type { Reader } from './readers.ts';
import { refusalsOf } from './restricted.ts';
import { pass, release, type Stage } from './stage.ts';
import { aligned, dayOf } from './words.ts';

/** Who plays it: a reader of a regular firm of each tier, and one of each restricted firm. */
export type Cast = { readonly regular: readonly Reader[]; readonly restricted: readonly Reader[] };

const WIDTHS = [40, 13, 13, 11];

/** What is published later comes later: proposed by the author, approved by the second person. */
export async function follow(
  stage: Stage,
  alert: Alert,
  late: readonly FolderArtifact[],
  { regular, restricted }: Cast,
  published: Instant,
): Promise<void> {
  const { page } = stage;
  page.row(aligned(['What followed, as it was published', 'dated', 'released', 'opened'], WIDTHS));
  let added: string[] = [];
  let last = published;
  for (const round of roundsOf(late)) {
    await pass(stage, round.at);
    added = [...added, ...(await add(stage, alert, round))];
    await release(stage);
    const opened = await takeAll(stage, regular);
    page.row(aligned([contentsOf(round), datesOf(round), dayOf(round.at), opened], WIDTHS));
    last = round.at;
  }
  await pass(stage, plus(last, PROMISED_MS));
  const more = await takeAll(stage, restricted);
  const rule = { alert: alert.id, artifact: added.at(-1) ?? '' };
  const refused = await refusalsOf(stage, restricted, rule);
  const proven = await proveAll(stage, [...regular, ...restricted]);
  page.fact(
    `Of ${added.length} late artifacts the ${refused} firms get ${more === 0 ? 'none' : more}: ` +
      'the general description, from disclosure on, is all they have. ' +
      `${proven.reduce((sum, count) => sum + count, 0)} copies proven.`,
  );
}

/** The origin of what was written for this project. */
const OURS = 'Tocsin';
const LABELS: Readonly<Record<string, string>> = {
  markdown: 'advisory',
  text: 'KEV',
  yara: 'YARA',
  sigma: 'Sigma',
  suricata: 'Suricata',
};

/** `own advisory, KEV, 2 Sigma`. */
function contentsOf({ artifacts }: Round<FolderArtifact>): string {
  const labels = artifacts.map(({ format, origin }) => {
    const label = LABELS[format] ?? format;
    return origin === null || origin === OURS ? `own ${label}` : label;
  });
  const groups = [...Map.groupBy(labels, (label) => label)];
  return groups
    .map(([label, { length }]) => (length > 1 ? `${length} ${label}` : label))
    .join(', ');
}

function datesOf({ artifacts }: Round<FolderArtifact>): string {
  const dates = artifacts.flatMap(({ sourcePublishedAt: at }) => (at === null ? [] : [dayOf(at)]));
  return [...new Set(dates)].join(', ');
}

async function add(
  { issuer, page }: Stage,
  alert: Alert,
  { artifacts }: Round<FolderArtifact>,
): Promise<string[]> {
  const ids: string[] = [];
  for (const { file, reducedBy: reduced, origin: _, ...artifact } of artifacts) {
    page.doing(`${file} is proposed and approved`);
    const reducedBy = alert.artifacts.find((other) => other.file === reduced)?.id ?? null;
    const raw = await postAddition(issuer.author.api, alert.id, { ...artifact, reducedBy });
    const { addition, digest } = additionAnswer(raw, 'addition');
    await issuer.approver.api.post(`/v1/additions/${addition}/approval`, { digest });
    ids.push(addition);
  }
  return ids;
}
