import type { AlertId, ParticipantId, ReaderId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { TraceResult } from '../../marking/decoder/result.ts';
import type { Spoken } from '../../marking/decoder/score-evidence.ts';
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
  /** For whom of those named the sample itself speaks, alert by alert. */
  readonly spoken: readonly Spoken[];
};

/** Puts together what a trace found, and what was permitted where it was found. */
export async function makeReport(
  context: Context,
  tx: Tx,
  sighting: Sighting,
  { scored, evidence, spoken, leftOut, unsearched }: Traced,
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
    const own = spoken.filter((one) => one.alert === alert);
    const named = { reading, result, evidence, spoken: own };
    copies.push(...(await copiesOf(context, tx, sighting, find, named)));
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

type Named = Pick<ScoredAlert, 'reading' | 'result'> & Pick<Traced, 'evidence' | 'spoken'>;

/**
 * The copies of one alert that belong to somebody named: identified by what the sample shows of
 * this alert, or named together where that speaks for them. Whoever is named for another alert is
 * no matter of this one.
 */
async function copiesOf(
  context: Context,
  tx: Tx,
  { programme }: Sighting,
  find: Find,
  { reading, result, evidence, spoken }: Named,
): Promise<NamedCopy[]> {
  const { alert, coverage } = reading;
  const copies: NamedCopy[] = [];
  for (const { participant: name } of evidence?.participants ?? []) {
    const alone = result.identified.find((one) => one.participant === name);
    const own = spoken.filter((one) => one.participant === name).map(({ reader }) => reader);
    if (!alone && !own.includes('')) continue;
    const readers = (evidence?.readers ?? [])
      .filter((one) => one.participant === name)
      .map(({ reader }) => reader)
      .filter((reader) => alone?.readers.includes(reader) || own.includes(reader));
    const participant = name as ParticipantId;
    for (const reader of readers.length === 0 ? [null] : readers) {
      const found = { alert, participant, reader: reader as ReaderId | null, coverage, find };
      copies.push({
        alert: alert as AlertId,
        participant,
        readers: reader === null ? [] : [reader],
        copyIdentified: (reader === null ? alone : alone?.readers.includes(reader))
          ? 'alone'
          : 'together',
        ...(await useAtFind(context, tx, programme, found)),
      });
    }
  }
  return copies;
}
