import { canonicalJson } from '../../crypto/canonical.ts';
import { decryptColumn, encryptColumn } from '../../crypto/column.ts';
import { sha256Hex } from '../../crypto/hash.ts';
import type {
  AlertId,
  ParticipantId,
  ProgrammeId,
  ReaderId,
  SightingId,
} from '../../domain/ids.ts';
import type { Entry } from '../../marking/decoder/fresh.ts';
import type { FrozenEvidence } from '../../marking/decoder/frozen.ts';
import type { Reading } from '../../marking/reading.ts';
import type { Tx } from '../../store/database.ts';
import { deliveriesOf } from '../../store/delivery-reader.ts';
import { type Act, recordEvent } from '../../store/event-writer.ts';
import { type EntryRow, evidenceEntries } from '../../store/evidence-store.ts';
import type { SealedKey } from '../../store/sealed-key-store.ts';
import type { Context } from '../context.ts';
import { type MarkKeys, markKeyFor, requireOpened } from './mark-keys.ts';

/** What a programme ever read, as it counts in a trace. */
export type ProgrammeEvidence = {
  /** The number of each entry in the programme's evidence. */
  readonly numbers: readonly number[];
  readonly entries: readonly Entry[];
  readonly frozen: readonly FrozenEvidence[];
};

/**
 * With the keys and holders of all alerts that have one; what was read of the others counts as it
 * was frozen. @throws KEY_SEALED where something was read since.
 */
export async function programmeEvidence(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
  keys: MarkKeys,
): Promise<ProgrammeEvidence> {
  const rows = await evidenceEntries(tx, programme);
  const open = rows.filter(({ alert }) => !keys.sealed.has(alert));
  const since = rows.filter(({ alert, nth }) => nth > (keys.sealed.get(alert)?.frozenTo ?? nth));
  requireOpened(since.map(({ alert }) => alert));
  const known = new Map<AlertId, Pick<Entry, 'key' | 'holders'>>();
  for (const { alert } of open) {
    if (known.has(alert)) continue;
    const key = await markKeyFor(context, tx, keys, alert);
    if (key) known.set(alert, { key, holders: await readersHolding(tx, alert) });
  }
  return {
    numbers: open.map(({ nth }) => nth),
    entries: open.flatMap((row) => {
      const about = known.get(row.alert);
      return about ? [entryOf(context, row, about)] : [];
    }),
    frozen: [...keys.sealed.values()].flatMap((key) => openFrozen(context, key)),
  };
}

/** What was read of one alert, by the key it is about to lose. */
export async function evidenceOfAlert(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
  alert: AlertId,
): Promise<Entry[]> {
  const rows = await evidenceEntries(tx, programme);
  const { mark } = await context.keys.alert(tx, alert);
  const about = { key: Uint8Array.from(mark), holders: await readersHolding(tx, alert) };
  return rows.filter((row) => row.alert === alert).map((row) => entryOf(context, row, about));
}

function entryOf(context: Context, row: EntryRow, about: Omit<Entry, 'reading'>): Entry {
  return { reading: { ...openReading(context, row.sighting, row), strings: [] }, ...about };
}

/** A committed reading. */
export function openReading(
  context: Context,
  sighting: SightingId,
  row: Pick<EntryRow, 'alert' | 'readingEnc'>,
): Reading {
  const aad = `sighting/${sighting}/reading/${row.alert}`;
  const json = decryptColumn(context.keys.sightings, aad, row.readingEnc).toString();
  return JSON.parse(json) as Reading;
}

/** All who ever had a copy of the alert, readers grouped by participant. */
export async function holdersOf(tx: Tx, alert: AlertId) {
  const readers = new Map<ParticipantId, Set<ReaderId>>();
  for (const { participant, reader } of await deliveriesOf(tx, alert)) {
    const known = readers.get(participant) ?? new Set();
    readers.set(participant, known.add(reader));
  }
  return [...readers].map(([participant, ids]) => ({ participant, readers: [...ids] }));
}

async function readersHolding(tx: Tx, alert: AlertId) {
  return (await holdersOf(tx, alert)).flatMap(({ participant, readers }) =>
    readers.map((reader) => ({ participant, reader })),
  );
}

/** Frozen evidence as it is kept, and recorded by its hash; null: there is none. */
export async function keepFrozen(
  context: Context,
  tx: Tx,
  act: Act,
  {
    alert,
    frozen,
    readings,
  }: {
    readonly alert: AlertId;
    readonly frozen: FrozenEvidence | null;
    /** Entries of the programme's evidence up to which it was frozen. */
    readonly readings: number;
  },
): Promise<Pick<SealedKey, 'frozenEnc' | 'frozenTo'>> {
  if (frozen === null) return { frozenEnc: null, frozenTo: readings };
  const json = Buffer.from(canonicalJson(frozen));
  const data = { alert, readings, evidence: sha256Hex(json) };
  await recordEvent(tx, { type: 'evidence_frozen', ...act, data });
  const frozenEnc = encryptColumn(context.keys.sightings, rowOfFrozen(alert), json);
  return { frozenEnc, frozenTo: readings };
}

function openFrozen(context: Context, { alert, frozenEnc }: SealedKey): FrozenEvidence[] {
  if (frozenEnc === null) return [];
  const json = decryptColumn(context.keys.sightings, rowOfFrozen(alert), frozenEnc);
  return [JSON.parse(json.toString()) as FrozenEvidence];
}

function rowOfFrozen(alert: AlertId): string {
  return `alert/${alert}/frozen-evidence`;
}
