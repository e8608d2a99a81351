import { TocsinError } from '../../domain/errors.ts';
import { type Packet, packetsOf, TAG } from './packets.ts';

/** Whether a file begins as a binary OpenPGP message does, and no age file. */
export function looksLikeOpenpgp(file: Uint8Array): boolean {
  return ((file[0] ?? 0) & 0x80) !== 0;
}

/**
 * The key id, 16 hex digits in upper case, that a sealed copy is for: one version 3 session key
 * packet and protected data after it, nothing else. So no password is ever asked for, and no key
 * but the one named is tried.
 * @throws SEAL_MALFORMED on any other message, by name where its data has no integrity protection.
 */
export function keyIdOfMessage(file: Uint8Array): string {
  const packets = whole(file);
  if (packets.some(({ tag }) => tag === TAG.encryptedUnprotected)) {
    throw malformed('data with integrity protection', 'data without');
  }
  const [session, data, ...more] = packets;
  const fits = session?.tag === TAG.sessionKey && data?.tag === TAG.encrypted && more.length === 0;
  if (!fits || session.body[0] !== 3 || session.body.length < 9) {
    throw malformed('one session key and protected data', 'other packets');
  }
  return session.body.subarray(1, 9).toString('hex').toUpperCase();
}

function whole(file: Uint8Array): Packet[] {
  try {
    return packetsOf(file);
  } catch (cause) {
    if (!(cause instanceof TocsinError)) throw cause;
    throw malformed('whole packets', 'others', cause);
  }
}

function malformed(expected: string, found: string, cause?: unknown): TocsinError {
  const text = `OpenPGP message: expected ${expected}, found ${found}`;
  return new TocsinError('SEAL_MALFORMED', text, { cause });
}
