import { sha256 } from '../crypto/hash.ts';
import type { Signer } from '../crypto/sign.ts';
import { TocsinError } from '../domain/errors.ts';
import { receiptSigningBytes } from '../formats/receipt.ts';
import { openMemberApi } from './api.ts';
import { Checklist } from './checklist.ts';
import { checkCopy, type OpenedCopy } from './open-copy.ts';
import { loadMember, type Member, type Session } from './session.ts';

/**
 * Signs the receipt of a copy and gives it to the issuer; giving it again changes nothing. Only a
 * copy that passes the checks of `openCopy` is acknowledged.
 * @param file the sealed file exactly as fetched: its hash is part of the receipt.
 * @throws as `openCopy` and `Api`.
 */
export async function acknowledge(session: Session, file: Uint8Array): Promise<OpenedCopy> {
  const member = await loadMember(session);
  const copy = await checkCopy(member, file, new Checklist());
  const signer = signerFor(member, copy.manifest.keyFingerprint);
  const claim = {
    delivery: copy.manifest.delivery,
    manifestSha256: sha256(Buffer.from(copy.manifestJson)),
    ciphertextSha256: sha256(file),
  };
  const answer = await openMemberApi(session, member).postJson('/v1/receipts', {
    delivery: claim.delivery,
    manifestSha256: claim.manifestSha256.toString('hex'),
    ciphertextSha256: claim.ciphertextSha256.toString('hex'),
    signature: signer.sign(receiptSigningBytes(claim)).toString('base64'),
  });
  requireTaken(answer);
  return copy;
}

/** The signing key that came with the key a copy was sealed to, which `checkCopy` has found. */
function signerFor({ own }: Member, fingerprint: string): Signer {
  const keys = own.find((one) => one.fingerprint === fingerprint);
  if (keys !== undefined) return keys.signer;
  throw new TocsinError('INTERNAL', 'receipt: expected the keys of a copy that was opened');
}

/** @throws INVALID_INPUT unless the server says that it took it. */
export function requireTaken(answer: unknown): void {
  const taken =
    typeof answer === 'object' &&
    answer !== null &&
    'acknowledged' in answer &&
    answer.acknowledged === true;
  if (taken) return;
  throw new TocsinError(
    'INVALID_INPUT',
    'acknowledgement: expected it taken, found another answer',
    {
      field: 'acknowledged',
    },
  );
}
