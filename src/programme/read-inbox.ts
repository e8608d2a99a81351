import type {
  ArtifactKind,
  Assurance,
  Format,
  Tlp,
  UsePermission,
  Variant,
} from '../domain/artifact.ts';
import { TocsinError } from '../domain/errors.ts';
import type { AlertId, ArtifactId, NoticeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { alertsPage } from '../store/alert-reader.ts';
import type { Tx } from '../store/database.ts';
import { readerFacts, readerFactsFrom } from '../store/delivery-reader.ts';
import { noticesPage } from '../store/release-store.ts';
import type { ReaderCaller } from './act.ts';
import type { Context } from './context.ts';
import { alertRow } from './draft-alert.ts';
import { decryptFor } from './keyring.ts';
import { nameOf } from './render-shelf.ts';
import { openCase, type ReaderCase } from './serve-copy.ts';

/** An alert as its reader sees it: only what is open to it now, with nothing of the rest. */
export type InboxAlert = {
  readonly id: AlertId;
  readonly title: string;
  readonly tlp: Tlp;
  readonly usePermissions: readonly UsePermission[];
  readonly disclosureAt: Instant;
  readonly artifacts: readonly InboxArtifact[];
};

export type InboxArtifact = {
  readonly id: ArtifactId;
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly format: Format;
  readonly name: string;
  readonly version: number;
  readonly assurance: Assurance;
};

export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/** One page of the caller's visible alerts, after the alert id `after`. */
export async function readInbox(
  context: Context,
  caller: ReaderCaller,
  after: AlertId | null,
  limit: number,
  now: Instant,
): Promise<Page<InboxAlert>> {
  return context.store.participant(caller.participant, async (tx) => {
    const items: InboxAlert[] = [];
    let cursor = after;
    // Alerts that are granted but not open at this moment are passed over without a trace: a page
    // is filled from what is visible, so neither its length nor its cursor tells of the others.
    for (;;) {
      const [row] = await alertsPage(tx, null, cursor, 1);
      if (!row) return { items, next: null };
      const facts = await readerFacts(tx, caller.participant, row.id, caller.id);
      const work = await openCase(context, tx, facts, now);
      const seen = work ? await present(context, tx, work) : null;
      if (seen && items.length === limit) return { items, next: items.at(-1)?.id ?? null };
      if (seen) items.push(seen);
      cursor = row.id;
    }
  });
}

/** One alert. @throws NOT_FOUND when it is unknown to the caller, whatever the cause. */
export async function readInboxAlert(
  context: Context,
  caller: ReaderCaller,
  alert: AlertId,
  now: Instant,
): Promise<InboxAlert> {
  const to = { participant: caller.participant, reader: caller.id, alert };
  return context.store.release(to, async (tx, { facts }) => {
    const work = await openCase(context, tx, readerFactsFrom(facts), now);
    const seen = work ? await present(context, tx, work) : null;
    if (!seen) throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    return seen;
  });
}

async function present(context: Context, tx: Tx, work: ReaderCase): Promise<InboxAlert | null> {
  const { open } = work;
  if (open.size === 0) return null;
  const keys = await context.keys.alert(tx, work.alert.id);
  const head = decryptFor(keys, alertRow(work.alert.id), work.alert.headEnc);
  const artifacts: InboxArtifact[] = [];
  for (const artifact of work.artifacts.filter(({ id }) => open.has(id))) {
    const name = nameOf(artifact, keys);
    const { id, kind, variant, format, version } = artifact;
    artifacts.push({ id, kind, variant, format, name, version, assurance: 'sealed' });
  }
  return {
    id: work.alert.id,
    title: (JSON.parse(head.toString()) as { title: string }).title,
    tlp: work.alert.tlp,
    usePermissions: work.alert.usePermissions,
    disclosureAt: work.alert.schedule.disclosureAt,
    artifacts,
  };
}

/** The caller's notices, oldest first: that something waits, and since when. */
export async function readNotices(
  context: Context,
  caller: ReaderCaller,
  after: NoticeId | null,
  limit: number,
): Promise<Page<{ id: string; kind: string; at: Instant }>> {
  const items = await context.store.participant(caller.participant, (tx) =>
    noticesPage(tx, after, limit),
  );
  return { items, next: items.length === limit ? (items.at(-1)?.id ?? null) : null };
}
