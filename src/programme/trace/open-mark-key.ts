import { encryptColumn } from '../../crypto/column.ts';
import { nameOfHalf } from '../../crypto/split.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { AlertId, SightingId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { alertById } from '../../store/alert-reader.ts';
import { type Custody, custodyById } from '../../store/custody-store.ts';
import type { Tx } from '../../store/database.ts';
import { type Act, recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import {
  type BroughtHalf,
  dropHalves,
  halvesFor,
  insertHalf,
  lapsedHalves,
  type SealedKey,
  sealedKeyOf,
} from '../../store/sealed-key-store.ts';
import { actorOf, once, type PersonCaller, SYSTEM } from '../act.ts';
import { unknownAlert } from '../alert/draft-alert.ts';
import type { Context } from '../context.ts';
import { approvedSighting } from './approved-sighting.ts';
import { openUntil, rowOfHalf } from './mark-keys.ts';
import { storedReport } from './trace-report.ts';

/** A sealed mark key as its officers are given it: halves that only they can open. */
export type SealedMarkKey = {
  readonly alert: AlertId;
  readonly sealedAt: Instant;
  readonly custody: Custody;
  readonly halves: readonly Buffer[];
};

/** Null while the mark key is not sealed. @throws NOT_FOUND */
export async function readSealedKey(context: Context, id: AlertId): Promise<SealedMarkKey | null> {
  return context.store.issuer(async (tx) => {
    if (!(await alertById(tx, id))) throw unknownAlert();
    const key = await sealedKeyOf(tx, id);
    const custody = key && (await custodyById(tx, key.custody));
    if (!key || !custody) return null;
    return { alert: id, sealedAt: key.at, custody, halves: key.halves.map(({ sealed }) => sealed) };
  });
}

/** What came of bringing a half: which it was, and until when both open the key; null: not yet. */
export type Brought = { readonly half: 1 | 2; readonly openUntil: Instant | null };

/**
 * An officer brings their half of a sealed mark key back, for the trace of one approved sighting.
 * When another person has brought the other half, the key is open: for that trace alone, until it
 * is done, a day at most. The half is kept encrypted until then.
 * @throws SECOND_PERSON for the other half too, and before the sighting was approved; CONFLICT for
 *   a sighting that was traced, a key not sealed, a half brought already; INVALID_INPUT for what is
 *   no half of this key.
 */
export async function bringHalf(
  context: Context,
  caller: PersonCaller,
  sighting: SightingId,
  { alert, half }: { readonly alert: AlertId; readonly half: Uint8Array },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<Brought> {
  return once(context, key, now, async (tx) => {
    const { programme } = await approvedSighting(tx, sighting);
    if (await storedReport(context, tx, sighting)) {
      throw new TocsinError('CONFLICT', 'sighting: expected one to be traced, found its report');
    }
    if ((await alertById(tx, alert))?.programme !== programme) throw unknownAlert();
    const sealed = await sealedKeyOf(tx, alert);
    if (!sealed) throw new TocsinError('CONFLICT', 'mark key: expected it sealed; it is not');
    const nth = nthOf(sealed, half);
    const act = { at: now, programme, actor: actorOf(caller) };
    const row = { alert, sighting, nth };
    if (await broughtBefore(tx, act, { ...row, person: caller.id })) return stateOf(tx, row);
    const halfEnc = encryptColumn(context.keys.sightings, rowOfHalf(row), half);
    await insertHalf(tx, { ...row, person: caller.id, halfEnc, at: now });
    await recordEvent(tx, { type: 'half_brought', ...act, data: { alert, sighting, half: nth } });
    const state = await stateOf(tx, row);
    if (state.openUntil !== null) {
      const data = { alert, sighting, until: state.openUntil };
      await recordEvent(tx, { type: 'mark_key_opened', ...act, data });
    }
    return state;
  });
}

function nthOf({ alert, halves }: SealedKey, half: Uint8Array): 1 | 2 {
  const name = nameOfHalf(alert, half);
  if (name === halves[0].name) return 1;
  if (name === halves[1].name) return 2;
  throw invalid('half', 'one of the two of this mark key', 'another');
}

/** Whether this very half was brought by this person and is kept still. */
async function broughtBefore(
  tx: Tx,
  act: Act,
  mine: Omit<BroughtHalf, 'halfEnc' | 'at'>,
): Promise<boolean> {
  const brought = await broughtFor(tx, mine);
  if (brought.length === 0) return false;
  if (openUntil(brought) <= act.at) {
    await close(tx, act, mine);
    return false;
  }
  const same = brought.find(({ nth }) => nth === mine.nth);
  if (same?.person === mine.person) return true;
  if (same) throw new TocsinError('CONFLICT', 'half: expected the other one, found it brought');
  if (brought.some(({ person }) => person === mine.person)) {
    throw new TocsinError('SECOND_PERSON', 'half: expected another person to bring the other one');
  }
  return false;
}

async function broughtFor(
  tx: Tx,
  { alert, sighting }: Pick<BroughtHalf, 'alert' | 'sighting'>,
): Promise<BroughtHalf[]> {
  return (await halvesFor(tx, sighting)).filter((half) => half.alert === alert);
}

async function stateOf(
  tx: Tx,
  half: Pick<BroughtHalf, 'alert' | 'sighting' | 'nth'>,
): Promise<Brought> {
  const brought = await broughtFor(tx, half);
  return { half: half.nth, openUntil: brought.length === 2 ? openUntil(brought) : null };
}

/** Takes away every half that was brought for a sighting: its trace is done. */
export async function closeKeysFor(tx: Tx, act: Act, sighting: SightingId): Promise<void> {
  const alerts = new Set((await halvesFor(tx, sighting)).map(({ alert }) => alert));
  for (const alert of alerts) await close(tx, act, { alert, sighting });
}

/** Takes away the halves whose time is over. */
export async function closeLapsed(context: Context, now: Instant): Promise<void> {
  await context.store.issuer(async (tx) => {
    for (const { programme, ...halves } of await lapsedHalves(tx, now)) {
      await close(tx, { programme, actor: SYSTEM, at: now }, halves);
    }
  });
}

async function close(
  tx: Tx,
  act: Act,
  { alert, sighting }: Pick<BroughtHalf, 'alert' | 'sighting'>,
): Promise<void> {
  if (!(await dropHalves(tx, { alert, sighting }))) return;
  await recordEvent(tx, { type: 'mark_key_closed', ...act, data: { alert, sighting } });
}
