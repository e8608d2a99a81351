import type {
  ArtifactKind,
  Assurance,
  Format,
  Tlp,
  UsePermission,
  Variant,
} from '../../domain/artifact.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId, ArtifactId, NoticeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Obligation } from '../../policy/duties/obligations.ts';
import type { UseGrant } from '../../policy/use/grant.ts';
import { alertsPage } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { readerFactsFrom, readerFactsOf } from '../../store/delivery-reader.ts';
import { SOMETHING_CHANGED } from '../../store/disclosure-store.ts';
import { KEY_NOTICES } from '../../store/reader-key-store.ts';
import { READERS_NOTICE } from '../../store/reader-role-store.ts';
import { type NoticeRow, noticesPage } from '../../store/release-store.ts';
import { STANDING_NOTICES } from '../../store/standing-store.ts';
import { TERMS_NOTICES } from '../../store/terms-store.ts';
import type { ReaderCaller } from '../act.ts';
import { readHead } from '../alert/alert-head.ts';
import { offersTo } from '../alert/answer-invitation.ts';
import type { Context } from '../context.ts';
import type { Page } from '../page.ts';
import { nameOf } from '../render-shelf.ts';
import { obligationsOfAlert } from './obligations-of-copy.ts';
import { openCase, type ReaderCase } from './serve-copy.ts';
import { type AlertUse, useOfAlert } from './use-of-copy.ts';

/** An alert as its reader sees it: only what is open to it now, with nothing of the rest. */
export type InboxAlert = {
  readonly id: AlertId;
  readonly title: string;
  /** Whether nothing of it is real. */
  readonly drill: boolean;
  readonly tlp: Tlp;
  /** In force now. */
  readonly usePermissions: readonly UsePermission[];
  /** Null where the pack has no `use:` section. */
  readonly use: Pick<AlertUse, 'terms' | 'safeToSay'> | null;
  /** What the reader's participant owes for it. */
  readonly obligations: readonly Obligation[];
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
  /** The artifact whose place it has taken; null: none. */
  readonly revises: ArtifactId | null;
  readonly assurance: Assurance;
  /** Also those that start later; null where the pack has no `use:` section. */
  readonly use: readonly (UseGrant & { readonly inForce: boolean })[] | null;
};

/**
 * Rows that one request looks at, whether they may be shown or not: bounds its work, and how long a
 * suspension waits for it.
 */
const MOST_LOOKED_AT = 1_000;
/** Rows read and decided in one round trip. */
const BATCH = 100;

/** One page of the caller's visible alerts, after the alert id `after`. */
export async function readInbox(
  context: Context,
  caller: ReaderCaller,
  after: AlertId | null,
  limit: number,
  now: Instant,
): Promise<Page<InboxAlert>> {
  return context.store.participant(caller.participant, async (tx) => {
    const { items, last, ended } = await fillPage(after, limit, {
      read: async (from) => {
        const ids = (await alertsPage(tx, null, from, BATCH)).map(({ id }) => id);
        const cases = await openCases(context, tx, caller, ids, now);
        return ids.map((id) => ({ id, open: cases.get(id) }));
      },
      show: (work) => present(context, tx, work, caller, now),
    });
    return { items, next: ended ? null : placeAfter(items, last) };
  });
}

/**
 * Where the next page begins. An alert that is not shown is not named: the place is then between
 * two ids, the upper half of one and ones to the end.
 */
function placeAfter(items: readonly InboxAlert[], last: AlertId | null): string | null {
  if (last === null || items.at(-1)?.id === last) return last;
  return `${last.slice(0, 19)}bfff-ffffffffffff`;
}

/** The caller's notices, oldest first: that something waits, and since when. */
export async function readNotices(
  context: Context,
  caller: ReaderCaller,
  after: NoticeId | null,
  limit: number,
  now: Instant,
): Promise<Page<Notice>> {
  const offered = new Set((await offersTo(context, caller, now)).map((each) => each.invitation));
  return context.store.participant(caller.participant, async (tx) => {
    const { items, last, ended } = await fillPage(after, limit, {
      read: async (from) => {
        const rows = await noticesPage(tx, from, BATCH);
        const alerts = new Set(rows.flatMap(({ alert }) => (alert === null ? [] : [alert])));
        const cases = await openCases(context, tx, caller, [...alerts], now);
        return rows.map((row) => ({
          id: row.id,
          open: shown(row, cases, offered) ? row : undefined,
        }));
      },
      show: async ({ id, kind, at }) => ({ id, kind, at }),
    });
    return { items, next: ended ? null : last };
  });
}

/**
 * That something changed is told whatever the change has shut: its receivers know of the alert. So
 * is what was decided about the participant itself, which says nothing of any alert.
 */
function shown(
  { kind, alert, invitation }: NoticeRow,
  cases: ReadonlyMap<AlertId, unknown>,
  offered: ReadonlySet<string>,
): boolean {
  if (kind === SOMETHING_CHANGED || ABOUT_ITSELF.includes(kind)) return true;
  return alert === null ? invitation !== null && offered.has(invitation) : cases.has(alert);
}

const ABOUT_ITSELF: readonly string[] = [
  ...[...STANDING_NOTICES, ...KEY_NOTICES, ...TERMS_NOTICES],
  READERS_NOTICE,
];

export type Notice = { readonly id: NoticeId; readonly kind: string; readonly at: Instant };

/**
 * Fills a page with what is open of a list. The rest is passed over without a trace, as long as the
 * end of the page or of the list comes before `MOST_LOOKED_AT` rows; then the page is cut short.
 * `last` is the row to go on after.
 */
async function fillPage<I extends string, W, T>(
  after: I | null,
  limit: number,
  list: {
    /** The next `BATCH` rows; `open` is what is shown of one, undefined for one to pass over. */
    read(from: I | null): Promise<readonly { readonly id: I; readonly open: W | undefined }[]>;
    show(open: W): Promise<T>;
  },
): Promise<{ items: T[]; last: I | null; ended: boolean }> {
  const items: T[] = [];
  let looked = after;
  let shown = after;
  for (let count = 0; count < MOST_LOOKED_AT; count += BATCH) {
    const rows = await list.read(looked);
    for (const { id, open } of rows) {
      if (open !== undefined) {
        if (items.length === limit) return { items, last: shown, ended: false };
        items.push(await list.show(open));
        shown = id;
      }
      looked = id;
    }
    if (rows.length < BATCH) return { items, last: null, ended: true };
  }
  return { items, last: looked, ended: false };
}

/** Those of the alerts of which something is open to the caller now, decided under the lock. */
async function openCases(
  context: Context,
  tx: Tx,
  caller: ReaderCaller,
  alerts: readonly AlertId[],
  now: Instant,
): Promise<Map<AlertId, ReaderCase>> {
  const to = { participant: caller.participant, reader: caller.id };
  const open = new Map<AlertId, ReaderCase>();
  for (const [id, facts] of await readerFactsOf(tx, to, alerts)) {
    const work = await openCase(context, tx, facts, now);
    if (work && work.open.size > 0) open.set(id, work);
  }
  return open;
}

/** One alert. @throws NOT_FOUND when it is unknown to the caller, whatever the cause. */
export async function readInboxAlert(
  context: Context,
  caller: ReaderCaller,
  alert: AlertId,
  now: Instant,
): Promise<InboxAlert> {
  const to = { participant: caller.participant, reader: caller.id, alert };
  return context.store.release(to, async (tx, facts) => {
    const work = await openCase(context, tx, readerFactsFrom(facts), now);
    if (!work || work.open.size === 0) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    return { value: await present(context, tx, work, caller, now), last: null };
  });
}

async function present(
  context: Context,
  tx: Tx,
  work: ReaderCase,
  { participant }: ReaderCaller,
  now: Instant,
): Promise<InboxAlert> {
  const { open } = work;
  const keys = await context.keys.alert(tx, work.alert.id);
  const { title } = await readHead(context, tx, work.alert);
  const use = await useOfAlert(tx, work, participant, now);
  const artifacts: InboxArtifact[] = [];
  for (const artifact of work.artifacts.filter(({ id }) => open.has(id))) {
    const name = nameOf(artifact, keys);
    const { id, kind, variant, format, version, revises } = artifact;
    const grants = use && (use.grants.get(id) ?? []);
    // Said here, as a reader's own clock may be behind the one that has just opened something.
    const told = grants?.map((grant) => ({ ...grant, inForce: grant.from <= now })) ?? null;
    const said = { id, kind, variant, format, name, version, revises };
    artifacts.push({ ...said, assurance: 'sealed', use: told });
  }
  return {
    id: work.alert.id,
    title,
    drill: work.drill,
    tlp: work.alert.tlp,
    usePermissions: use?.inForce ?? work.alert.usePermissions,
    use: use && { terms: use.terms, safeToSay: use.safeToSay },
    obligations: await obligationsOfAlert(tx, work, participant, now),
    disclosureAt: work.alert.schedule.disclosureAt,
    artifacts,
  };
}
