import { TocsinError } from '../domain/errors.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { AlertFolder, FolderArtifact } from './alert-folder.ts';
import type { Client } from './client.ts';
import { counted, section, table } from './output.ts';
import { list, object, real, type Told, text } from './shape.ts';
import type { Progress } from './world.ts';

/** What an alert is before it has artifacts. */
export type AlertHead = Pick<
  AlertFolder,
  | 'title'
  | 'mode'
  | 'disclosureAt'
  | 'tlp'
  | 'usePermissions'
  | 'assessment'
  | 'happened'
  | 'answers'
> & { readonly emergency?: string };

/** An artifact to add; `reducedBy` is the id of the reduced variant. */
export type ArtifactToAdd = Omit<FolderArtifact, 'file' | 'reducedBy' | 'origin'> & {
  readonly reducedBy: string | null;
  readonly revises?: string | null;
};

const drafted = object({ alert: text, version: real });
const added = object({
  artifact: text,
  version: real,
  slots: real,
  dropped: list(object({ family: text, what: text, reason: text })),
});
export type Added = Told<typeof added>;

/** An artifact that is in the alert now, by the file it came from. */
export type Uploaded = Added & { readonly file: string; readonly kind: string };

export async function postAlert(
  client: Client,
  programme: string,
  head: AlertHead,
): Promise<string> {
  const { happened, answers, disclosureAt, ...rest } = head;
  const body = {
    ...rest,
    ...answers,
    disclosureAt: formatInstant(disclosureAt),
    happened: happened.map(({ kind, at }) => ({ kind, at: formatInstant(at) })),
  };
  return drafted(await client.post(`/v1/programmes/${programme}/alerts`, body), 'alert').alert;
}

export async function postArtifact(
  client: Client,
  alert: string,
  artifact: ArtifactToAdd,
): Promise<Added> {
  const answer = await client.post(`/v1/alerts/${alert}/artifacts`, bodyOf(artifact));
  return added(answer, 'artifact');
}

/** Proposes it for an alert of which waves have begun: what the API says of it. */
export async function postAddition(
  client: Client,
  alert: string,
  artifact: ArtifactToAdd,
): Promise<unknown> {
  return client.post(`/v1/alerts/${alert}/additions`, bodyOf(artifact));
}

function bodyOf(artifact: ArtifactToAdd) {
  const { kind, variant, format, marking, name, content, sidecar } = artifact;
  const { reducedBy, revises = null } = artifact;
  return {
    ...{ kind, variant, format, marking, name, sidecar, reducedBy, revises },
    content: content.toString('base64'),
    sourcePublishedAt: textOrNull(artifact.sourcePublishedAt),
  };
}

function textOrNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

/**
 * Adds the artifacts of a folder one by one, reduced variants first.
 * @throws what the server says of an artifact, with the alert's id: the draft stays, without it and
 *   those after it.
 */
export async function postArtifacts(
  client: Client,
  alert: string,
  artifacts: readonly FolderArtifact[],
  progress: Progress,
): Promise<Uploaded[]> {
  const uploaded: Uploaded[] = [];
  for (const { file, reducedBy, ...artifact } of artifacts) {
    progress.at(`${uploaded.length + 1}/${artifacts.length} freezing the slots of ${file}`);
    const reduced = uploaded.find((other) => other.file === reducedBy)?.artifact ?? null;
    try {
      const answer = await postArtifact(client, alert, { ...artifact, reducedBy: reduced });
      uploaded.push({ file, kind: artifact.kind, ...answer });
    } catch (cause) {
      progress.done();
      if (!(cause instanceof TocsinError)) throw cause;
      const kept = `${uploaded.length} of ${counted(artifacts.length, 'artifact')}`;
      throw new TocsinError(
        cause.code,
        `${file}: ${cause.message} (the draft ${alert} stays, with ${kept})`,
        { field: cause.field ?? file, cause },
      );
    }
  }
  progress.done();
  return uploaded;
}

/** What was frozen, and what the equivalence gate let fall. */
export function uploadedText(uploaded: readonly Uploaded[]): string {
  const slots = uploaded.reduce((sum, artifact) => sum + artifact.slots, 0);
  const dropped = uploaded.flatMap((artifact) =>
    artifact.dropped.map(({ family, what, reason }) => [artifact.file, family, what, reason]),
  );
  return (
    table(
      ['file', 'kind', 'slots', 'dropped', 'artifact'],
      uploaded.map((one) => [one.file, one.kind, one.slots, one.dropped.length, one.artifact]),
    ) +
    `${counted(uploaded.length, 'artifact')}, ${counted(slots, 'slot')}\n` +
    (dropped.length === 0
      ? ''
      : section('Dropped', table(['file', 'family', 'what', 'why'], dropped)))
  );
}
