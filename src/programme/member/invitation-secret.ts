import { sha256 } from '../../crypto/hash.ts';
import { randomBytes } from '../../crypto/random.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';

const INVITATION_DAYS = 14;
const SECRET_PREFIX = 'invite_';

/** A secret that lets one reader bring its keys, once, and what is kept of it. */
export function newInvitation(now: Instant): {
  readonly secret: string;
  readonly hash: Buffer;
  readonly expiresAt: Instant;
} {
  const secret = SECRET_PREFIX + randomBytes(24).toString('base64url');
  return { secret, hash: hashInvitation(secret), expiresAt: plus(now, INVITATION_DAYS * DAY_MS) };
}

export function hashInvitation(secret: string): Buffer {
  return sha256(Buffer.from(`tocsin/invitation/v1\n${secret}`));
}
