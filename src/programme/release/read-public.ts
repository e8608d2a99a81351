import type { ArtifactKind, Format } from '../../domain/artifact.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { standing } from '../../domain/revision.ts';
import { decideRelease } from '../../policy/decide.ts';
import {
  type AlertRow,
  type ArtifactRow,
  alertById,
  alertsPage,
  artifactsOf,
} from '../../store/alert-reader.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import { lockForRelease } from '../../store/locks.ts';
import { platformOf } from '../../store/platform-store.ts';
import { readHead, vulnerabilityOf } from '../alert/alert-head.ts';
import { factsFor } from '../alert/grant-due.ts';
import type { Context } from '../context.ts';
import type { Page } from '../page.ts';
import { nameOf } from '../render-shelf.ts';

export type PublicAlert = {
  readonly id: AlertId;
  readonly title: string;
  readonly disclosedAt: Instant;
  readonly documents: readonly {
    readonly id: ArtifactId;
    readonly kind: ArtifactKind;
    readonly format: Format;
    readonly name: string;
  }[];
};

/** What anybody may read, one page of disclosed alerts. */
export async function readPublicAlerts(
  context: Context,
  after: AlertId | null,
  limit: number,
  now: Instant,
): Promise<Page<PublicAlert>> {
  return context.store.audience(async (tx) => {
    const items: PublicAlert[] = [];
    const rows = await alertsPage(tx, null, after, limit);
    for (const row of rows) {
      const open = await openToPublic(context, tx, row, now);
      if (open.length > 0) items.push(await present(context, tx, row, open));
    }
    return { items, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
  });
}

/**
 * A public document: the master, unmarked. @throws NOT_FOUND for all that is not public, in equal
 * bytes.
 */
export async function readPublicDocument(
  context: Context,
  request: { readonly alert: AlertId; readonly artifact: ArtifactId },
  now: Instant,
): Promise<{ name: string; format: Format; content: Buffer }> {
  return context.store.audience(async (tx) => {
    const alert = await alertById(tx, request.alert);
    const open = alert ? await openToPublic(context, tx, alert, now) : [];
    const artifact = open.find((candidate) => candidate.id === request.artifact);
    if (!alert || !artifact) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    const keys = await context.keys.alert(tx, alert.id);
    const { name, master } = await context.renders.openMaster(tx, artifact, keys);
    return { name, format: artifact.format, content: master };
  });
}

async function openToPublic(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  now: Instant,
): Promise<ArtifactRow[]> {
  await lockForRelease(tx, alert.programme);
  if (await clockDoubted(tx)) return [];
  const policy = await context.policies.active(tx, alert.programme);
  const artifacts = standing(await artifactsOf(tx, alert.id));
  const vulnerability = await vulnerabilityOf(context, tx, alert);
  const about = { alert, vulnerability, platform: await platformOf(tx, alert.programme) };
  return artifacts.filter((artifact) => {
    const facts = factsFor(about, artifact, { kind: 'public' });
    return decideRelease(policy, facts, now).outcome === 'allow';
  });
}

async function present(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  open: readonly ArtifactRow[],
): Promise<PublicAlert> {
  const keys = await context.keys.alert(tx, alert.id);
  const { title } = await readHead(context, tx, alert);
  return {
    id: alert.id,
    title,
    disclosedAt: alert.schedule.disclosureAt,
    documents: open.map((artifact) => {
      const { id, kind, format } = artifact;
      return { id, kind, format, name: nameOf(artifact, keys) };
    }),
  };
}
