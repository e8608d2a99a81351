import { type ErrorCode, TocsinError } from '../../domain/errors.ts';
import { acknowledge } from '../../participant/acknowledge.ts';
import { openApi } from '../../participant/api.ts';
import { memoryHome } from '../../participant/home.ts';
import { fetchCopy, inbox } from '../../participant/inbox.ts';
import { join } from '../../participant/join.ts';
import { loadMember, openSession, type Session } from '../../participant/session.ts';
import { verifyCopy } from '../../participant/verify-copy.ts';
import { list, object, text } from '../shape.ts';
import { refusalOf } from './refusal.ts';
import { together } from './together.ts';

/** A copy in a reader's hands. */
type OwnCopy = {
  readonly alert: string;
  readonly artifact: string;
  readonly kind: string;
  readonly content: Buffer;
  /** As fetched, until it was verified. */
  unproven: Buffer | null;
};

/** One reader with what `tocsin-reader` has: keys, pins, copies. */
type Desk = { readonly session: Session; readonly copies: OwnCopy[] };

/** How many readers are at work together. */
const CONCURRENCY = 24;

/** Every reader's desk, by the reader's id. They live in this thread and nowhere else. */
const desks = new Map<string, Desk>();

/** The one clock of the story, as it was when the readers were last told to do something. */
let time = 0;

export function setTime(now: number): void {
  time = now;
}

function deskOf(reader: string): Desk {
  const desk = desks.get(reader);
  if (!desk)
    throw new TocsinError('NOT_FOUND', `reader: expected one that joined, found ${reader}`);
  return desk;
}

/** Called after each of many. */
type Progress = (done: number) => void;

function forEach<T, R>(items: readonly T[], progress: Progress, work: (item: T) => Promise<R>) {
  let done = 0;
  return together(items, CONCURRENCY, async (item) => {
    const result = await work(item);
    done += 1;
    progress(done);
    return result;
  });
}

/** What readers can be told to do. Input and output cross between threads: plain values only. */
export const VERBS = {
  /** Joins with fresh keys, which nobody else ever sees. */
  join: (invitations: readonly string[], progress: Progress) =>
    forEach(invitations, progress, async (invitation) => {
      const session = openSession(memoryHome(), fetch, () => time);
      const { reader } = await join(session, invitation);
      desks.set(reader, { session, copies: [] });
      return reader;
    }),

  /** Each looks into the inbox and takes all that is new there. Returns the number of copies. */
  takeAll: (readers: readonly string[], progress: Progress) =>
    forEach(readers, progress, (reader) => takeAll(deskOf(reader))),

  /** Takes one artifact, or tries to. Returns the code of the refusal; null for a copy. */
  take: (one: {
    readonly reader: string;
    readonly alert: string;
    readonly artifact: string;
  }): Promise<ErrorCode | null> => refusalOf(take(deskOf(one.reader), one.alert, one.artifact)),

  /** Asks the ledger for the promised proof of each copy that has none yet. Returns how many. */
  prove: (
    { readers, now }: { readonly readers: readonly string[]; readonly now: number },
    progress: Progress,
  ) => forEach(readers, progress, (reader) => proveAll(deskOf(reader), now)),

  /** The contents of a reader's copies, by kind. */
  contents: async (reader: string) =>
    new Map(deskOf(reader).copies.map(({ kind, content }) => [kind, content.toString()])),

  /** The kinds of documents that anybody may read, asked for without a token. */
  publicKinds: async (url: string) => {
    const answer = await openApi(fetch, url).getJson('/v1/public/alerts');
    return publicAlerts(answer, 'public').items.flatMap(({ documents }) =>
      documents.map(({ kind }) => kind),
    );
  },

  /** The log's verifier key that a reader pinned when it joined. */
  pinnedKey: async (reader: string) =>
    (await loadMember(deskOf(reader).session)).keys.logVerifierKey,

  /** Copies of an alert on all desks: those opened, and those of them that the ledger proved. */
  count: async (alert: string) => {
    const all = [...desks.values()].flatMap((desk) => desk.copies);
    const copies = all.filter((copy) => copy.alert === alert);
    return {
      opened: copies.length,
      verified: copies.filter(({ unproven }) => unproven === null).length,
    };
  },
};

const publicAlerts = object({
  items: list(object({ documents: list(object({ kind: text })) })),
});

async function takeAll(desk: Desk): Promise<number> {
  let taken = 0;
  for (const alert of await inbox(desk.session)) {
    for (const artifact of alert.artifacts) {
      if (desk.copies.some((copy) => copy.artifact === artifact.id)) continue;
      await take(desk, alert.id, artifact.id);
      taken += 1;
    }
  }
  return taken;
}

/**
 * Fetches one artifact, opens the copy with all checks that need no network, and acknowledges it
 * with a signed receipt. @throws NOT_FOUND when the artifact is not open to this reader.
 */
async function take({ session, copies }: Desk, alert: string, artifact: string): Promise<void> {
  const file = await fetchCopy(session, alert, artifact);
  const { manifest, content } = await acknowledge(session, file);
  const { artifact: given, kind } = manifest;
  copies.push({ alert, artifact: given, kind, content: Buffer.from(content), unproven: file });
}

/** @throws as the check that failed: an issuer that breaks its word ends the story. */
async function proveAll({ session, copies }: Desk, now: number): Promise<number> {
  let proven = 0;
  for (const copy of copies) {
    if (copy.unproven === null) continue;
    const outcome = await verifyCopy(session, copy.unproven, now);
    switch (outcome.state) {
      case 'verified':
        copy.unproven = null;
        proven += 1;
        break;
      case 'pending':
        throw new TocsinError('INTERNAL', 'verify: expected the promised time to have passed');
      case 'broken':
      case 'refused':
        throw outcome.error;
    }
  }
  return proven;
}
