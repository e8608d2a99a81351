/** Agreements to a programme's terms: an officer signs, a person of the issuer answers. */
import { newId } from '../../crypto/random.ts';
import { verify } from '../../crypto/sign.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { AgreementId, ProgrammeId, TermsId } from '../../domain/ids.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';
import type { AgreementAnswer } from '../../domain/terms.ts';
import { termsSigningBytes } from '../../formats/terms.ts';
import {
  agreementById,
  agreementsOf,
  answerStored,
  insertAgreement,
  lastAgreement,
  type OwnAgreement,
  ownAgreements,
  type StoredAgreement,
} from '../../store/agreement-store.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import { lockToChange } from '../../store/locks.ts';
import { enrolmentOf } from '../../store/participant-reader.ts';
import { newestTerms, officerKey, type StoredTerms, termsOf } from '../../store/terms-store.ts';
import { actorOf, once, type PersonCaller, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { putEnrolment, requireEnrolled } from './apply-member-change.ts';

export type { StoredAgreement } from '../../store/agreement-store.ts';

/** Terms as a reader sees them, with what its organisation has signed of them; newest first. */
export type OwnTerms = {
  readonly terms: StoredTerms;
  readonly signed: readonly OwnAgreement[];
};

/** The newest terms of each programme of the caller's organisation. */
export async function readOwnTerms(
  context: Context,
  caller: ReaderCaller,
): Promise<{ readonly officer: boolean; readonly items: readonly OwnTerms[] }> {
  return context.store.participant(caller.participant, async (tx) => {
    const agreements = await ownAgreements(tx);
    const items = (await newestTerms(tx)).map((terms) => ({
      terms,
      signed: agreements.filter((one) => one.terms === terms.id),
    }));
    return { officer: (await officerKey(tx, caller.participant, caller.id)) !== null, items };
  });
}

/**
 * Keeps an officer's signature under the newest terms of a programme, for the issuer to answer. It
 * opens nothing yet. It is over what the member signed of them last, too: one that was refused, or
 * has lapsed, is none the second time.
 * @throws NOT_FOUND for other terms, and for a reader whose signature does not bind;
 * SIGNATURE_INVALID for one over anything else; CONFLICT while one waits.
 */
export async function signTerms(
  context: Context,
  caller: ReaderCaller,
  id: TermsId,
  signature: Buffer,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ agreement: AgreementId }> {
  const { participant } = caller;
  return once(context, key, now, async (tx) => {
    const terms = (await newestTerms(tx)).find((each) => each.id === id);
    const signKey = await officerKey(tx, participant, caller.id);
    if (!terms || !signKey || !(await enrolmentOf(tx, terms.programme, participant))) {
      throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
    }
    const follows = await lastAgreement(tx, id, participant);
    requireSignature(signKey, { terms: id, participant, sha256: terms.sha256, signature, follows });
    const agreement = newId<AgreementId>();
    const act = { programme: terms.programme, actor: actorOf(caller), at: now };
    const { sha256 } = terms;
    const signed = {
      ...{ id: agreement, participant, reader: caller.id, terms: id },
      ...{ sha256, signature, follows },
    };
    if (!(await insertAgreement(tx, act, signed))) {
      throw new TocsinError('CONFLICT', 'signature: expected none that waits to be answered');
    }
    return { agreement };
  });
}

type Signed = Pick<StoredAgreement, 'terms' | 'participant' | 'sha256' | 'signature' | 'follows'>;

function requireSignature(signKey: Buffer, { signature, ...signed }: Signed): void {
  const bytes = termsSigningBytes({ ...signed, sha256: Buffer.from(signed.sha256, 'hex') });
  if (verify(signKey, bytes, signature)) return;
  throw new TocsinError('SIGNATURE_INVALID', 'signature: expected one by the reader’s key', {
    field: 'signature',
  });
}

/** Agreements as persons of the issuer see them, newest first. */
export async function listAgreements(
  context: Context,
  programme: ProgrammeId,
): Promise<StoredAgreement[]> {
  return context.store.issuer((tx) => agreementsOf(tx, programme));
}

/**
 * A person of the issuer countersigns an agreement, bound to the hash of the terms, or refuses it.
 * Countersigned, it is the agreement that releases are decided on, from now on: what it opens is
 * granted with it.
 * @throws APPROVAL_VOID for another hash; CONFLICT for one answered, for terms that a newer version
 * has replaced, and where its officer is one no longer.
 */
export async function answerAgreement(
  context: Context,
  caller: PersonCaller,
  id: AgreementId,
  stated: { readonly answer: AgreementAnswer; readonly sha256: string },
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ expiresAt: Instant | null }> {
  return once(context, key, now, async (tx) => {
    const known = await agreementById(tx, id);
    if (!known) throw unknownAgreement();
    await lockToChange(tx, known.programme);
    // Read again under the lock: two answers wait for each other there.
    const agreement = (await agreementById(tx, id)) ?? known;
    if (agreement.answer !== null) {
      throw new TocsinError('CONFLICT', 'agreement: expected an open one, found one answered');
    }
    if (agreement.sha256 !== stated.sha256) {
      const expected = 'sha256: expected that of the terms signed; look at them again';
      throw new TocsinError('APPROVAL_VOID', expected, { field: 'sha256' });
    }
    const act = { programme: agreement.programme, actor: actorOf(caller), at: now };
    const given = { person: caller.id, answer: stated.answer };
    if (stated.answer === 'refused') {
      await answerStored(tx, act, agreement, { ...given, expiresAt: null });
      return { expiresAt: null };
    }
    await requireBinding(tx, agreement);
    const expiresAt = plus(now, agreement.validDays * DAY_MS);
    await answerStored(tx, act, agreement, { ...given, expiresAt });
    const { programme, participant } = agreement;
    const { enrolment } = await requireEnrolled(tx, programme, participant);
    const facts = { ...enrolment, agreement: { signedAt: now, expiresAt } };
    await putEnrolment(context, tx, act, participant, facts);
    return { expiresAt };
  });
}

async function requireBinding(tx: Tx, agreement: StoredAgreement): Promise<void> {
  const [newest] = await termsOf(tx, agreement.programme);
  if (newest?.id !== agreement.terms) {
    throw new TocsinError('CONFLICT', 'agreement: expected one to the newest version of the terms');
  }
  const signKey = await officerKey(tx, agreement.participant, agreement.reader);
  if (signKey === null) {
    throw new TocsinError('CONFLICT', 'agreement: expected a signer who may still sign');
  }
  requireSignature(signKey, agreement);
}

function unknownAgreement(): TocsinError {
  return new TocsinError('NOT_FOUND', 'agreement: expected one of this installation', {
    field: 'agreement',
  });
}
