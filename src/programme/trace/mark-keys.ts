import { decryptColumn } from '../../crypto/column.ts';
import { joinKey } from '../../crypto/split.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId } from '../../domain/ids.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import {
  type BroughtHalf,
  HALF_KEPT_MS,
  halvesFor,
  type SealedKey,
  sealedKeys,
} from '../../store/sealed-key-store.ts';
import type { Sighting } from '../../store/trace-store.ts';
import type { Context } from '../context.ts';

/** The mark keys of a programme that are sealed, as the trace of one sighting may use them. */
export type MarkKeys = {
  /** Those that are not opened for it. */
  readonly sealed: ReadonlyMap<AlertId, SealedKey>;
  /** Those that both officers brought back for it. */
  readonly opened: ReadonlyMap<AlertId, Buffer>;
};

export async function markKeysFor(
  context: Context,
  tx: Tx,
  { id, programme }: Pick<Sighting, 'id' | 'programme'>,
  now: Instant,
): Promise<MarkKeys> {
  const opened = new Map<AlertId, Buffer>();
  const brought = Map.groupBy(await halvesFor(tx, id), ({ alert }) => alert);
  for (const [alert, halves] of brought) {
    const [first, second] = halves;
    if (!first || !second || openUntil(halves) <= now) continue;
    opened.set(alert, joinKey(openHalf(context, first), openHalf(context, second)));
  }
  const keys = await sealedKeys(tx, programme);
  const sealed = keys.filter(({ alert }) => !opened.has(alert));
  return { sealed: new Map(sealed.map((key) => [key.alert, key])), opened };
}

/** Until when halves that were brought are kept. */
export function openUntil(halves: readonly BroughtHalf[]): Instant {
  return plus(Math.max(...halves.map(({ at }) => at)) as Instant, HALF_KEPT_MS);
}

function openHalf(context: Context, half: BroughtHalf): Buffer {
  return decryptColumn(context.keys.sightings, rowOfHalf(half), half.halfEnc);
}

/** Associated data of a half that was brought. */
export function rowOfHalf({
  sighting,
  alert,
  nth,
}: Omit<BroughtHalf, 'halfEnc' | 'at' | 'person'>) {
  return `sighting/${sighting}/half/${alert}/${nth}`;
}

/**
 * An alert's mark key for one trace, a copy of its own, as cloning a view takes along the memory
 * around it; null while it is sealed.
 */
export async function markKeyFor(
  context: Context,
  tx: Tx,
  { sealed, opened }: MarkKeys,
  alert: AlertId,
): Promise<Uint8Array | null> {
  if (sealed.has(alert)) return null;
  return Uint8Array.from(opened.get(alert) ?? (await context.keys.alert(tx, alert)).mark);
}

/** @throws KEY_SEALED naming the alerts, where there are any. */
export function requireOpened(alerts: Iterable<AlertId>): void {
  const ids = [...new Set(alerts)];
  if (ids.length === 0) return;
  throw new TocsinError(
    'KEY_SEALED',
    `mark key: expected both officers to open it for this sighting, found it sealed, of alert ` +
      ids.join(', '),
    { field: 'alert' },
  );
}
