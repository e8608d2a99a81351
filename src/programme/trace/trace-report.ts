import { canonicalJson } from '../../crypto/canonical.ts';
import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import type { AlertId, ParticipantId, SightingId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { EvidenceResult, TraceResult } from '../../marking/decoder/result.ts';
import type { Reading } from '../../marking/reading.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { EvidenceHead } from '../../store/evidence-store.ts';
import {
  insertTraceReport,
  type MarksCommitted,
  type Sighting,
  traceReportOf,
} from '../../store/trace-store.ts';
import { actorOf, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import type { Find } from './record-find.ts';
import type { UseAtFind } from './use-at-find.ts';

/** As `T`, with its times in RFC 3339: a report is JSON as it is stored and told. */
type Told<T> = { readonly [K in keyof T]: T[K] extends Instant ? string : T[K] };

/** What a sample has of one alert. */
export type TracedAlert = {
  readonly alert: AlertId;
  /** Hash of the reading as committed to the ledger before scoring, and when that was. */
  readonly reading: string;
  readonly readAt: string | null;
  /** The commitment to mark key and slot tables that was in the ledger; null: none was found. */
  readonly marks: Told<MarksCommitted> | null;
  readonly coverage: Reading['coverage'];
  readonly result: TraceResult;
};

/**
 * Somebody named, and one alert for which the sample speaks for them. Whose copy it is and
 * whether its use was permitted where it was found are two results; neither follows from the other.
 */
export type NamedCopy = UseAtFind & {
  readonly alert: AlertId;
  readonly participant: ParticipantId;
  /** The reader, one for each of these; none: which reader's it was is undecided. */
  readonly readers: readonly string[];
  /** By this sample of this alert alone, or only by all alerts together. */
  readonly copyIdentified: 'alone' | 'together';
};

/** What a trace found, per alert of which the sample showed slots or a canary, and over alerts. */
export type TraceReport = {
  /** 1: made before there was evidence over alerts; 2: before mark keys were sealed. */
  readonly v: 1 | 2 | 3;
  readonly sighting: SightingId;
  readonly sample: string;
  /** Where and when it was found; null in a report of version 1. */
  readonly find: Told<Find> | null;
  readonly scoredAt: string | null;
  readonly alerts: readonly TracedAlert[];
  /**
   * Whom the sample identifies alone or together with all that was read before in the programme:
   * the answer. `readings` and `list` name what entered, as the ledger does. Null where the sample
   * shows no slot.
   */
  readonly evidence: (EvidenceResult & EvidenceHead) | null;
  readonly copies: readonly NamedCopy[];
  /** Alerts of which the sample shows slots, left out because their mark keys were sealed. */
  readonly leftOut: readonly AlertId[];
  /**
   * Alerts of which the sample shows no slot, and whose canaries it was not searched for, as their
   * mark keys were sealed.
   */
  readonly unsearched: readonly AlertId[];
};

/** Keeps the one report of a sighting; `look` is the last one it spent. */
export async function storeReport(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  sighting: Sighting,
  report: TraceReport,
  look: number,
  now: Instant,
): Promise<void> {
  const json = Buffer.from(canonicalJson(report));
  const hash = sha256Hex(json);
  await insertTraceReport(tx, {
    sighting: sighting.id,
    look,
    sha256: hash,
    reportEnc: encryptColumn(context.keys.sightings, rowOf(sighting.id), json),
    tracedBy: caller.id,
    at: now,
  });
  const act = { at: now, programme: sighting.programme, actor: actorOf(caller) };
  const { evidence, alerts } = report;
  if (evidence !== null) {
    const { readings, list } = evidence;
    const data = { sighting: sighting.id, readings, list };
    await recordEvent(tx, { type: 'evidence_counted', ...act, data });
  }
  await recordEvent(tx, {
    type: 'trace_scored',
    ...act,
    data: {
      sighting: sighting.id,
      report: hash,
      tested: Math.max(0, ...alerts.map(({ result }) => result.tested)),
      look,
      identified: evidence?.participants.length ?? 0,
    },
  });
}

/** The report of a sighting; null before it was traced. */
export async function storedReport(
  context: Context,
  tx: Tx,
  sighting: SightingId,
): Promise<TraceReport | null> {
  const row = await traceReportOf(tx, sighting);
  if (!row) return null;
  const json = decryptColumn(context.keys.sightings, rowOf(sighting), row.reportEnc);
  return ofTheIdentified(JSON.parse(json.toString()) as TraceReport);
}

function rowOf(sighting: SightingId): string {
  return `sighting/${sighting}/report`;
}

/**
 * Reports stored before this was settled list the scores of others too: they are not told. What
 * later versions have besides, they lack.
 */
function ofTheIdentified(report: TraceReport): TraceReport {
  const stored: Partial<TraceReport> = report;
  const alerts = report.alerts.map(({ result, ...alert }) => ({
    ...alert,
    readAt: (alert as Partial<TracedAlert>).readAt ?? null,
    marks: (alert as Partial<TracedAlert>).marks ?? null,
    result: {
      ...result,
      mixed: (result as Partial<TraceResult>).mixed ?? false,
      sensitivity: (result as Partial<TraceResult>).sensitivity ?? [],
      participants: result.participants.filter(({ identified }) => identified),
      readers: result.readers.filter(({ identified }) => identified),
    },
  }));
  const { find = null, scoredAt = null, copies = [], leftOut = [], unsearched = [] } = stored;
  const evidence = stored.evidence ? { ...NONE_FROZEN, ...stored.evidence } : null;
  return { ...report, alerts, find, scoredAt, evidence, copies, leftOut, unsearched };
}

const NONE_FROZEN = { frozen: 0 };
