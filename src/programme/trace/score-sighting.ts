import type { AlertId, SightingId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../../domain/instant.ts';
import {
  type CommittedReading,
  type Ledgered,
  type Scored,
  showsSlots,
} from '../../marking/decoder/score-readings.ts';
import type { Tx } from '../../store/database.ts';
import {
  type EvidenceHead,
  enterReadings,
  evidenceHead,
  putAdds,
} from '../../store/evidence-store.ts';
import { lockTraces } from '../../store/locks.ts';
import { programmeById } from '../../store/programme-store.ts';
import { putFrozen } from '../../store/sealed-key-store.ts';
import { looksSpent, readingsOf } from '../../store/trace-store.ts';
import { actorOf, type PersonCaller } from '../act.ts';
import { apartWithin } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { renderingsOf } from '../render-shelf.ts';
import { inThread } from '../thread.ts';
import { approvedSighting } from './approved-sighting.ts';
import {
  holdersOf,
  keepFrozen,
  openReading,
  type ProgrammeEvidence,
  programmeEvidence,
} from './evidence-entries.ts';
import { makeReport, type ScoredAlert } from './make-report.ts';
import { markKeyFor, markKeysFor, requireOpened } from './mark-keys.ts';
import { closeKeysFor } from './open-mark-key.ts';
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
  readonly leftOut: readonly AlertId[];
  readonly unsearched: readonly AlertId[];
};

const THREAD = new URL('./score-readings-thread.ts', import.meta.url);

/** Scoring computes on all that the programme ever read: see `MAX_EVIDENCE_BITS`. */
const MAX_MS = 5 * MINUTE_MS;

/**
 * Scores the committed readings of a sighting, alone and with all that entered the programme's
 * evidence, and keeps the report. Scoring runs in a thread, outside any transaction, under the next
 * looks of the error budget. When another trace has spent those meanwhile, or another reading has
 * entered, it is done again. With the report, the mark keys opened for it are closed.
 * @throws LIMIT_EXCEEDED, see `inThread` and `scoreEvidence`; KEY_SEALED for an alert of which the
 *   sample shows a slot and whose mark key is not open for it.
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
  const sighting = await approvedSighting(tx, id);
  const { programme } = sighting;
  await lockTraces(tx);
  const head = await enterReadings(tx, { programme, actor: actorOf(caller), at: now });
  const { readerCap: cap } = await programmeById(tx, programme);
  const keys = await markKeysFor(context, tx, sighting, now);
  const readings: CommittedReading[] = [];
  const committed: { sha256: string; readAt: Instant }[] = [];
  const [needed, unsearched]: [AlertId[], AlertId[]] = [[], []];
  const rows = await readingsOf(tx, id);
  for (const row of rows) {
    const reading = openReading(context, id, row);
    if (!showsSlots(reading) && reading.strings.length === 0) continue;
    const key = await markKeyFor(context, tx, keys, row.alert);
    const canaries = await canariesOf(context, tx, row.alert);
    if (key === null) {
      if (showsSlots(reading)) needed.push(row.alert);
      else if (canaries.length > 0) unsearched.push(row.alert);
      continue;
    }
    committed.push({ sha256: row.sha256, readAt: row.at });
    readings.push({ reading, key, participants: await holdersOf(tx, row.alert), canaries, cap });
  }
  requireOpened(needed);
  const read = new Set(rows.map(({ alert }) => alert));
  const leftOut = [...keys.sealed.keys()].filter((alert) => !read.has(alert));
  const shows = readings.some(({ reading }) => showsSlots(reading));
  const { numbers, ...all } = shows
    ? await programmeEvidence(context, tx, programme, keys)
    : NO_EVIDENCE;
  const opened = shows ? [...keys.opened.keys()] : [];
  return {
    ...{ readings, committed, head, numbers, leftOut, unsearched },
    ledgered: { ...all, opened, cap },
    spent: await looksSpent(tx),
  };
}

const NO_EVIDENCE: ProgrammeEvidence = { numbers: [], entries: [], frozen: [] };

async function canariesOf(context: Context, tx: Tx, alert: AlertId) {
  const keys = await context.keys.alert(tx, alert);
  const renderings = await renderingsOf(context.renders, tx, alert, keys);
  return renderings.flatMap(({ table }) => table.slots).filter((slot) => slot.kind === 'canary');
}

/** The report, kept now or by another run; null when something else came in between. */
async function commit(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  id: SightingId,
  { readings, committed, spent, head, numbers, leftOut, unsearched }: Facts,
  { results, look, evidence, adds, spoken, refrozen }: Scored,
  now: Instant,
): Promise<TraceReport | null> {
  await apartWithin(caller, [['sighting', id]])(tx);
  const sighting = await approvedSighting(tx, id);
  const earlier = await storedReport(context, tx, id);
  if (earlier) return earlier;
  const { programme } = sighting;
  await lockTraces(tx);
  if ((await looksSpent(tx)) !== spent) return null;
  if ((await evidenceHead(tx, programme)).readings !== head.readings) return null;
  const scored = readings.flatMap(({ reading }, index): ScoredAlert[] => {
    const [result, about] = [results[index] ?? null, committed[index]];
    return result === null || about === undefined ? [] : [{ reading, ...about, result }];
  });
  for (const [index, count] of adds.entries()) {
    await putAdds(tx, programme, numbers[index] ?? 0, count);
  }
  const together = evidence === null ? null : { ...head, ...evidence };
  const traced = { scored, evidence: together, spoken, leftOut, unsearched };
  const report = await makeReport(context, tx, sighting, traced, now);
  await storeReport(context, tx, caller, sighting, report, look, now);
  const act = { programme, actor: actorOf(caller), at: now };
  for (const { alert, frozen } of refrozen) {
    const of = { alert: alert as AlertId, frozen, readings: head.readings };
    await putFrozen(tx, of.alert, await keepFrozen(context, tx, act, of));
  }
  await closeKeysFor(tx, act, id);
  return report;
}
