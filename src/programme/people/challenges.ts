import { lp, sha256 } from '../../crypto/hash.ts';
import { challengeIn } from '../../crypto/passkey.ts';
import { randomBytes } from '../../crypto/random.ts';
import { type Instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import { putChallenge, takeStoredChallenge } from '../../store/challenge-store.ts';
import type { Tx } from '../../store/database.ts';
import type { Context } from '../context.ts';

/** What an answer to a challenge is good for, and for nothing else. */
export type Purpose = 'sign_in' | 'register' | 'add' | 'verify' | 'approve' | 'oidc';

/** Time for a person to find their authenticator. */
const SERVES_MS = 5 * MINUTE_MS;

/**
 * Asks something of an authenticator: 32 bytes, base64url, answered once within five minutes. It is
 * kept as a hash, bound to what it is for and to whoever asks: a browser, a link, a session. Each
 * has one at a time; browsers are as many as somebody says, and what they leave goes in minutes.
 */
export async function ask(
  context: Context,
  purpose: Purpose,
  bound: readonly string[],
  now: Instant,
  challenge = randomBytes(32).toString('base64url'),
): Promise<string> {
  const stored = { bound: boundTo(purpose, bound), hash: hashOf(challenge) };
  await context.store.lookup((tx) =>
    putChallenge(tx, { ...stored, expiresAt: plus(now, SERVES_MS) }, now),
  );
  return challenge;
}

/**
 * The challenge that an authenticator's answer names, taken out, whatever becomes of the answer.
 * Null: it was not asked, to this end and by these, or too long ago, or it is answered.
 */
export async function takeAnswered(
  context: Context,
  purpose: Purpose,
  bound: readonly string[],
  clientDataJSON: string,
  now: Instant,
): Promise<string | null> {
  const challenge = challengeIn(clientDataJSON);
  if (challenge === null) return null;
  return (await take(context, purpose, bound, challenge, now)) ? challenge : null;
}

/** Takes a challenge out; false where there is no such open one. */
export async function take(
  context: Context,
  purpose: Purpose,
  bound: readonly string[],
  challenge: string,
  now: Instant,
): Promise<boolean> {
  return context.store.lookup((tx) => takeWithin(tx, purpose, bound, challenge, now));
}

/** The same in a transaction of the caller's: rolled back, the challenge is open again. */
export async function takeWithin(
  tx: Tx,
  purpose: Purpose,
  bound: readonly string[],
  challenge: string,
  now: Instant,
): Promise<boolean> {
  const stored = { bound: boundTo(purpose, bound), hash: hashOf(challenge) };
  return takeStoredChallenge(tx, stored, now);
}

function boundTo(purpose: Purpose, bound: readonly string[]): Buffer {
  return sha256(lp('tocsin/challenge-bound/v1', purpose, ...bound));
}

function hashOf(challenge: string): Buffer {
  return sha256(lp('tocsin/challenge/v1', challenge));
}

/** A name for a browser that signs in, known to nobody else. */
export function newBrowser(): string {
  return randomBytes(32).toString('base64url');
}
