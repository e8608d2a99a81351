import { decryptColumn } from '../crypto/column.ts';
import type { AlertId, ParticipantId, ProgrammeId, ReaderId, SightingId } from '../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../domain/instant.ts';
import type { Entry } from '../marking/decoder/fresh.ts';
import {
  type CommittedReading,
  type Ledgered,
  type Scored,
  showsSlots,
} from '../marking/decoder/score-readings.ts';
import type { Reading } from '../marking/reading.ts';
import type { Tx } from '../store/database.ts';
import { deliveriesOf } from '../store/delivery-reader.ts';
import {
  type EntryRow,
  type EvidenceHead,
  enterReadings,
  evidenceEntries,
  evidenceHead,
  putAdds,
} from '../store/evidence-store.ts';
import { lockTraces } from '../store/locks.ts';
import { programmeById } from '../store/programme-store.ts';
import { looksSpent, readingsOf } from '../store/trace-store.ts';
import { actorOf, type PersonCaller } from './act.ts';
import { approvedSighting } from './approved-sighting.ts';
import type { Context } from './context.ts';
import type { AlertKeys } from './keyring.ts';
import { makeReport, type ScoredAlert } from './make-report.ts';
import { renderingsOf } from './render-shelf.ts';
import { inThread } from './thread.ts';
import { storedReport, storeReport, type TraceReport } from './trace-report.ts';

/**
 * What the thread is given: the readings with what scoring them takes, the last look spent, and all
 * that was read before in the programme.
 */
export type Scoring = {
  readonly readings: readonly CommittedReading[];
  readonly spent: number;
  readonly ledgered: Ledgered;
};

type Facts = Scoring & {
  /** Of each reading its hash, and when it was committed. */
  readonly committed: readonly { readonly sha256: string; readonly readAt: Instant }[];
  readonly head: EvidenceHead;
  /** The number of each entry in the programme's evidence. */
  readonly numbers: readonly number[];
};

const THREAD = new URL('./score-readings-thread.ts', import.meta.url);

/** Scoring computes on all that the programme ever read: see `MAX_EVIDENCE_BITS`. */
const MAX_MS = 5 * MINUTE_MS;

/**
 * Scores the committed readings of a sighting, alone and with all that entered the programme's
 * evidence, and keeps the report. Scoring runs in a thread, outside any transaction, under the next
 * looks of the error budget. When another trace has spent those meanwhile, or another reading has
 * entered, it is done again.
 * @throws LIMIT_EXCEEDED, see `inThread` and `scoreEvidence`.
 */
export async function scoreSighting(
  context: Context,
  caller: PersonCaller,
  sighting: SightingId,
  now: Instant,
): Promise<TraceReport> {
  for (;;) {
    const facts = await context.store.issuer((tx) => factsOf(context, tx, caller, sighting, now));
    const { readings, spent, ledgered } = facts;
    const work: Scoring = { readings, spent, ledgered };
    const scored = await inThread<Scored>(THREAD, 'readings', work, MAX_MS);
    const report = await context.store.issuer((tx) =>
      commit(context, tx, caller, sighting, facts, scored, now),
    );
    if (report) return report;
  }
}

async function factsOf(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  id: SightingId,
  now: Instant,
): Promise<Facts> {
  const { programme } = await approvedSighting(tx, id);
  await lockTraces(tx);
  const head = await enterReadings(tx, { programme, actor: actorOf(caller), at: now });
  const { readerCap: cap } = await programmeById(tx, programme);
  const readings: CommittedReading[] = [];
  const committed: { sha256: string; readAt: Instant }[] = [];
  for (const row of await readingsOf(tx, id)) {
    const reading = openReading(context, id, row);
    if (!showsSlots(reading) && reading.strings.length === 0) continue;
    committed.push({ sha256: row.sha256, readAt: row.at });
    const { keys, participants } = await keysAndHolders(context, tx, row.alert);
    const canaries = await canariesOf(context, tx, row.alert, keys);
    readings.push({ reading, key: keyOf(keys), participants, canaries, cap });
  }
  const shows = readings.some(({ reading }) => showsSlots(reading));
  const { numbers, entries } = await entriesOf(context, tx, shows ? programme : null);
  return {
    ...{ readings, committed, head, numbers },
    ledgered: { entries, cap },
    spent: await looksSpent(tx),
  };
}

type StoredReading = Pick<EntryRow, 'alert' | 'readingEnc'>;

function openReading(context: Context, sighting: SightingId, row: StoredReading): Reading {
  const aad = `sighting/${sighting}/reading/${row.alert}`;
  const json = decryptColumn(context.keys.sightings, aad, row.readingEnc).toString();
  return JSON.parse(json) as Reading;
}

/** What the programme ever read, with the keys and holders of those alerts. */
async function entriesOf(context: Context, tx: Tx, programme: ProgrammeId | null) {
  const numbers: number[] = [];
  const entries: Entry[] = [];
  if (programme === null) return { numbers, entries };
  const known = new Map<AlertId, Pick<Entry, 'key' | 'holders'>>();
  for (const row of await evidenceEntries(tx, programme)) {
    const about = known.get(row.alert) ?? (await keyAndHolders(context, tx, row.alert));
    known.set(row.alert, about);
    numbers.push(row.nth);
    entries.push({
      reading: { ...openReading(context, row.sighting, row), strings: [] },
      ...about,
    });
  }
  return { numbers, entries };
}

async function keyAndHolders(context: Context, tx: Tx, alert: AlertId) {
  const { keys, participants } = await keysAndHolders(context, tx, alert);
  const holders = participants.flatMap(({ participant, readers }) =>
    readers.map((reader) => ({ participant, reader })),
  );
  return { key: keyOf(keys), holders };
}

async function keysAndHolders(context: Context, tx: Tx, alert: AlertId) {
  const keys = await context.keys.alert(tx, alert);
  return { keys, participants: await holdersOf(tx, alert) };
}

/** A copy of its own: cloning a view takes along the memory around it. */
function keyOf({ mark }: AlertKeys): Uint8Array {
  return Uint8Array.from(mark);
}

async function canariesOf(context: Context, tx: Tx, alert: AlertId, keys: AlertKeys) {
  const renderings = await renderingsOf(context.renders, tx, alert, keys);
  return renderings.flatMap(({ table }) => table.slots).filter((slot) => slot.kind === 'canary');
}

/** All who ever had a copy of the alert, readers grouped by participant. */
async function holdersOf(tx: Tx, alert: AlertId) {
  const readers = new Map<ParticipantId, Set<ReaderId>>();
  for (const { participant, reader } of await deliveriesOf(tx, alert)) {
    const known = readers.get(participant) ?? new Set();
    readers.set(participant, known.add(reader));
  }
  return [...readers].map(([participant, ids]) => ({ participant, readers: [...ids] }));
}

/** The report, kept now or by another run; null when something else came in between. */
async function commit(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  id: SightingId,
  { readings, committed, spent, head, numbers }: Facts,
  { results, look, evidence, adds }: Scored,
  now: Instant,
): Promise<TraceReport | null> {
  const sighting = await approvedSighting(tx, id);
  const earlier = await storedReport(context, tx, id);
  if (earlier) return earlier;
  const { programme } = sighting;
  await lockTraces(tx);
  if ((await looksSpent(tx)) !== spent) return null;
  if ((await evidenceHead(tx, programme)).readings !== head.readings) return null;
  const alerts = readings.flatMap(({ reading }, index): ScoredAlert[] => {
    const [result, about] = [results[index] ?? null, committed[index]];
    return result === null || about === undefined ? [] : [{ reading, ...about, result }];
  });
  for (const [index, count] of adds.entries()) {
    await putAdds(tx, programme, numbers[index] ?? 0, count);
  }
  const together = evidence === null ? null : { ...head, ...evidence };
  const report = await makeReport(context, tx, sighting, alerts, together, now);
  await storeReport(context, tx, caller, sighting, report, look, now);
  return report;
}
