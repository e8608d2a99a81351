import { fingerprint } from '../../crypto/age/keys.ts';
import { seal } from '../../crypto/age/seal.ts';
import { nameOfHalf, splitKey } from '../../crypto/split.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AlertId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../../domain/instant.ts';
import { formatHalf } from '../../formats/mark-key-half.ts';
import type { Entry } from '../../marking/decoder/fresh.ts';
import type { FrozenEvidence } from '../../marking/decoder/frozen.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import { custodyById, type Officer } from '../../store/custody-store.ts';
import type { Tx } from '../../store/database.ts';
import { deliveriesOf } from '../../store/delivery-reader.ts';
import { recordEvent } from '../../store/event-writer.ts';
import { enterReadings, evidenceHead } from '../../store/evidence-store.ts';
import { lockToChange, lockTraces } from '../../store/locks.ts';
import {
  type DueToSeal,
  dueToSeal,
  replaceMarkKey,
  type SealedHalf,
} from '../../store/sealed-key-store.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { markKeyOf } from '../keyring.ts';
import { inThread } from '../thread.ts';
import { evidenceOfAlert, keepFrozen } from './evidence-entries.ts';

const THREAD = new URL('./freeze-evidence-thread.ts', import.meta.url);
/** As long as scoring has, which computes the same and more. */
const MAX_MS = 5 * MINUTE_MS;

/**
 * Seals every mark key whose time is over to the two officers of its programme, and takes it away.
 * Each alert is a transaction of its own: killed anywhere, the next run goes on with what is left.
 * @throws what the first alert that could not be sealed threw, after all others were.
 */
export async function sealDue(context: Context, now: Instant): Promise<void> {
  const due = await context.store.issuer((tx) => dueToSeal(tx, now));
  const failed: unknown[] = [];
  for (const one of due) {
    await sealMarkKey(context, one, now).catch((error: unknown) => failed.push(error));
  }
  if (failed.length > 0) throw failed[0];
}

/**
 * What was read of the alert is frozen first, in a thread, outside any transaction; when something
 * was read or fetched meanwhile, it is frozen again.
 */
async function sealMarkKey(context: Context, due: DueToSeal, now: Instant): Promise<void> {
  const { alert } = due;
  for (let done = false; !done; ) {
    const facts = await context.store.issuer((tx) => factsOf(context, tx, due, now));
    const { entries } = facts;
    const frozen = entries.length === 0 ? null : await freeze(entries);
    await context.reached('seal.frozen');
    try {
      done = await context.store.issuer((tx) =>
        commit(context, tx, due, { ...facts, frozen }, now),
      );
    } finally {
      // Also where the commit only seemed to fail: nobody else would take it from memory.
      context.keys.forget(alert);
      context.renders.forget(alert);
    }
  }
  await context.reached('seal.committed');
}

function freeze(entries: readonly Entry[]): Promise<FrozenEvidence | null> {
  return inThread<FrozenEvidence | null>(THREAD, 'evidence', entries, MAX_MS);
}

type Facts = {
  readonly entries: readonly Entry[];
  /** How many readings the programme's evidence has, and the alert deliveries. */
  readonly readings: number;
  readonly deliveries: number;
};

async function factsOf(context: Context, tx: Tx, due: DueToSeal, now: Instant): Promise<Facts> {
  const { alert, programme } = due;
  await lockTraces(tx);
  const { readings } = await enterReadings(tx, { programme, actor: SYSTEM, at: now });
  return {
    entries: await evidenceOfAlert(context, tx, programme, alert),
    readings,
    deliveries: (await deliveriesOf(tx, alert)).length,
  };
}

/** Whether nothing is left to do: sealed now, or not due any more. */
async function commit(
  context: Context,
  tx: Tx,
  { alert, programme }: DueToSeal,
  facts: Facts & { readonly frozen: FrozenEvidence | null },
  now: Instant,
): Promise<boolean> {
  await lockToChange(tx, programme);
  await lockTraces(tx);
  const [due] = (await clockDoubted(tx)) ? [] : await dueToSeal(tx, now, alert);
  if (!due) return true;
  const { readings } = await evidenceHead(tx, programme);
  const deliveries = (await deliveriesOf(tx, alert)).length;
  if (readings !== facts.readings || deliveries !== facts.deliveries) return false;
  const custody = await custodyById(tx, due.custody);
  if (!custody?.second) throw new TocsinError('INTERNAL', 'custody: expected an accepted one');
  const act = { programme, actor: SYSTEM, at: now };
  const { frozen } = facts;
  const kept = await keepFrozen(context, tx, act, { alert, frozen, readings });
  const key = markKeyOf(await context.keys.alert(tx, alert));
  const halves = sealedHalves(alert, key, [custody.first, custody.second]);
  await context.reached('seal.split');
  await replaceMarkKey(tx, { alert, custody: custody.id, halves, ...kept, at: now });
  await recordEvent(tx, {
    type: 'mark_key_sealed',
    ...act,
    data: {
      ...{ alert, custody: custody.id },
      first: fingerprint(custody.first.recipient),
      second: fingerprint(custody.second.recipient),
    },
  });
  return true;
}

function sealedHalves(
  alert: AlertId,
  key: Buffer,
  [first, second]: readonly [Officer, Officer],
): [SealedHalf, SealedHalf] {
  const [one, other] = splitKey(key);
  return [sealedHalf(alert, 1, one, first), sealedHalf(alert, 2, other, second)];
}

function sealedHalf(alert: AlertId, nth: 1 | 2, half: Buffer, officer: Officer): SealedHalf {
  const text = formatHalf({ alert, nth, half: half.toString('hex') });
  return { sealed: seal([officer.recipient], Buffer.from(text)), name: nameOfHalf(alert, half) };
}
