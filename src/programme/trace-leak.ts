import { canonicalJson } from '../crypto/canonical.ts';
import { decryptColumn, encryptColumn } from '../crypto/column.ts';
import { sha256Hex } from '../crypto/hash.ts';
import { newId } from '../crypto/random.ts';
import { TocsinError } from '../domain/errors.ts';
import type { AlertId, ParticipantId, ProgrammeId, ReaderId, SightingId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { TraceResult } from '../marking/decoder/result.ts';
import { scoreReading } from '../marking/decoder/score.ts';
import { readSample } from '../marking/extract/read-sample.ts';
import type { Reading } from '../marking/reading.ts';
import { type AlertRow, alertById, alertsPage, artifactsOf } from '../store/alert-reader.ts';
import type { Tx } from '../store/database.ts';
import { deliveriesOf } from '../store/delivery-reader.ts';
import { recordEvent } from '../store/event-writer.ts';
import type { IdempotencyKey } from '../store/idempotency-store.ts';
import { lockTraces } from '../store/locks.ts';
import { programmeById } from '../store/programme-store.ts';
import {
  insertReading,
  insertSighting,
  insertTraceApproval,
  insertTraceReport,
  looksSpent,
  readingsOf,
  type Sighting,
  sightingForUpdate,
  traceApproved,
  traceReportOf,
} from '../store/trace-store.ts';
import { actorOf, once, type PersonCaller } from './act.ts';
import type { Context } from './context.ts';
import type { Rendering } from './render-shelf.ts';

/** Largest sample, bytes. */
export const MAX_SAMPLE_BYTES = 16 * 1024 * 1024;

/** What a trace found, per alert whose slots or strings the sample had. */
export type TraceReport = {
  readonly v: 1;
  readonly sighting: SightingId;
  readonly sample: string;
  readonly alerts: readonly {
    readonly alert: AlertId;
    /** Hash of the reading as committed to the ledger before scoring. */
    readonly reading: string;
    readonly coverage: Reading['coverage'];
    readonly result: TraceResult;
  }[];
};

/** Keeps a sample, encrypted. Its opener is the first of the two persons a trace needs. */
export async function openSighting(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  sample: Uint8Array,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ sighting: SightingId }> {
  if (sample.length === 0 || sample.length > MAX_SAMPLE_BYTES) {
    throw new TocsinError(
      'LIMIT_EXCEEDED',
      `sample: expected 1 to ${MAX_SAMPLE_BYTES} bytes, found ${sample.length}`,
      { field: 'sample' },
    );
  }
  return once(context, key, now, async (tx) => {
    const sighting = newId<SightingId>();
    const hash = sha256Hex(sample);
    await insertSighting(tx, {
      id: sighting,
      programme,
      openedBy: caller.id,
      at: now,
      sampleSha256: hash,
      sampleEnc: encryptColumn(context.keys.sightings, `sighting/${sighting}/sample`, sample),
    });
    await recordEvent(tx, {
      type: 'sighting_opened',
      at: now,
      programme,
      actor: actorOf(caller),
      data: { sighting, sample: hash, bytes: sample.length },
    });
    return { sighting };
  });
}

/** The second person's word for tracing this sample. @throws SECOND_PERSON for the opener. */
export async function approveTrace(
  context: Context,
  caller: PersonCaller,
  sightingId: SightingId,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ approved: boolean }> {
  return once(context, key, now, async (tx) => {
    const sighting = await sightingForUpdate(tx, sightingId);
    if (!sighting) throw unknownSighting();
    if (sighting.openedBy === caller.id) {
      throw new TocsinError(
        'SECOND_PERSON',
        'trace: expected a person who did not open the sighting',
      );
    }
    const approver = caller.id;
    const { openedBy, programme } = sighting;
    const added = await insertTraceApproval(tx, {
      sighting: sightingId,
      openedBy,
      approver,
      at: now,
    });
    if (added) {
      await recordEvent(tx, {
        type: 'trace_approved',
        at: now,
        programme,
        actor: actorOf(caller),
        data: { sighting: sightingId },
      });
    }
    return { approved: true };
  });
}

/**
 * Traces an approved sighting. First transaction: read blind and commit the readings to the ledger.
 * Second: only then compute codewords and score. Killed in between, the committed readings stand
 * and the next run scores those; a report once written is what every later run returns.
 */
export async function runTrace(
  context: Context,
  caller: PersonCaller,
  sightingId: SightingId,
  now: Instant,
): Promise<TraceReport> {
  const earlier = await context.store.issuer((tx) => storedReport(context, tx, sightingId));
  if (earlier) return earlier;
  await context.store.issuer((tx) => commitReadings(context, tx, caller, sightingId, now));
  await context.reached('trace.read');
  return context.store.issuer((tx) => score(context, tx, caller, sightingId, now));
}

async function approvedSighting(tx: Tx, id: SightingId): Promise<Sighting> {
  const sighting = await sightingForUpdate(tx, id);
  if (!sighting) throw unknownSighting();
  if (!(await traceApproved(tx, id))) {
    throw new TocsinError('SECOND_PERSON', 'trace: expected a second person to approve it first');
  }
  return sighting;
}

async function commitReadings(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  sightingId: SightingId,
  now: Instant,
): Promise<void> {
  const sighting = await approvedSighting(tx, sightingId);
  if ((await readingsOf(tx, sightingId)).length > 0) return;
  const sample = decryptColumn(
    context.keys.sightings,
    `sighting/${sightingId}/sample`,
    sighting.sampleEnc,
  );
  for (const alert of await releasedAlerts(tx, sighting.programme)) {
    const renderings = await renderingsOf(context, tx, alert.id);
    const versions = renderings.map(({ table, master }) => ({ table, text: master.toString() }));
    const reading = readSample({ alert: alert.id, sample, versions });
    const json = canonicalJson(reading);
    const hash = sha256Hex(Buffer.from(json));
    await insertReading(tx, {
      sighting: sightingId,
      alert: alert.id,
      sha256: hash,
      readingEnc: encryptColumn(
        context.keys.sightings,
        `sighting/${sightingId}/reading/${alert.id}`,
        Buffer.from(json),
      ),
      at: now,
    });
    await recordEvent(tx, {
      type: 'reading_committed',
      at: now,
      programme: sighting.programme,
      actor: actorOf(caller),
      data: {
        sighting: sightingId,
        alert: alert.id,
        reading: hash,
        slots: reading.slots.length,
        read: reading.slots.filter((slot) => slot.value !== null).length,
      },
    });
  }
}

async function score(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  sightingId: SightingId,
  now: Instant,
): Promise<TraceReport> {
  const sighting = await approvedSighting(tx, sightingId);
  const earlier = await storedReport(context, tx, sightingId);
  if (earlier) return earlier;
  const { readerCap } = await programmeById(tx, sighting.programme);
  await lockTraces(tx);
  const spent = await looksSpent(tx);
  let look = spent;
  const alerts: TraceReport['alerts'][number][] = [];
  for (const row of await readingsOf(tx, sightingId)) {
    const aad = `sighting/${sightingId}/reading/${row.alert}`;
    const json = decryptColumn(context.keys.sightings, aad, row.readingEnc).toString();
    const reading = JSON.parse(json) as Reading;
    if (reading.strings.length === 0 && reading.slots.every((slot) => slot.value === null))
      continue;
    look += 1;
    const renderings = await renderingsOf(context, tx, row.alert);
    const result = scoreReading({
      reading,
      key: (await context.keys.alert(tx, row.alert)).mark,
      participants: await holdersOf(tx, row.alert),
      canaries: renderings
        .flatMap(({ table }) => table.slots)
        .filter((slot) => slot.kind === 'canary'),
      cap: readerCap,
      look,
    });
    alerts.push({ alert: row.alert, reading: row.sha256, coverage: reading.coverage, result });
  }
  const report: TraceReport = { v: 1, sighting: sightingId, sample: sighting.sampleSha256, alerts };
  // A sample that shows nothing of ours was looked at all the same.
  const last = Math.max(look, spent + 1);
  await storeReport(context, tx, caller, sighting, report, last, now);
  return report;
}

async function storeReport(
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
    reportEnc: encryptColumn(context.keys.sightings, `sighting/${sighting.id}/report`, json),
    at: now,
  });
  await recordEvent(tx, {
    type: 'trace_scored',
    at: now,
    programme: sighting.programme,
    actor: actorOf(caller),
    data: {
      sighting: sighting.id,
      report: hash,
      tested: Math.max(0, ...report.alerts.map(({ result }) => result.tested)),
      look,
      identified: report.alerts.reduce((sum, { result }) => sum + result.identified.length, 0),
    },
  });
}

async function storedReport(
  context: Context,
  tx: Tx,
  sighting: SightingId,
): Promise<TraceReport | null> {
  const row = await traceReportOf(tx, sighting);
  if (!row) return null;
  const aad = `sighting/${sighting}/report`;
  return JSON.parse(
    decryptColumn(context.keys.sightings, aad, row.reportEnc).toString(),
  ) as TraceReport;
}

/** The report of a sighting. @throws NOT_FOUND before it was traced. */
export async function readTrace(context: Context, sighting: SightingId): Promise<TraceReport> {
  const report = await context.store.issuer((tx) => storedReport(context, tx, sighting));
  if (!report) throw unknownSighting();
  return report;
}

async function releasedAlerts(tx: Tx, programme: ProgrammeId): Promise<AlertRow[]> {
  const all = await alertsPage(tx, programme, null, MAX_TRACED_ALERTS);
  return all.filter((alert) => alert.state !== 'draft');
}

/** Alerts one sample is compared with; beyond that, narrowing the search is a later issue's. */
const MAX_TRACED_ALERTS = 10_000;

async function renderingsOf(context: Context, tx: Tx, alert: AlertId): Promise<Rendering[]> {
  const keys = await context.keys.alert(tx, alert);
  const renderings: Rendering[] = [];
  for (const artifact of await artifactsOf(tx, alert)) {
    renderings.push(await context.renders.open(tx, artifact, keys));
  }
  return renderings;
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

function unknownSighting(): TocsinError {
  return new TocsinError('NOT_FOUND', 'sighting: expected one of this programme', {
    field: 'sighting',
  });
}

/**
 * Who held copies of an alert's artifacts before an instant: what an unmarked find leaves to look
 * at.
 */
export async function exposureBefore(
  context: Context,
  alertId: AlertId,
  before: Instant,
): Promise<{ participant: ParticipantId; reader: ReaderId; first: Instant; copies: number }[]> {
  return context.store.issuer(async (tx) => {
    if (!(await alertById(tx, alertId))) {
      throw new TocsinError('NOT_FOUND', 'alert: expected one of this programme', {
        field: 'alert',
      });
    }
    const held = new Map<
      ReaderId,
      { participant: ParticipantId; first: Instant; copies: number }
    >();
    for (const delivery of await deliveriesOf(tx, alertId)) {
      if (delivery.at >= before) continue;
      const known = held.get(delivery.reader);
      if (known) known.copies += 1;
      else {
        const { participant, at } = delivery;
        held.set(delivery.reader, { participant, first: at, copies: 1 });
      }
    }
    return [...held].map(([reader, row]) => ({ reader, ...row }));
  });
}

/**
 * Explanations besides a participant's copy that an investigation must weigh (reference: 2012,
 * 2021, 2025 cases): none of them is excluded by timing.
 */
export const RIVAL_HYPOTHESES = [
  'issuer_insider',
  'upstream',
  'public_commit',
  'patch_diff',
  'independent_rediscovery',
  'in_the_wild_prior',
] as const;
