import { sha256, sha256Hex } from '../../crypto/hash.ts';
import { randomBytes } from '../../crypto/random.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';

const INVITATION_DAYS = 14;
const SECRET_PREFIX = 'invite_';

/**
 * A secret that lets one reader bring its keys, once, and what is kept of it.
 * @param codeHash of a code that has to come with it, told to somebody else (`hashCode`).
 */
export function newInvitation(
  now: Instant,
  codeHash: string | null = null,
): {
  readonly secret: string;
  readonly hash: Buffer;
  readonly expiresAt: Instant;
} {
  const secret = SECRET_PREFIX + randomBytes(24).toString('base64url');
  const hash = hashOf(secret, codeHash);
  return { secret, hash, expiresAt: plus(now, INVITATION_DAYS * DAY_MS) };
}

/** Of an invitation as it is brought: with another code, or without its own, it is another one. */
export function hashInvitation(secret: string, code: string | null): Buffer {
  return hashOf(secret, code === null ? null : hashCode(code));
}

/** The half of a way in that is told to whoever proposes it. */
export function newCode(): { readonly code: string; readonly codeHash: string } {
  const code = randomBytes(12).toString('hex');
  return { code, codeHash: hashCode(code) };
}

function hashCode(code: string): string {
  return sha256Hex(Buffer.from(`tocsin/invitation-code/v1\n${code}`));
}

function hashOf(secret: string, codeHash: string | null): Buffer {
  if (codeHash === null) return sha256(Buffer.from(`tocsin/invitation/v1\n${secret}`));
  return sha256(Buffer.from(`tocsin/invitation/v2\n${secret}\n${codeHash}`));
}
