import { sha256 } from '../../crypto/hash.ts';
import { recipientFingerprint } from '../../crypto/openpgp/recipient.ts';
import { newId } from '../../crypto/random.ts';
import type { Enrolment } from '../../domain/enrolment.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { ParticipantId, ProgrammeId, ReaderId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { joinSigningBytes } from '../../formats/join-proof.ts';
import type { Tx } from '../../store/database.ts';
import type { Act } from '../../store/event-writer.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import {
  countReaders,
  enrolmentOf,
  firstProgrammeOf,
  invitationByHash,
  readersOf,
} from '../../store/participant-reader.ts';
import {
  insertInvitedReader,
  joinReader,
  requireFreeName,
} from '../../store/participant-writer.ts';
import { programmeById } from '../../store/programme-store.ts';
import { appointFirst, noticeReaders } from '../../store/reader-role-store.ts';
import { actorOf, once, type PersonCaller, SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { issueToken } from '../people/people.ts';
import { type BroughtKeys, checkBrought } from './brought-keys.ts';
import { checkEnrolment } from './check-enrolment.ts';
import { hashInvitation, newInvitation } from './invitation-secret.ts';
import { requireGoodStanding } from './key-report.ts';
import { proposeMemberChange, type Waiting } from './member-change.ts';
import { checkAgreement } from './publish-terms.ts';
import { bringNext } from './rotate-keys.ts';

/**
 * Proposes a participant: it is admitted when a second person confirms it, under the id that is
 * told now, and decided at once for alerts whose waves have begun.
 * @throws CONFLICT when the name is taken.
 */
export async function proposeParticipant(
  context: Context,
  caller: PersonCaller,
  programme: ProgrammeId,
  input: { readonly name: string; readonly enrolment: Enrolment },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ participant: ParticipantId; proposal: Waiting }> {
  checkName(input.name);
  return once(context, key, now, async (tx) => {
    await lockToChange(tx, programme);
    checkEnrolment(await context.policies.active(tx, programme), input.enrolment);
    await checkAgreement(tx, programme, input.enrolment.agreement);
    await requireFreeName(tx, input.name);
    const participant = newId<ParticipantId>();
    const { name, enrolment: after } = input;
    const content = { kind: 'admission', participant, name, after } as const;
    const proposal = await proposeMemberChange(context, tx, caller, programme, content, now);
    return { participant, proposal };
  });
}

function checkName(name: string): void {
  const clean = name.trim();
  if (clean === '' || clean.length > 200) throw invalid('name', '1 to 200 characters', name);
}

export const MAX_READERS_PER_PARTICIPANT = 50;

/** Invites one reader. The secret is shown this once; it serves for one join within 14 days. */
export async function inviteReader(
  context: Context,
  caller: PersonCaller | 'system',
  programme: ProgrammeId,
  participant: ParticipantId,
  label: string,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ reader: ReaderId; invitation: string }> {
  checkReaderLabel(label);
  const actor: Actor = caller === 'system' ? SYSTEM : actorOf(caller);
  return once(context, key, now, async (tx) => {
    // Two invitations at once must not both see the last free place under the cap.
    await lockToChange(tx, programme);
    if (!(await enrolmentOf(tx, programme, participant))) {
      throw new TocsinError('NOT_FOUND', 'participant: expected one of this programme', {
        field: 'participant',
      });
    }
    const known = await readersOf(tx, participant);
    const act = { programme, actor, at: now };
    const invited = await inviteTo(tx, act, [programme], participant, label);
    // Whom the issuer lets read for a participant is that participant's to know.
    if (known.some(({ joinedAt }) => joinedAt !== null)) await noticeReaders(tx, participant, now);
    return invited;
  });
}

/** @throws INVALID_INPUT */
export function checkReaderLabel(label: string): void {
  if (label.trim() === '' || label.length > 100) {
    throw invalid('label', '1 to 100 characters', label);
  }
}

/** The same within an act that holds the exclusive locks of these programmes, each with a seat. */
export async function inviteTo(
  tx: Tx,
  act: Act,
  programmes: readonly ProgrammeId[],
  participant: ParticipantId,
  label: string,
): Promise<{ reader: ReaderId; invitation: string }> {
  for (const programme of programmes) await checkReaderLimits(tx, programme, participant);
  const reader = newId<ReaderId>();
  const { secret, hash: invitationHash, expiresAt } = newInvitation(act.at);
  const invited = { id: reader, participant, label, invitationHash, expiresAt };
  await insertInvitedReader(tx, act, invited);
  return { reader, invitation: secret };
}

async function checkReaderLimits(tx: Tx, programme: ProgrammeId, participant: ParticipantId) {
  const own = await readersOf(tx, participant);
  if (own.length >= MAX_READERS_PER_PARTICIPANT) {
    throw new TocsinError(
      'LIMIT_EXCEEDED',
      `readers: expected at most ${MAX_READERS_PER_PARTICIPANT} of one participant`,
    );
  }
  const { readerCap: cap } = await programmeById(tx, programme);
  const count = await countReaders(tx, programme);
  if (count >= cap) {
    // How many all members have together is nothing for one of them to know.
    throw new TocsinError(
      'LIMIT_EXCEEDED',
      'readers: expected a place under the declared cap, which every trace counts on',
    );
  }
}

export type JoinRequest = {
  readonly invitation: string;
  /** That was told beside it, where two persons of the issuer invited. */
  readonly code?: string;
} & BroughtKeys;

/**
 * Redeems an invitation: enrols the reader's keys and gives it its token. The first keys of a
 * reader are in force at once; those in place of reported ones, a day later.
 * @throws KEY_INVALID, UNSUPPORTED, LIMIT_EXCEEDED, SIGNATURE_INVALID as `checkBrought`.
 * @throws NOT_FOUND for an invitation unknown, used, expired or without its code, equal in bytes.
 */
export async function redeemInvitation(
  context: Context,
  request: JoinRequest,
  now: Instant,
): Promise<{ reader: ReaderId; participant: ParticipantId; token: string }> {
  const signed = joinSigningBytes(sha256(Buffer.from(request.invitation)), request.recipient);
  const keyEndsAt = await checkBrought(request, signed, now);
  return context.store.issuer(async (tx) => {
    const hash = hashInvitation(request.invitation, request.code ?? null);
    const invited = await invitationByHash(tx, hash);
    if (!invited || invited.expiresAt <= now) {
      throw new TocsinError('NOT_FOUND', 'invitation: expected an open one, and its code if any', {
        field: 'invitation',
      });
    }
    const programme = await firstProgrammeOf(tx, invited.participant);
    if (programme === null) {
      throw new TocsinError('NOT_FOUND', 'participant: expected an enrolment');
    }
    const actor: Actor = { kind: 'reader', id: invited.id };
    const act = { programme, actor, at: now };
    const keys = { recipient: request.recipient, signKey: request.signKey, keyEndsAt };
    if (invited.joinedAt === null) {
      const fingerprint = recipientFingerprint(request.recipient);
      await joinReader(tx, act, { ...invited, ...keys, fingerprint });
      await appointFirst(tx, act, invited);
    } else {
      // Others had its keys: these wait, and whoever is no member in good standing brings none.
      await requireGoodStanding(tx, invited.participant);
      await bringNext(tx, act, invited, keys);
    }
    const holder = { kind: 'reader', id: invited.id } as const;
    const token = await issueToken(tx, holder, ['reader'], actor, now);
    return { reader: invited.id, participant: invited.participant, token };
  });
}
