import { lp, sha256, sha256Hex } from '../crypto/hash.ts';
import { type Assertion, isRolledBack } from '../crypto/passkey.ts';
import { newId, randomBytes } from '../crypto/random.ts';
import { TocsinError } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type { AlertId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { insertSignature, setSigning, wantsSignatures } from '../store/approval-store.ts';
import type { Tx } from '../store/database.ts';
import { notePasskeyUse } from '../store/passkey-store.ts';
import type { PersonCaller } from './act.ts';
import { ask, takeWithin } from './challenges.ts';
import type { Context } from './context.ts';
import { type RequestOptions, requestOptions, shownBy } from './sign-in.ts';

/** An approval as an authenticator signed it. */
export type ApprovalSignature = {
  /** As it was asked with. */
  readonly nonce: string;
  readonly passkey: Assertion;
};

type Approved = { readonly alert: AlertId; readonly plan: string };

/**
 * Asks for an approver's signature over exactly this plan: what an authenticator signs follows from
 * its digest, so that the signature is of no other.
 */
export async function askToApprove(
  context: Context,
  caller: PersonCaller,
  { alert, plan }: Approved,
  now: Instant,
): Promise<RequestOptions & { readonly nonce: string }> {
  const nonce = randomBytes(32).toString('base64url');
  const bound = [caller.id, alert, plan];
  const challenge = approvalChallenge({ alert, plan }, nonce);
  await ask(context, 'approve', bound, now, challenge);
  return { ...requestOptions(context, challenge), nonce };
}

/** What is signed, base64url: docs/api.md says the same. */
export function approvalChallenge({ alert, plan }: Approved, nonce: string): string {
  return sha256(lp('tocsin/approval/v1', alert, plan, nonce)).toString('base64url');
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
  { alert, plan }: Approved,
  signature: ApprovalSignature | null,
): Promise<void> {
  if (signature === null) {
    if (!(await wantsSignatures(tx, act.programme))) return;
    const expected = 'approval: expected the signature of a passkey, as the programme requires';
    throw new TocsinError('SIGN_IN_NEEDED', expected, { field: 'signature' });
  }
  const { nonce, passkey: answer } = signature;
  const challenge = approvalChallenge({ alert, plan }, nonce);
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
