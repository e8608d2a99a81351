import { lp, sha256 } from '../../crypto/hash.ts';
import {
  type Attestation,
  type Credential,
  checkAttestation,
  PASSKEY_ALGORITHMS,
} from '../../crypto/passkey.ts';
import { randomBytes } from '../../crypto/random.ts';
import { invalid, TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import { DAY_MS, type Instant, plus } from '../../domain/instant.ts';
import type { Tx } from '../../store/database.ts';
import type { IdempotencyKey } from '../../store/idempotency-store.ts';
import {
  awaitsCode,
  endPasskeyLinks,
  insertPasskey,
  insertPasskeyLink,
  lockLink,
  type Passkey,
  passkeysOf,
  removePasskeys,
  type SignedHolder,
  type SiteAct,
} from '../../store/passkey-store.ts';
import type { TokenHolder } from '../../store/programme-store.ts';
import { noticeKeys } from '../../store/reader-key-store.ts';
import { tokensOf } from '../../store/session-store.ts';
import { goesOn, isMachine, lockHolder, revokeTokens } from '../../store/token-store.ts';
import { actorOf, type Caller, once, type ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { ask, takeAnswered } from './challenges.ts';
import { holderOf, type Opened, openSession } from './sessions.ts';
import { userHandleOf } from './sign-in.ts';

const LINK_DAYS = 14;
const LINK_PREFIX = 'link_';
const MOST_PASSKEYS = 10;

/**
 * Makes a one-time link by which a holder without a passkey registers the first. The secret is
 * shown this once; links made before end with the one that is used.
 * @throws NOT_FOUND; CONFLICT for a holder with a passkey: with it they add others themselves, and
 *   without it two persons recover them. Also from such a recovery until its link is used, in time
 *   or not: a link without its code would let one of the two come instead.
 * @param codeHash of a code that has to come with the link, told to somebody else (`hashCode`).
 */
export async function makePasskeyLink(
  tx: Tx,
  holder: TokenHolder,
  actor: Actor,
  now: Instant,
  codeHash: Buffer | null = null,
): Promise<string> {
  if (!(await lockHolder(tx, holder)) || (await isMachine(tx, holder))) {
    throw new TocsinError('NOT_FOUND', `${holder.kind}: expected one who may sign in here`);
  }
  if ((await passkeysOf(tx, holder)).length > 0) {
    throw new TocsinError('CONFLICT', `${holder.kind}: expected one without a passkey`);
  }
  if (codeHash === null && (await awaitsCode(tx, holder))) {
    throw new TocsinError('CONFLICT', `${holder.kind}: expected one whom nobody is recovering`);
  }
  const link = LINK_PREFIX + randomBytes(24).toString('base64url');
  const expiresAt = plus(now, LINK_DAYS * DAY_MS);
  const stored = { hash: hashLink(link), codeHash, expiresAt };
  await insertPasskeyLink(tx, { actor, at: now }, holder, stored);
  return link;
}

/**
 * The same for the reader who asks, by its own key, as the address of a page. No person of the
 * issuer makes one: whoever has a link can be that reader. Whose keys are gone two persons recover.
 * @throws as `makePasskeyLink`.
 */
export async function linkForOneself(
  context: Context,
  caller: ReaderCaller,
  now: Instant,
  key: IdempotencyKey | null = null,
): Promise<{ link: string }> {
  return once(context, key, now, async (tx) => {
    await lockOwn(tx, caller);
    const link = await makePasskeyLink(tx, holderOf(caller), actorOf(caller), now);
    return { link: pageOf(context, link) };
  });
}

/** Where a link is used: in the part of an address that browsers send to nobody. */
export function pageOf({ site }: Context, link: string): string {
  return `${site.origin}/register#${link}`;
}

function hashLink(link: string): Buffer {
  return sha256(lp('tocsin/passkey-link/v1', link));
}

/** How the code of a recovery is kept. */
export function hashCode(code: string): Buffer {
  return sha256(lp('tocsin/recovery-code/v1', code));
}

/** A one-time link, and the code that goes with it; null where none does. */
export type LinkAndCode = { readonly link: string; readonly code: string | null };

/**
 * Asks whoever has a link to make a passkey.
 * @throws NOT_FOUND for one unknown, used or over, or without its code.
 */
export async function askToRegister(
  context: Context,
  browser: string,
  at: LinkAndCode,
  now: Instant,
): Promise<CreationOptions> {
  const { holder } = await context.store.issuer((tx) => openLink(tx, at, now));
  const challenge = await ask(context, 'register', [browser, at.link], now);
  return creationOptions(context, challenge, holder, []);
}

/**
 * Registers the passkey made at a link, which is used up with it, and signs its holder in.
 * @throws NOT_FOUND for the link; KEY_INVALID for anything wrong with the passkey.
 */
export async function register(
  context: Context,
  browser: string,
  { link, code, label, attestation }: Labelled & LinkAndCode,
  now: Instant,
): Promise<Opened> {
  const bound = [browser, link];
  const credential = await made(context, 'register', bound, attestation, now);
  return context.store.issuer(async (tx) => {
    const known = await openLink(tx, { link, code }, now);
    const { holder } = known;
    const act = { actor: { kind: holder.kind, id: holder.id }, at: now };
    const id = await keep(tx, act, known, { ...credential, label });
    const passkey = { id, createdAt: now };
    await endPasskeyLinks(tx, holder, now);
    return openSession(tx, known, { by: 'passkey', passkey }, now);
  });
}

async function openLink(tx: Tx, { link, code }: LinkAndCode, now: Instant): Promise<SignedHolder> {
  const hashes = { link: hashLink(link), code: code === null ? null : hashCode(code) };
  const known = await lockLink(tx, hashes, now);
  if (!known) throw new TocsinError('NOT_FOUND', 'link: expected an open one', { field: 'link' });
  return known;
}

type Labelled = {
  /** What its holder tells it apart by. */
  readonly label: string;
  readonly attestation: Attestation;
};

/** Asks the holder of a session to make one more passkey. */
export async function askToAdd(
  context: Context,
  caller: Caller,
  now: Instant,
): Promise<CreationOptions> {
  const known = await listPasskeys(context, caller);
  const challenge = await ask(context, 'add', [caller.token], now);
  return creationOptions(context, challenge, holderOf(caller), known);
}

/** One more passkey for the holder of a session. @throws KEY_INVALID; LIMIT_EXCEEDED */
export async function addPasskey(
  context: Context,
  caller: Caller,
  { label, attestation }: Labelled,
  now: Instant,
): Promise<{ passkey: string }> {
  const credential = await made(context, 'add', [caller.token], attestation, now);
  return context.store.issuer(async (tx) => {
    await lockOwn(tx, caller);
    const act = { actor: actorOf(caller), at: now };
    const participant = caller.kind === 'reader' ? caller.participant : null;
    const owner = { holder: holderOf(caller), participant };
    return { passkey: await keep(tx, act, owner, { ...credential, label }) };
  });
}

/** The caller's passkeys, oldest first. */
export async function listPasskeys(context: Context, caller: Caller): Promise<readonly Passkey[]> {
  return context.store.issuer((tx) => passkeysOf(tx, holderOf(caller)));
}

/**
 * Ends a passkey of the caller's, and every session of theirs but this one.
 * @throws NOT_FOUND; CONFLICT for the last one, which would lock its holder out.
 */
export async function dropPasskey(
  context: Context,
  caller: Caller,
  id: string,
  now: Instant,
): Promise<void> {
  const holder = holderOf(caller);
  const act = { actor: actorOf(caller), at: now };
  await context.store.issuer(async (tx) => {
    await lockOwn(tx, caller);
    const known = await passkeysOf(tx, holder);
    if (!known.some((one) => one.id === id)) {
      throw new TocsinError('NOT_FOUND', "passkey: expected one of the caller's own");
    }
    if (known.length === 1) {
      throw new TocsinError('CONFLICT', 'passkey: expected another one beside it, found the last');
    }
    await removePasskeys(tx, act, holder, id);
    for (const { id: other, kind } of await tokensOf(tx, holder, now)) {
      if (kind === 'api' || other === caller.token) continue;
      await revokeTokens(tx, holder, act.actor, now, { id: other });
    }
  });
}

/**
 * Locks the caller against whatever ends their ways in, for an act that gives them one.
 * @throws UNAUTHENTICATED when that came first.
 */
export async function lockOwn(tx: Tx, caller: Caller): Promise<void> {
  await lockHolder(tx, holderOf(caller));
  if (await goesOn(tx, caller.token)) return;
  throw new TocsinError('UNAUTHENTICATED', 'expected a session that goes on');
}

/** What an authenticator made when asked. @throws KEY_INVALID */
async function made(
  context: Context,
  purpose: 'register' | 'add',
  bound: readonly string[],
  attestation: Attestation,
  now: Instant,
): Promise<Credential> {
  const { clientDataJSON } = attestation.response;
  const challenge = await takeAnswered(context, purpose, bound, clientDataJSON, now);
  if (challenge === null) {
    throw new TocsinError('KEY_INVALID', 'passkey: expected an answer to an open challenge', {
      field: 'passkey',
    });
  }
  return checkAttestation(context.site, challenge, attestation);
}

/** A reader's is told to all of its organisation: from the next day on what is done by it binds. */
async function keep(
  tx: Tx,
  act: SiteAct,
  { holder, participant }: Pick<SignedHolder, 'holder' | 'participant'>,
  credential: Credential & { readonly label: string },
): Promise<string> {
  const label = credential.label.trim();
  if (label === '' || label.length > 100) throw invalid('label', '1 to 100 characters', label);
  if ((await passkeysOf(tx, holder)).length >= MOST_PASSKEYS) {
    throw new TocsinError('LIMIT_EXCEEDED', `passkeys: expected at most ${MOST_PASSKEYS}`);
  }
  const id = await insertPasskey(tx, act, holder, { ...credential, label });
  if (id === null) {
    throw new TocsinError('KEY_INVALID', 'passkey: expected one that is new', { field: 'passkey' });
  }
  if (participant !== null) await noticeKeys(tx, participant, 'key_changed', act.at);
  return id;
}

/** What a browser's `create` is asked, as JSON (WebAuthn level 3, section 5.4). */
export type CreationOptions = ReturnType<typeof creationOptions>;

function creationOptions(
  { site }: Context,
  challenge: string,
  holder: TokenHolder,
  known: readonly Passkey[],
) {
  const name = `Tocsin, ${holder.kind} ${holder.id.slice(0, 8)}`;
  return {
    challenge,
    rp: { id: site.rpId, name: 'Tocsin' },
    // No name of a person is told to whoever makes the authenticator, nor to who finds a link.
    user: { id: userHandleOf(holder.id), name, displayName: name },
    pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key', alg }) as const),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestation: 'none',
    excludeCredentials: known.map(
      ({ credentialId }) =>
        ({ type: 'public-key', id: credentialId.toString('base64url') }) as const,
    ),
  } as const;
}
