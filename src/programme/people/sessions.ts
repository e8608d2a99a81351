import { equalBytes, lp, sha256 } from '../../crypto/hash.ts';
import { newId, randomBytes } from '../../crypto/random.ts';
import { TocsinError } from '../../domain/errors.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import type { SignedHolder } from '../../store/passkey-store.ts';
import type { FoundToken, TokenHolder } from '../../store/programme-store.ts';
import {
  insertSession,
  noteSessionUse,
  type OwnToken,
  reverifySession,
  tokensOf,
} from '../../store/session-store.ts';
import type { SignedInBy } from '../../store/sign-in-schema.ts';
import { revokeTokens } from '../../store/token-store.ts';
import { actorOf, type Caller } from '../act.ts';
import type { Context } from '../context.ts';
import { callerOf } from './people.ts';

export type { OwnToken } from '../../store/session-store.ts';

/** A session ends this long after its sign-in, and this long after it was last used. */
const LASTS_MS = 12 * HOUR_MS;
const IDLE_MS = 30 * MINUTE_MS;
/** Its use is written this often at most. */
const NOTED_EVERY_MS = MINUTE_MS;
/** How long ago a user may have been verified for what asks for that. */
const VERIFIED_FOR_MS = 10 * MINUTE_MS;
/** How old a reader's passkey is before what is done with it binds the reader. */
const BINDS_AFTER_MS = DAY_MS;

/** A session as it was opened: the secret is for the browser's cookie, this once. */
export type Opened = { readonly session: string; readonly secret: string };

/** Opens a session under a secret of its own: none that a browser brings is ever taken over. */
export async function openSession(
  tx: Tx,
  known: SignedHolder,
  how: {
    readonly by: SignedInBy;
    /** Which, and since when it is registered; null: none was shown. */
    readonly passkey: { readonly id: string; readonly createdAt: Instant } | null;
  },
  now: Instant,
): Promise<Opened> {
  const opened = { session: newId(), secret: newSecret() };
  const actor = { kind: known.holder.kind, id: known.holder.id };
  const hash = hashSession(opened.secret);
  const { by, passkey } = how;
  const session = {
    ...{ id: opened.session, hash, by, passkey: passkey?.id ?? null },
    passkeySince: passkey?.createdAt ?? null,
    expiresAt: plus(now, LASTS_MS),
  };
  await insertSession(tx, { actor, at: now }, known, session);
  return opened;
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Not as tokens are hashed: what is in a cookie is no token, and the other way round. */
function hashSession(secret: string): Buffer {
  return sha256(lp('tocsin/session/v1', secret));
}

/**
 * What a page of ours sends along with an act, from the answer of an earlier request: another site
 * can have a cookie sent and cannot read this. It follows from the secret and tells nothing of it.
 */
export function actToken(secret: string): string {
  return sha256(lp('tocsin/session-act/v1', secret)).toString('base64url');
}

/** Whether that came along. */
export function isActToken(secret: string, given: string): boolean {
  return equalBytes(Buffer.from(actToken(secret)), Buffer.from(given));
}

/**
 * Whose session this is, looked up at every request like a token.
 * @throws UNAUTHENTICATED for one that is unknown or over, or was not used for half an hour.
 */
export async function authenticateSession(
  context: Context,
  secret: string,
  now: Instant,
): Promise<Caller> {
  const found = await findSession(context, secret, now);
  if (!found?.session) throw new TocsinError('UNAUTHENTICATED', 'expected a session that goes on');
  const { usedAt, ...signedIn } = found.session;
  if (now - usedAt >= NOTED_EVERY_MS) {
    await context.store.lookup((tx) => noteSessionUse(tx, found.id, now));
  }
  return callerOf(found, signedIn);
}

async function findSession(
  context: Context,
  secret: string,
  now: Instant,
): Promise<FoundToken | null> {
  const found = await context.tokens.holder(hashSession(secret));
  if (!found?.session || found.expiresAt === null) return null;
  const idleAt = plus(found.session.usedAt, IDLE_MS);
  return found.expiresAt <= now || idleAt <= now ? null : found;
}

/** Whether a passkey has verified the caller's user in this session, and not long ago. */
export function isVerified({ signedIn }: Caller, now: Instant): boolean {
  const at = signedIn?.verifiedAt ?? null;
  return at !== null && now < plus(at, VERIFIED_FOR_MS);
}

/**
 * Whether what a reader does binds it and its organisation: its own key has signed the request, or
 * the session is by a passkey that all its organisation has known of for a day. A link, and so the
 * passkey that was just made at one, may be of anybody who made the link.
 */
export function bindsItself(caller: Caller, now: Instant): boolean {
  if (caller.kind === 'reader' && caller.signed) return true;
  const since = caller.signedIn?.passkeySince ?? null;
  return since !== null && plus(since, BINDS_AFTER_MS) <= now;
}

/**
 * The session goes on under a new secret, its user verified now by a passkey; the old secret is
 * unknown.
 */
export async function renewSession(
  tx: Tx,
  session: string,
  passkey: { readonly createdAt: Instant },
  now: Instant,
): Promise<Opened> {
  const secret = newSecret();
  const verified = { hash: hashSession(secret), passkeySince: passkey.createdAt };
  await reverifySession(tx, session, verified, now);
  return { session, secret };
}

/** Ends the session that a browser still has when somebody signs in anew. */
export async function leaveSession(context: Context, secret: string, now: Instant): Promise<void> {
  const found = await findSession(context, secret, now);
  if (found) await endOwn(context, callerOf(found, null), 'session', found.id, now);
}

/** Tokens or sessions of the caller's own that have not ended, newest first. */
export async function listOwn(
  context: Context,
  caller: Caller,
  kind: OwnToken['kind'],
  now: Instant,
): Promise<readonly OwnToken[]> {
  const all = await context.store.issuer((tx) => tokensOf(tx, holderOf(caller), now));
  return all.filter((one) => one.kind === kind);
}

/** Ends a token or session of the caller's own. @throws NOT_FOUND, also for one that has ended. */
export async function endOwn(
  context: Context,
  caller: Caller,
  kind: OwnToken['kind'],
  id: string,
  now: Instant,
): Promise<void> {
  const ended = await context.store.issuer((tx) =>
    revokeTokens(tx, holderOf(caller), actorOf(caller), now, {
      ...{ id, kind, from: id === caller.token },
    }),
  );
  if (ended === 0) throw new TocsinError('NOT_FOUND', `${kind}: expected one of the caller's own`);
}

export function holderOf(caller: Caller): TokenHolder {
  return caller.kind === 'person'
    ? { kind: 'person', id: caller.id }
    : { kind: 'reader', id: caller.id };
}
