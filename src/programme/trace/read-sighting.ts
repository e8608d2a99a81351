import { canonicalJson } from '../../crypto/canonical.ts';
import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import type { AlertId, ProgrammeId, SightingId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { showsSlots } from '../../marking/decoder/score-readings.ts';
import type { KnownAlert } from '../../marking/extract/read-sample.ts';
import type { Reading } from '../../marking/reading.ts';
import { alertsPage } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import { enterReadings } from '../../store/evidence-store.ts';
import { lockTraces } from '../../store/locks.ts';
import { insertReading, readingsOf } from '../../store/trace-store.ts';
import { actorOf, type PersonCaller } from '../act.ts';
import { apartWithin } from '../affiliations.ts';
import type { Context } from '../context.ts';
import { renderingsOf } from '../render-shelf.ts';
import { inThread } from '../thread.ts';
import { approvedSighting } from './approved-sighting.ts';
import { markKeysFor, requireOpened } from './mark-keys.ts';

/** What the thread is given: the sample, and some of the alerts it is compared with. */
export type BlindReading = { readonly sample: Uint8Array; readonly alerts: readonly KnownAlert[] };

const THREAD = new URL('./read-sample-thread.ts', import.meta.url);

/** Alerts one sample is compared with; beyond that, narrowing the search is a later issue's. */
const MAX_TRACED_ALERTS = 10_000;

/**
 * What a thread is given at a time, so that it is done within its time: this many bytes of the
 * sample, once for each alert, and of the masters, of which one byte costs as much as sixteen.
 */
const WORK_AT_A_TIME = 32 * 1024 * 1024;
const MASTER_WEIGHT = 16;

/**
 * Reads the sample blind against every released alert and commits the readings, all in one
 * transaction, unless that has been done. What read a slot enters the programme's evidence with
 * them, in this order, for good. Reading is pure computing on hostile input: it runs in a
 * thread that never sees a key, outside any transaction. Of two runs at a time both read, and the
 * readings of the first to commit stand.
 * @throws SECOND_PERSON before the sighting was approved; LIMIT_EXCEEDED, see `inThread`;
 *   KEY_SEALED for an alert of which a slot was read and whose mark key is not open for this
 *   sighting, unless such are to be left out: nothing is committed then.
 */
export async function readSighting(
  context: Context,
  caller: PersonCaller,
  sighting: SightingId,
  withoutSealed: boolean,
  now: Instant,
): Promise<void> {
  const unread = await context.store.issuer((tx) => openUnread(context, tx, sighting));
  if (!unread) return;
  const readings: Reading[] = [];
  for await (const work of portions(context, unread.sample, unread.alerts)) {
    readings.push(...(await inThread<Reading[]>(THREAD, 'sample', work)));
  }
  await context.store.issuer((tx) =>
    commit(context, tx, caller, sighting, { readings, withoutSealed }, now),
  );
}

/** The sample and the alerts to compare it with; null once its readings are committed. */
async function openUnread(context: Context, tx: Tx, id: SightingId) {
  const { programme, sampleEnc } = await approvedSighting(tx, id);
  if ((await readingsOf(tx, id)).length > 0) return null;
  const sample = decryptColumn(context.keys.sightings, `sighting/${id}/sample`, sampleEnc);
  return { sample, alerts: await releasedAlerts(tx, programme) };
}

async function releasedAlerts(tx: Tx, programme: ProgrammeId): Promise<AlertId[]> {
  const all = await alertsPage(tx, programme, null, MAX_TRACED_ALERTS);
  return all.filter(({ state }) => state !== 'draft').map(({ id }) => id);
}

/** The alerts in order, as many at a time as a thread is given. */
async function* portions(
  context: Context,
  sample: Uint8Array,
  alerts: readonly AlertId[],
): AsyncGenerator<BlindReading> {
  let [some, work]: [KnownAlert[], number] = [[], 0];
  for (const alert of alerts) {
    const known = await context.store.issuer((tx) => knownAlert(context, tx, alert));
    some.push(known);
    work += sample.length + MASTER_WEIGHT * lengthOf(known);
    if (work < WORK_AT_A_TIME) continue;
    yield { sample, alerts: some };
    [some, work] = [[], 0];
  }
  if (some.length > 0) yield { sample, alerts: some };
}

async function knownAlert(context: Context, tx: Tx, alert: AlertId): Promise<KnownAlert> {
  const keys = await context.keys.alert(tx, alert);
  const renderings = await renderingsOf(context.renders, tx, alert, keys);
  return {
    alert,
    versions: renderings.map(({ table, master }) => ({ table, text: master.toString() })),
  };
}

function lengthOf({ versions }: KnownAlert): number {
  return versions.reduce((sum, { text }) => sum + text.length, 0);
}

async function commit(
  context: Context,
  tx: Tx,
  caller: PersonCaller,
  id: SightingId,
  { readings, withoutSealed }: { readonly readings: readonly Reading[]; withoutSealed: boolean },
  now: Instant,
): Promise<void> {
  await apartWithin(caller, [['sighting', id]])(tx);
  const sighting = await approvedSighting(tx, id);
  const { programme } = sighting;
  // Another run was first: its readings are those that will be scored.
  if ((await readingsOf(tx, id)).length > 0) return;
  await lockTraces(tx);
  // A reading that entered and cannot be scored would keep every other trace waiting.
  const { sealed } = await markKeysFor(context, tx, sighting, now);
  const shut = readings.filter((one) => sealed.has(one.alert as AlertId) && showsSlots(one));
  if (!withoutSealed) requireOpened(shut.map(({ alert }) => alert as AlertId));
  for (const reading of readings.filter((one) => !shut.includes(one))) {
    const { alert, slots } = reading;
    const read = slots.filter(({ value }) => value !== null).length;
    const json = Buffer.from(canonicalJson(reading));
    const hash = sha256Hex(json);
    await insertReading(tx, {
      sighting: id,
      alert,
      sha256: hash,
      readingEnc: encryptColumn(context.keys.sightings, `sighting/${id}/reading/${alert}`, json),
      read,
      at: now,
    });
    await recordEvent(tx, {
      type: 'reading_committed',
      at: now,
      programme,
      actor: actorOf(caller),
      data: { sighting: id, alert, reading: hash, slots: slots.length, read },
    });
  }
  await enterReadings(tx, { programme, actor: actorOf(caller), at: now });
}
