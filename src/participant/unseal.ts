import { open } from '../crypto/age/open.ts';
import { keyIdOfMessage, looksLikeOpenpgp } from '../crypto/openpgp/message.ts';
import { TocsinError } from '../domain/errors.ts';
import { MAX_COPY_BYTES } from './api.ts';
import { toolOf } from './own-keys.ts';
import type { Member } from './session.ts';

/**
 * What is in a sealed file, opened with any key of the member's.
 * @throws SEAL_MALFORMED, SEAL_NO_MATCH, SEAL_TAMPERED, UNSUPPORTED, LIMIT_EXCEEDED.
 */
export async function unseal({ own, openpgp }: Member, file: Uint8Array): Promise<Uint8Array> {
  if (looksLikeOpenpgp(file)) {
    const keyId = keyIdOfMessage(file);
    const mine = own.some(
      ({ secret }) => secret.kind === 'openpgp' && secret.key.encrypts.endsWith(keyId),
    );
    if (mine) return toolOf(openpgp).decrypt(file, MAX_COPY_BYTES);
    throw new TocsinError('SEAL_NO_MATCH', `seal: expected a key of yours, found key ${keyId}`);
  }
  const identities = own.flatMap(({ secret }) => (secret.kind === 'age' ? [secret.identity] : []));
  if (identities.length > 0) return open(identities, file);
  throw new TocsinError('SEAL_NO_MATCH', 'seal: expected an OpenPGP message, found another file');
}
