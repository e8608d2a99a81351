/** Keys that take the place of others: brought with the old ones, or after a report. */
import { recipientFingerprint } from '../../crypto/openpgp/recipient.ts';
import { verify } from '../../crypto/sign.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { ParticipantId, ProgrammeId, ReaderId } from '../../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';
import type { KeyReport } from '../../domain/key-report.ts';
import { reportSigningBytes, rotationSigningBytes } from '../../formats/key-proofs.ts';
import type { Tx } from '../../store/database.ts';
import type { Act } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import {
  type KeyHolder,
  keyHolder,
  putNextKeys,
  putReinvitation,
} from '../../store/reader-key-store.ts';
import { actorOf, once, type PersonCaller, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { type BroughtKeys, checkBrought } from './brought-keys.ts';
import { newCode, newInvitation } from './invitation-secret.ts';
import { endKeys, requireGoodStanding, requireHolder, unknownToCaller } from './key-report.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';

/** How long keys wait that take the place of others: time to notice what one did not do oneself. */
const WAIT_MS = DAY_MS;

/**
 * A reader brings other keys, with a signature by its signing key: the token alone does not do.
 * They are taken up a day later; until then the old ones are in force. Brought again, the later
 * ones count.
 * @throws NOT_FOUND unless its participant stands well in every programme.
 * @throws SIGNATURE_INVALID, naming the signature; KEY_INVALID and others as `checkBrought`.
 */
export async function rotateOwnKeys(
  context: Context,
  caller: ReaderCaller,
  brought: BroughtKeys & { readonly signature: Buffer },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ opensAt: Instant }> {
  return once(context, key, now, async (tx) => {
    const [programme] = await requireGoodStanding(tx, caller.participant);
    const holder = await keyHolder(tx, caller.id);
    if (!holder || holder.reported !== null || programme === undefined) throw unknownToCaller();
    const signed = rotationSigningBytes({
      reader: holder.id,
      replaces: holder.fingerprint,
      recipient: brought.recipient,
      signKey: brought.signKey,
    });
    requireSigned(holder, signed, brought.signature);
    const keyEndsAt = await checkBrought(brought, signed, now);
    const act = { programme, actor: actorOf(caller), at: now };
    return bringNext(tx, act, holder, { ...brought, keyEndsAt });
  });
}

/** Keeps checked keys until they are taken up. */
export async function bringNext(
  tx: Tx,
  act: Act,
  reader: { readonly id: ReaderId; readonly participant: ParticipantId },
  brought: {
    readonly recipient: string;
    readonly signKey: Buffer;
    readonly keyEndsAt: Instant | null;
  },
): Promise<{ opensAt: Instant }> {
  const opensAt = plus(act.at, WAIT_MS);
  const { recipient, signKey, keyEndsAt } = brought;
  const fingerprint = recipientFingerprint(recipient);
  await putNextKeys(tx, act, reader, { recipient, signKey, keyEndsAt, fingerprint, opensAt });
  return { opensAt };
}

/**
 * A reader says, signed, that the keys of another of its participant are lost or stolen. Nothing is
 * sealed to them and their tokens are dead once this has returned. The invitation serves that other
 * once, to bring other keys, which are taken up a day after.
 * @throws NOT_FOUND for whom is none of its participant, is itself, or has not joined;
 *   SIGNATURE_INVALID.
 */
export async function reportColleague(
  context: Context,
  caller: ReaderCaller,
  said: { readonly reader: ReaderId; readonly what: KeyReport; readonly signature: Buffer },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ invitation: string }> {
  return once(context, key, now, async (tx) => {
    const programmes = await requireGoodStanding(tx, caller.participant);
    for (const programme of programmes) await lockToChange(tx, programme);
    const [by, holder] = await bothHolders(tx, caller.id, said.reader);
    const [programme] = programmes;
    const theirs = holder?.participant === caller.participant && holder.id !== caller.id;
    if (!by || by.reported !== null || !holder || !theirs || !programme) throw unknownToCaller();
    const signed = reportSigningBytes(holder.id, holder.fingerprint, said.what);
    requireSigned(by, signed, said.signature);
    const act = { programme, actor: actorOf(caller), at: now };
    await endKeys(tx, act, holder, said.what);
    const { secret, ...invitation } = newInvitation(now);
    await putReinvitation(tx, act, holder, invitation);
    return { invitation: secret };
  });
}

/** In order of their ids: two who report each other do not wait for one another for ever. */
async function bothHolders(
  tx: Tx,
  one: ReaderId,
  other: ReaderId,
): Promise<[KeyHolder | null, KeyHolder | null]> {
  if (one <= other) return [await keyHolder(tx, one), await keyHolder(tx, other)];
  const second = await keyHolder(tx, other);
  return [await keyHolder(tx, one), second];
}

/**
 * One person of the issuer proposes that a reader's keys are lost or stolen; it is so when another
 * confirms, who is told an invitation for it. The code that goes with it is told here, this once:
 * they bring it to that reader. To end its tokens at once takes none of this. Keys that were
 * reported are reported again where the invitation was lost or is over.
 * @throws NOT_FOUND for whom is none of that participant or has not joined.
 */
export async function proposeKeyReport(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  about: {
    readonly participant: ParticipantId;
    readonly reader: ReaderId;
    readonly what: KeyReport;
  },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ proposal: Waiting; code: string }> {
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    await requireHolder(tx, programme, about);
    const { code, codeHash } = newCode();
    const content = { kind: 'key_report', ...about, codeHash } as const;
    const proposal = await proposeMemberChange(context, tx, caller, programme, content, now);
    return { proposal, code };
  });
}

function requireSigned({ signKey }: KeyHolder, signed: Buffer, signature: Buffer): void {
  if (verify(signKey, signed, signature)) return;
  throw new TocsinError(
    'SIGNATURE_INVALID',
    'signature: expected one by the signing key in force over exactly this',
    { field: 'signature' },
  );
}
