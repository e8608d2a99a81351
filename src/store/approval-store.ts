import type { AlertId, ProgrammeId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import { type Act, recordEvent } from './event-writer.ts';

/** Whether approvals of a programme's plans are to be signed. */
export async function wantsSignatures(tx: Tx, programme: ProgrammeId): Promise<boolean> {
  const row = await tx
    .selectFrom('programme')
    .select('signed_approvals')
    .where('id', '=', programme)
    .executeTakeFirst();
  // Unknown is yes: nothing is approved for want of an answer.
  return row?.signed_approvals ?? true;
}

/** False: there is no such programme. */
export async function setSigning(tx: Tx, act: Act, required: boolean): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('programme')
    .set({ signed_approvals: required })
    .where('id', '=', act.programme)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  const state = required ? 'required' : 'optional';
  await recordEvent(tx, { type: 'signing_changed', ...act, data: { state } });
  return true;
}

/** Keeps what an authenticator signed, whole: anybody with its public key can check it again. */
export async function insertSignature(
  tx: Tx,
  act: Act,
  signed: {
    readonly id: string;
    readonly alert: AlertId;
    readonly plan: string;
    readonly passkey: string;
    readonly nonce: string;
    /** Hash of what was said beside the plan, hex. */
    readonly said: string;
    readonly clientData: Buffer;
    readonly authenticatorData: Buffer;
    readonly signature: Buffer;
    /** SHA-256 of the signature, hex. */
    readonly hash: string;
  },
): Promise<void> {
  const { alert, plan, passkey } = signed;
  await tx
    .insertInto('approval_signature')
    .values({
      id: signed.id,
      alert_id: alert,
      plan_sha256: plan,
      passkey_id: passkey,
      nonce: signed.nonce,
      said_sha256: signed.said,
      client_data: signed.clientData,
      authenticator_data: signed.authenticatorData,
      signature: signed.signature,
      at: new Date(act.at),
    })
    .execute();
  const data = { alert, plan, passkey, signature: signed.hash };
  await recordEvent(tx, { type: 'approval_signed', ...act, data });
}
