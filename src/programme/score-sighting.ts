import { decryptColumn } from '../crypto/column.ts';
import type { AlertId, ParticipantId, ReaderId, SightingId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { CommittedReading, Scored } from '../marking/decoder/score-readings.ts';
import type { Reading } from '../marking/reading.ts';
import type { Tx } from '../store/database.ts';
import { deliveriesOf } from '../store/delivery-reader.ts';
import { lockTraces } from '../store/locks.ts';
import { programmeById } from '../store/programme-store.ts';
import { looksSpent, readingsOf } from '../store/trace-store.ts';
import type { PersonCaller } from './act.ts';
import { approvedSighting } from './approved-sighting.ts';
import type { Context } from './context.ts';
import { renderingsOf } from './render-shelf.ts';
import { inThread } from './thread.ts';
import { storedReport, storeReport, type TraceReport } from './trace-report.ts';

/** What the thread is given: the readings with what scoring them takes, and the last look spent. */
export type Scoring = { readonly readings: readonly CommittedReading[]; readonly spent: number };

type Facts = Scoring & { readonly hashes: readonly string[] };

const THREAD = new URL('./score-readings-thread.ts', import.meta.url);

/**
 * Scores the committed readings of a sighting and keeps the report. Scoring runs in a thread,
 * outside any transaction, under the next looks of the error budget. When another trace has spent
 * those meanwhile, it is done again under those that follow.
 * @throws LIMIT_EXCEEDED, see `inThread`.
 */
export async function scoreSighting(
  context: Context,
  caller: PersonCaller,
  sighting: SightingId,
  now: Instant,
): Promise<TraceReport> {
  for (;;) {
    const facts = await context.store.issuer((tx) => factsOf(context, tx, sighting));
    const { readings, spent } = facts;
    const scored = await inThread<Scored>(THREAD, 'readings', { readings, spent });
    const report = await context.store.issuer((tx) =>
      commit(context, tx, caller, sighting, facts, scored, now),
    );
    if (report) return report;
  }
}

async function factsOf(context: Context, tx: Tx, id: SightingId): Promise<Facts> {
  const { programme } = await approvedSighting(tx, id);
  const { readerCap: cap } = await programmeById(tx, programme);
  const readings: CommittedReading[] = [];
  const hashes: string[] = [];
  for (const row of await readingsOf(tx, id)) {
    const aad = `sighting/${id}/reading/${row.alert}`;
    const json = decryptColumn(context.keys.sightings, aad, row.readingEnc).toString();
    const reading = JSON.parse(json) as Reading;
    const empty = reading.slots.every(({ value }) => value === null);
    if (empty && reading.strings.length === 0) continue;
    hashes.push(row.sha256);
    readings.push({ reading, cap, ...(await keysAndHolders(context, tx, row.alert)) });
  }
  return { readings, hashes, spent: await looksSpent(tx) };
}

async function keysAndHolders(context: Context, tx: Tx, alert: AlertId) {
  const keys = await context.keys.alert(tx, alert);
  const renderings = await renderingsOf(context.renders, tx, alert, keys);
  return {
    // A copy of its own: cloning a view takes along the memory around it.
    key: Uint8Array.from(keys.mark),
    canaries: renderings
      .flatMap(({ table }) => table.slots)
      .filter((slot) => slot.kind === 'canary'),
    participants: await holdersOf(tx, alert),
  };
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

/** The report, kept now or by another run; null when the looks are no longer the next ones. */
async function commit(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  id: SightingId,
  { readings, hashes, spent }: Facts,
  { results, look }: Scored,
  now: Instant,
): Promise<TraceReport | null> {
  const sighting = await approvedSighting(tx, id);
  const earlier = await storedReport(context, tx, id);
  if (earlier) return earlier;
  await lockTraces(tx);
  if ((await looksSpent(tx)) !== spent) return null;
  const alerts = readings.flatMap(({ reading }, index) => {
    const result = results[index] ?? null;
    const { alert, coverage } = reading;
    return result === null ? [] : [{ alert, reading: hashes[index] ?? '', coverage, result }];
  });
  const report: TraceReport = { v: 1, sighting: id, sample: sighting.sampleSha256, alerts };
  await storeReport(context, tx, caller, sighting, report, look, now);
  return report;
}
