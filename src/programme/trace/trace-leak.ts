import { encryptColumn } from '../../crypto/column.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import { newId } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ProgrammeId, SightingId } from '../../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';
import { MAX_SAMPLE_BYTES } from '../../marking/extract/sample.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockTraces } from '../../store/locks.ts';
import {
  insertSighting,
  insertTraceApproval,
  sightingForUpdate,
  sightingsSince,
} from '../../store/trace-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import { requireNoSideIn } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { approvedSighting, unknownSighting } from './approved-sighting.ts';
import { readSighting } from './read-sighting.ts';
import { requireFind } from './record-find.ts';
import { scoreSighting } from './score-sighting.ts';
import { storedReport, type TraceReport } from './trace-report.ts';

/**
 * Sightings that may be opened in any 24 hours: by one person, and in one programme. Each is a
 * question to the marks; who could ask any number of them could try out what a copy reads.
 */
export const SIGHTINGS_A_DAY = { person: 20, programme: 50 } as const;

/**
 * Keeps a sample, encrypted. Its opener is the first of the two persons a trace needs.
 * @throws RATE_LIMITED beyond `SIGHTINGS_A_DAY`; LIMIT_EXCEEDED for a sample above
 *   `MAX_SAMPLE_BYTES`, or none.
 */
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
    await requireNoSideIn(tx, caller.id, programme);
    await checkRate(tx, caller, programme, now);
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

async function checkRate(
  tx: Tx,
  caller: PersonCaller,
  programme: ProgrammeId,
  now: Instant,
): Promise<void> {
  await lockTraces(tx);
  const opened = await sightingsSince(tx, { person: caller.id, programme }, plus(now, -DAY_MS));
  for (const whose of ['person', 'programme'] as const) {
    if (opened[whose] < SIGHTINGS_A_DAY[whose]) continue;
    throw new TocsinError(
      'RATE_LIMITED',
      `sightings: expected at most ${SIGHTINGS_A_DAY[whose]} of one ${whose} in 24 hours`,
    );
  }
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
 * Traces an approved sighting. First the sample is read blind, and the readings are committed to
 * the ledger; only then are codewords computed and scored. Killed in between, the committed
 * readings stand and the next run scores those; a report once written is what every later run
 * returns.
 * @throws SECOND_PERSON before it was approved; CONFLICT before it was recorded where and when the
 *   sample was found (`recordFind`); LIMIT_EXCEEDED when reading or scoring takes more
 *   time or memory than `inThread` gives: nothing of it is committed then; KEY_SEALED naming alerts
 *   of which it shows a slot and whose mark keys are to be opened for it first. `withoutSealed`
 *   leaves these out, and the report says so.
 */
export async function runTrace(
  context: Context,
  caller: PersonCaller,
  sighting: SightingId,
  now: Instant,
  { withoutSealed = false }: { readonly withoutSealed?: boolean } = {},
): Promise<TraceReport> {
  const earlier = await context.store.issuer(async (tx) => {
    const report = await storedReport(context, tx, sighting);
    if (report) return report;
    await approvedSighting(tx, sighting);
    await requireFind(context, tx, sighting);
    return null;
  });
  if (earlier) return earlier;
  await readSighting(context, caller, sighting, withoutSealed, now);
  await context.reached('trace.read');
  return scoreSighting(context, caller, sighting, now);
}

/** The report of a sighting. @throws NOT_FOUND before it was traced. */
export async function readTrace(context: Context, sighting: SightingId): Promise<TraceReport> {
  const report = await context.store.issuer((tx) => storedReport(context, tx, sighting));
  if (!report) throw unknownSighting();
  return report;
}
