import { lp, sha256 } from '../../crypto/hash.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { Instant } from '../../domain/instant.ts';
import { holderOfSubject, putSubject } from '../../store/oidc-store.ts';
import { lockSigned } from '../../store/passkey-store.ts';
import type { TokenHolder } from '../../store/programme-store.ts';
import { lockHolder } from '../../store/token-store.ts';
import type { Context } from '../context.ts';
import type { Attempt, IdentityProvider } from '../identity-provider.ts';
import { ask, newBrowser, take } from './challenges.ts';
import { type Opened, openSession } from './sessions.ts';

/**
 * Begins to sign in by the provider. All that the attempt is known by follows from a secret of the
 * browser's, so that nothing is kept here but that it has not been used.
 */
export async function askProvider(
  context: Context,
  now: Instant,
): Promise<{ browser: string; address: string }> {
  const provider = requireProvider(context);
  const browser = newBrowser();
  const attempt = attemptOf(browser);
  const address = await provider.address(attempt);
  await ask(context, 'oidc', [browser], now, attempt.state);
  return { browser, address };
}

/**
 * Signs in whoever came back from the provider at the browser that was sent there. The attempt is
 * used up first and for good.
 * @throws UNAUTHENTICATED, in the same words whatever is wrong; NOT_AVAILABLE
 */
export async function signInByProvider(
  context: Context,
  browser: string,
  query: string,
  now: Instant,
): Promise<Opened> {
  const provider = requireProvider(context);
  const attempt = attemptOf(browser);
  if (!(await take(context, 'oidc', [browser], attempt.state, now))) throw notKnown();
  const hash = subjectHash(provider, await provider.redeem(query, attempt));
  return context.store.issuer(async (tx) => {
    const holder = await holderOfSubject(tx, hash);
    const known = holder && (await lockSigned(tx, holder));
    // Read again under the lock: their access may have ended meanwhile.
    if (!known || !(await holderOfSubject(tx, hash))) throw notKnown();
    return openSession(tx, known, { by: 'oidc', passkey: null }, now);
  });
}

/** Who a value of the provider's claim means from now on. @throws NOT_FOUND; CONFLICT */
export async function setSubject(
  context: Context,
  holder: TokenHolder,
  value: string,
  actor: Actor,
  now: Instant,
): Promise<void> {
  const hash = subjectHash(requireProvider(context), value);
  await context.store.issuer(async (tx) => {
    if (!(await lockHolder(tx, holder))) {
      throw new TocsinError('NOT_FOUND', `${holder.kind}: expected one of this installation`);
    }
    if (await putSubject(tx, { actor, at: now }, holder, hash)) return;
    throw new TocsinError('CONFLICT', 'value: expected one that means nobody else');
  });
}

function attemptOf(browser: string): Attempt {
  const part = (name: string) => sha256(lp('tocsin/oidc/v1', name, browser)).toString('base64url');
  return { state: part('state'), nonce: part('nonce'), verifier: part('verifier') };
}

function subjectHash({ issuer, claim }: IdentityProvider, value: string): Buffer {
  return sha256(lp('tocsin/oidc-subject/v1', issuer, claim, value));
}

function requireProvider({ provider }: Context): IdentityProvider {
  if (provider) return provider;
  throw new TocsinError('NOT_FOUND', 'identity provider: expected one to be configured');
}

function notKnown(): TocsinError {
  return new TocsinError(
    'UNAUTHENTICATED',
    'expected somebody known, whom the provider vouches for',
  );
}
