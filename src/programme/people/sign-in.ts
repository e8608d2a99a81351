import { type Assertion, checkAssertion, isRolledBack } from '../../crypto/passkey.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import { recordEvent } from '../../store/event-writer.ts';
import {
  notePasskeyUse,
  type Passkey,
  type SignedHolder,
  shownPasskey,
} from '../../store/passkey-store.ts';
import { type Caller, SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { ask, type Purpose, takeAnswered } from './challenges.ts';
import { type Opened, openSession, renewSession } from './sessions.ts';

/** Who has shown a passkey of theirs. */
export type Shown = SignedHolder & { readonly passkey: Passkey };

/**
 * Asks whoever is at a browser for a passkey. No name is given and none is told: everybody is asked
 * the same, and which passkey to use is known to the authenticator alone.
 */
export async function askToSignIn(context: Context, browser: string, now: Instant) {
  return requestOptions(context, await ask(context, 'sign_in', [browser], now));
}

/** Signs in by a passkey. @throws UNAUTHENTICATED, in the same words whatever is wrong. */
export async function signIn(
  context: Context,
  browser: string,
  assertion: Assertion,
  now: Instant,
): Promise<Opened> {
  return showPasskey(context, 'sign_in', [browser], assertion, now, (tx, shown) =>
    openSession(tx, shown, { by: 'passkey', passkey: shown.passkey }, now),
  );
}

/** Asks the holder of a session for a passkey of theirs. */
export async function askToVerify(context: Context, caller: Caller, now: Instant) {
  return requestOptions(context, await ask(context, 'verify', [caller.token], now));
}

/**
 * Verifies the user of a session by a passkey of the same holder: it goes on under a new secret.
 * @throws UNAUTHENTICATED
 */
export async function verifySession(
  context: Context,
  caller: Caller,
  assertion: Assertion,
  now: Instant,
): Promise<Opened> {
  return showPasskey(
    context,
    'verify',
    [caller.token],
    assertion,
    now,
    (tx, { holder, passkey }) => {
      if (holder.id !== caller.id) throw notShown();
      return renewSession(tx, caller.token, passkey, now);
    },
  );
}

/** What a browser's `get` is asked, as JSON (WebAuthn 3, section 5.5). */
export type RequestOptions = ReturnType<typeof requestOptions>;

export function requestOptions({ site }: Pick<Context, 'site'>, challenge: string) {
  return { challenge, rpId: site.rpId, userVerification: 'required' } as const;
}

/**
 * Does something in the name of whoever answers a challenge with a registered passkey. The
 * challenge is taken first and for good, whatever becomes of the answer. Of a counter that went
 * back the ledger is told, since somebody has a copy of that passkey.
 * @throws UNAUTHENTICATED, in the same words whatever is wrong.
 */
export async function showPasskey<T>(
  context: Context,
  purpose: Purpose,
  bound: readonly string[],
  assertion: Assertion,
  now: Instant,
  act: (tx: Tx, shown: Shown) => Promise<T>,
): Promise<T> {
  const { clientDataJSON } = assertion.response;
  const challenge = await takeAnswered(context, purpose, bound, clientDataJSON, now);
  if (challenge === null) throw notShown();
  const done = await context.store.issuer(async (tx) => {
    const shown = await shownBy(context, tx, challenge, assertion);
    const { passkey, counter } = shown;
    if (isRolledBack(passkey.counter, counter)) {
      const data = { passkey: passkey.id };
      const told = { at: now, programme: null, actor: SYSTEM, data };
      await recordEvent(tx, { type: 'passkey_rolled_back', ...told });
      return null;
    }
    await notePasskeyUse(tx, passkey.id, counter, now);
    return { value: await act(tx, shown) };
  });
  if (done === null) throw notShown();
  return done.value;
}

/**
 * Whoever has shown a passkey in answer to a challenge, locked, with the counter it states now.
 * @throws UNAUTHENTICATED
 */
export async function shownBy(
  context: Context,
  tx: Tx,
  challenge: string,
  assertion: Assertion,
): Promise<Shown & { readonly counter: number }> {
  const known = await shownPasskey(tx, Buffer.from(assertion.id, 'base64url'));
  if (!known) throw notShown();
  const { userHandle } = assertion.response;
  if (userHandle !== null && userHandle !== userHandleOf(known.holder.id)) throw notShown();
  try {
    const counter = await checkAssertion(context.site, challenge, known.passkey, assertion);
    return { ...known, counter };
  } catch (error) {
    throw error instanceof TocsinError && error.code === 'SIGNATURE_INVALID' ? notShown() : error;
  }
}

/** What an authenticator keeps beside a passkey to say whose it is: an id, and no name. */
export function userHandleOf(holder: string): string {
  return Buffer.from(holder).toString('base64url');
}

function notShown(): TocsinError {
  return new TocsinError('UNAUTHENTICATED', 'expected a passkey that is registered here');
}
