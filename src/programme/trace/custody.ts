import { fingerprint, parseRecipient } from '../../crypto/age/keys.ts';
import { newId } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { CustodyId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import {
  type Custody,
  custodiesOf,
  custodyById,
  insertCustody,
  insertSecondOfficer,
} from '../../store/custody-store.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { programmeById } from '../../store/programme-store.ts';
import { actorOf, once, type PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';

export type { Custody, Officer } from '../../store/custody-store.ts';

/** Days after disclosure beyond which a custody would be none: about ten years. */
export const MAX_AFTER_DAYS = 3_650;

/**
 * Proposes that the programme's mark keys go to two officers some days after each disclosure, the
 * caller being one of them. Nothing changes before another person accepts.
 * @throws KEY_INVALID, UNSUPPORTED for what is no age key; INVALID_INPUT for the days.
 */
export async function proposeCustody(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  { recipient, afterDays }: { readonly recipient: string; readonly afterDays: number },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<Custody> {
  if (!Number.isInteger(afterDays) || afterDays < 0 || afterDays > MAX_AFTER_DAYS) {
    throw invalid('afterDays', `0 to ${MAX_AFTER_DAYS}`, afterDays);
  }
  const own = plainRecipient(recipient);
  return once(context, key, now, async (tx) => {
    await programmeById(tx, programme);
    await lockToChange(tx, programme);
    const custody: Custody = {
      id: newId<CustodyId>(),
      ...{ programme, afterDays },
      first: { person: caller.id, recipient: own, at: now },
      second: null,
    };
    await insertCustody(tx, custody);
    await recordEvent(tx, {
      type: 'custody_proposed',
      ...{ at: now, programme, actor: actorOf(caller) },
      data: { custody: custody.id, key: fingerprint(own), afterDays },
    });
    return custody;
  });
}

/**
 * The second officer accepts, with a key of their own: from now on keys are sealed to these two.
 * What was sealed before stays with whom it was sealed to.
 * @throws SECOND_PERSON for who proposed it; CONFLICT when another one was proposed since, or
 *   somebody else accepted; INVALID_INPUT for the first officer's key; as `proposeCustody`.
 */
export async function acceptCustody(
  context: Context,
  caller: PersonCaller,
  id: CustodyId,
  recipient: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<Custody> {
  const own = plainRecipient(recipient);
  return once(context, key, now, async (tx) => {
    const custody = await lockedCustody(tx, id);
    if (custody.first.person === caller.id) {
      throw new TocsinError('SECOND_PERSON', 'custody: expected a person who did not propose it');
    }
    if (custody.second !== null) {
      const { person, recipient: theirs } = custody.second;
      if (person === caller.id && theirs === own) return custody;
      throw new TocsinError('CONFLICT', 'custody: expected a proposal, found it accepted');
    }
    if (custody.first.recipient === own) {
      throw invalid('recipient', 'another key than the first officer’s', 'the same');
    }
    const { programme } = custody;
    if ((await custodiesOf(tx, programme)).at(-1)?.id !== id) {
      throw new TocsinError('CONFLICT', 'custody: expected the last proposal, found a later one');
    }
    const second = { person: caller.id, recipient: own, at: now };
    await insertSecondOfficer(tx, id, second);
    await recordEvent(tx, {
      type: 'custody_accepted',
      ...{ at: now, programme, actor: actorOf(caller) },
      data: { custody: id, key: fingerprint(own) },
    });
    return { ...custody, second };
  });
}

async function lockedCustody(tx: Tx, id: CustodyId): Promise<Custody> {
  const known = await custodyById(tx, id);
  if (known) await lockToChange(tx, known.programme);
  // Read again under the lock: two who accept wait for each other there.
  const custody = known && (await custodyById(tx, id));
  if (custody) return custody;
  throw new TocsinError('NOT_FOUND', 'custody: expected one of this installation', {
    field: 'custody',
  });
}

/** Bech32 may be written in capitals; one key has one text here. */
function plainRecipient(recipient: string): string {
  parseRecipient(recipient);
  return recipient.toLowerCase();
}

/** The custody in force, and what was proposed since; null: there is none. */
export async function readCustody(
  context: Context,
  programme: ProgrammeId,
): Promise<{ inForce: Custody | null; proposed: Custody | null }> {
  return context.store.issuer(async (tx) => {
    await programmeById(tx, programme);
    const all = await custodiesOf(tx, programme);
    const last = all.at(-1) ?? null;
    return {
      inForce: all.findLast(({ second }) => second !== null) ?? null,
      proposed: last?.second === null ? last : null,
    };
  });
}
