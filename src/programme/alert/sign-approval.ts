import { canonicalJson } from '../../crypto/canonical.ts';
import { lp, sha256, sha256Hex } from '../../crypto/hash.ts';
import { type Assertion, isRolledBack } from '../../crypto/passkey.ts';
import { newId, randomBytes } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { AlertId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { insertSignature, setSigning, wantsSignatures } from '../../store/approval-store.ts';
import type { Tx } from '../../store/database.ts';
import { notePasskeyUse } from '../../store/passkey-store.ts';
import type { PersonCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { ask, takeWithin } from '../people/challenges.ts';
import { type RequestOptions, requestOptions, shownBy } from '../people/sign-in.ts';

/** An approval as an authenticator signed it. */
export type ApprovalSignature = {
  /** As it was asked with. */
  readonly nonce: string;
  readonly passkey: Assertion;
};

/** All that an approver says: of which plan, and what beside it. */
export type ToSign = {
  readonly alert: AlertId;
  readonly plan: string;
  /** Why they take findings of the clock upon themselves, by code. */
  readonly accept: Readonly<Record<string, string>>;
  /** Why it is to be published at once; null: it is not. */
  readonly emergency: string | null;
};

/**
 * Asks for an approver's signature over exactly this plan and what is said beside it: what an
 * authenticator signs follows from both, so that the signature is of nothing else.
 */
export async function askToApprove(
  context: Context,
  caller: PersonCaller,
  asked: ToSign,
  now: Instant,
): Promise<RequestOptions & { readonly nonce: string }> {
  const nonce = randomBytes(32).toString('base64url');
  const challenge = approvalChallenge(asked, nonce);
  await ask(context, 'approve', [caller.id, asked.alert, asked.plan], now, challenge);
  return { ...requestOptions(context, challenge), nonce };
}

/** What is signed, base64url: docs/api.md says the same. */
export function approvalChallenge(signed: ToSign, nonce: string): string {
  const { alert, plan } = signed;
  return sha256(lp('tocsin/approval/v2', alert, plan, hashOfSaid(signed), nonce)).toString(
    'base64url',
  );
}

/** Why somebody accepts a finding is content: what is kept beside the signature is its hash. */
function hashOfSaid({ accept, emergency }: ToSign): string {
  return sha256Hex(Buffer.from(canonicalJson({ accept: { ...accept }, emergency })));
}

/**
 * Checks and keeps the signature of an approval, in the transaction of the approval itself: without
 * it the challenge is not used up, and an authenticator signs nothing else for it.
 * @throws SIGNATURE_INVALID for anything but the caller's own over this plan; SIGN_IN_NEEDED where
 *   the programme wants one and none was given.
 */
export async function keepSignature(
  context: Context,
  tx: Tx,
  act: { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant },
  caller: PersonCaller,
  said: ToSign,
  signature: ApprovalSignature | null,
): Promise<void> {
  if (signature === null) {
    if (!(await wantsSignatures(tx, act.programme))) return;
    const expected = 'approval: expected the signature of a passkey, as the programme requires';
    throw new TocsinError('SIGN_IN_NEEDED', expected, { field: 'signature' });
  }
  const { nonce, passkey: answer } = signature;
  const { alert, plan } = said;
  const challenge = approvalChallenge(said, nonce);
  const asked = await takeWithin(tx, 'approve', [caller.id, alert, plan], challenge, act.at);
  if (!asked) throw notSigned();
  const shown = await shownBy(context, tx, challenge, answer).catch((error: unknown) => {
    const known = error instanceof TocsinError && error.code === 'UNAUTHENTICATED';
    throw known ? notSigned() : error;
  });
  const { passkey, counter, holder } = shown;
  if (holder.id !== caller.id || isRolledBack(passkey.counter, counter)) throw notSigned();
  await notePasskeyUse(tx, passkey.id, counter, act.at);
  const { response } = answer;
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  await insertSignature(tx, act, {
    ...{ id: newId(), alert, plan, nonce, passkey: passkey.id },
    said: hashOfSaid(said),
    clientData: bytes(response.clientDataJSON),
    authenticatorData: bytes(response.authenticatorData),
    signature: bytes(response.signature),
    hash: sha256Hex(bytes(response.signature)),
  });
}

/** From now on approvals of the programme's plans are signed, or need not be. @throws NOT_FOUND */
export async function changeSigning(
  context: Context,
  programme: ProgrammeId,
  required: boolean,
  actor: Actor,
  now: Instant,
): Promise<void> {
  const act = { programme, actor, at: now };
  if (await context.store.issuer((tx) => setSigning(tx, act, required))) return;
  throw new TocsinError('NOT_FOUND', 'programme: expected a known one', { field: 'programme' });
}

function notSigned(): TocsinError {
  const expected = "signature: expected the approver's own, by a passkey, over this plan";
  return new TocsinError('SIGNATURE_INVALID', expected, { field: 'signature' });
}
