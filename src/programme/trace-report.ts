import { canonicalJson } from '../crypto/canonical.ts';
import { decryptColumn, encryptColumn } from '../crypto/column.ts';
import { sha256Hex } from '../crypto/hash.ts';
import type { AlertId, SightingId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { EvidenceResult, TraceResult } from '../marking/decoder/result.ts';
import type { Reading } from '../marking/reading.ts';
import type { Tx } from '../store/database.ts';
import { recordEvent } from '../store/event-writer.ts';
import type { EvidenceHead } from '../store/evidence-store.ts';
import { insertTraceReport, type Sighting, traceReportOf } from '../store/trace-store.ts';
import { actorOf, type PersonCaller } from './act.ts';
import type { Context } from './context.ts';

/** What a trace found, per alert of which the sample showed slots or a canary, and over alerts. */
export type TraceReport = {
  /** 1: made before there was evidence over alerts. */
  readonly v: 1 | 2;
  readonly sighting: SightingId;
  readonly sample: string;
  readonly alerts: readonly {
    readonly alert: AlertId;
    /** Hash of the reading as committed to the ledger before scoring. */
    readonly reading: string;
    readonly coverage: Reading['coverage'];
    readonly result: TraceResult;
  }[];
  /**
   * Whom the sample identifies alone or together with all that was read before in the programme:
   * the answer. `readings` and `list` name what entered, as the ledger does. Null where the sample
   * shows no slot.
   */
  readonly evidence: (EvidenceResult & EvidenceHead) | null;
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
 * Reports stored before this was settled list the scores of others too: they are not told. Before
 * mixtures with the authored text were told apart, none was found; before alerts were put together,
 * there is no evidence over them.
 */
function ofTheIdentified(report: TraceReport): TraceReport {
  const alerts = report.alerts.map(({ result, ...alert }) => ({
    ...alert,
    result: {
      ...result,
      mixed: (result as Partial<TraceResult>).mixed ?? false,
      participants: result.participants.filter(({ identified }) => identified),
      readers: result.readers.filter(({ identified }) => identified),
    },
  }));
  return { ...report, alerts, evidence: (report as Partial<TraceReport>).evidence ?? null };
}
