import type { AlertId, ParticipantId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { EvidenceResult, TraceResult } from '../../marking/decoder/result.ts';
import type { Reading } from '../../marking/reading.ts';
import type { Tx } from '../../store/database.ts';
import { marksCommitted, type Sighting } from '../../store/trace-store.ts';
import type { Context } from '../context.ts';
import { type Find, requireFind } from './record-find.ts';
import type { NamedCopy, TracedAlert, TraceReport } from './trace-report.ts';
import { useAtFind } from './use-at-find.ts';

/** What scoring one alert of a sample came to, with the reading that it rests on. */
export type ScoredAlert = {
  readonly reading: Reading;
  readonly sha256: string;
  readonly readAt: Instant;
  readonly result: TraceResult;
};

/** What a trace came to. */
export type Traced = Pick<TraceReport, 'evidence' | 'leftOut' | 'unsearched'> & {
  readonly scored: readonly ScoredAlert[];
};

/** Puts together what a trace found, and what was permitted where it was found. */
export async function makeReport(
  context: Context,
  tx: Tx,
  sighting: Sighting,
  { scored, evidence, leftOut, unsearched }: Traced,
  now: Instant,
): Promise<TraceReport> {
  const find = await requireFind(context, tx, sighting.id);
  const alerts: TracedAlert[] = [];
  const copies: NamedCopy[] = [];
  for (const { reading, sha256, readAt, result } of scored) {
    const { alert, coverage } = reading;
    const marks = await marksCommitted(tx, alert);
    alerts.push({
      ...{ alert, coverage, result },
      reading: sha256,
      readAt: formatInstant(readAt),
      marks: marks && { ...marks, at: formatInstant(marks.at) },
    });
    copies.push(...(await copiesOf(context, tx, sighting, find, { reading, result, evidence })));
  }
  return {
    v: 3,
    sighting: sighting.id,
    sample: sighting.sampleSha256,
    find: { ...find, foundAt: formatInstant(find.foundAt) },
    scoredAt: formatInstant(now),
    ...{ alerts, evidence, copies, leftOut, unsearched },
  };
}

/** The copies of one alert that belong to somebody named. */
async function copiesOf(
  context: Context,
  tx: Tx,
  { programme }: Sighting,
  find: Find,
  found: Pick<ScoredAlert, 'reading' | 'result'> & { readonly evidence: EvidenceResult | null },
): Promise<NamedCopy[]> {
  const { reading, result, evidence } = found;
  const { alert, coverage } = reading;
  const copies: NamedCopy[] = [];
  for (const { participant: name, alerts } of evidence?.participants ?? []) {
    const alone = result.identified.find((one) => one.participant === name);
    if (!alone && !alerts.some((part) => part.alert === alert)) continue;
    const readers = (evidence?.readers ?? []).filter((one) => one.participant === name);
    const participant = name as ParticipantId;
    copies.push({
      alert: alert as AlertId,
      participant,
      readers: readers.map(({ reader }) => reader),
      copyIdentified: alone ? 'alone' : 'together',
      ...(await useAtFind(context, tx, programme, { alert, participant, coverage, find })),
    });
  }
  return copies;
}
