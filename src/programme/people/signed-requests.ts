/** Readers who sign their requests: docs/api.md, "Signed requests". */
import { lp, sha256 } from '../../crypto/hash.ts';
import { verify } from '../../crypto/sign.ts';
import { TocsinError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import type { ProgrammeId } from '../../domain/ids.ts';
import { type Instant, instant, MINUTE_MS, plus, SECOND_MS } from '../../domain/instant.ts';
import {
  baseOfSent,
  contentDigest,
  parseSignature,
  type RequestToSign,
  type SentSignature,
} from '../../formats/signed-request.ts';
import { type FoundToken, tokenOfReader } from '../../store/programme-store.ts';
import { setRequestSigning, takeNonce } from '../../store/signed-request-store.ts';
import type { ReaderCaller } from '../act.ts';
import type { Context } from '../context.ts';
import { callerOf, findToken } from './people.ts';

/** How far the clock of who signs may be from ours. */
const WINDOW_MS = MINUTE_MS;
/**
 * How long a signature is remembered after it was made: as long as it serves, and once more, for
 * another server process whose clock is behind.
 */
const REMEMBERED_MS = 2 * WINDOW_MS;

/** A request with its signature, as it came. */
export type SignedRequest = Omit<RequestToSign, 'authority'> & {
  /** By which we may be asked (`ownHosts`): one of them is signed, whatever the header says. */
  readonly hosts: readonly string[];
  readonly signatureInput: string;
  readonly signature: string;
};

/**
 * The reader that has signed a request by its key in force, just now, over exactly this request,
 * and for the first time. With a token, it has to be one of that reader's. Without, the signature
 * stands for the reader's oldest: once all of them were ended, it opens nothing either.
 * @param binds whether the route wants the signature, whatever the reader's programmes want.
 * @throws SIGNATURE_NEEDED in the same words whatever is wrong with a signature; UNAUTHENTICATED
 * for the token.
 */
export async function authenticateSigned(
  context: Context,
  request: SignedRequest,
  token: string | null,
  binds: boolean,
  now: Instant,
): Promise<ReaderCaller> {
  const sent = parseSignature(request.signatureInput, request.signature);
  const inTime = sent !== null && Math.abs(now - sent.created * SECOND_MS) <= WINDOW_MS;
  // The token comes first: a wrong one is answered as it is without a signature.
  const known = token === null ? null : await findToken(context, token, now);
  if (sent === null || !inTime) throw signatureNeeded();
  const found = known ?? (await oldestOf(context, sent.keyid, now));
  if (found?.holder.kind !== 'reader' || found.holder.id !== sent.keyid) throw signatureNeeded();
  const { signKey } = found;
  const { hosts, signatureInput: _, signature: __, ...seen } = request;
  const isOver = (authority: string): boolean => {
    const base = baseOfSent(sent, { ...seen, authority });
    return signKey !== null && base !== null && verify(signKey, base, sent.signature);
  };
  if (!hosts.some(isOver)) throw signatureNeeded();
  // Where the token alone would do, nothing rests on its being the first time.
  const signed = token === null || binds || found.mustSign;
  if (signed && !(await isFirst(context, sent, now))) throw signatureNeeded();
  const caller = callerOf(found, null);
  if (caller.kind !== 'reader') throw signatureNeeded();
  return { ...caller, signed };
}

async function isFirst(
  { store }: Context,
  { keyid, nonce, created }: Pick<SentSignature, 'keyid' | 'nonce' | 'created'>,
  now: Instant,
): Promise<boolean> {
  const hash = sha256(lp('tocsin/request-nonce/v1', keyid, nonce));
  const until = plus(instant(created * SECOND_MS), REMEMBERED_MS);
  return store.lookup((tx) => takeNonce(tx, hash, until, now));
}

async function oldestOf(
  context: Context,
  reader: string,
  now: Instant,
): Promise<FoundToken | null> {
  return context.store.lookup((tx) => tokenOfReader(tx, reader, now));
}

/**
 * The hosts that readers may sign: what was signed for another server is of no use here. That of
 * the public URL; until it is told, this machine's names for itself, at the port that was asked.
 * @param port null where there is none, as in a test without a network.
 * @param asked the request's own header: most often it is what was signed, so that it is tried
 *   first if it is one of them, and is of no other account.
 */
export function ownHosts(
  { site }: Pick<Context, 'site'>,
  port: number | null,
  asked: string,
): readonly string[] {
  const own = new URL(site.origin).host;
  if (site.told || port === null) return [own];
  const names = ['localhost', '127.0.0.1', '[::1]'];
  const hosts = [own, ...names.map((name) => new URL(`http://${name}:${port}`).host)];
  const first = asked.toLowerCase();
  return hosts.toSorted((a, b) => Number(b === first) - Number(a === first));
}

/** The header Content-Digest that a request's signature covers; null: it came without. */
export type SignedBody = { readonly digest: string | null };

/** That a body, or that there is none, is what was signed. @throws SIGNATURE_NEEDED */
export function checkSignedBody({ digest }: SignedBody, body: Buffer | null): void {
  const found = body === null ? null : contentDigest(sha256(body));
  if (found !== digest) throw signatureNeeded();
}

/** The one answer to a request that is not signed, or not well, where it has to be. */
export function signatureNeeded(): TocsinError {
  return new TocsinError('SIGNATURE_NEEDED', 'a signed request is needed');
}

/**
 * From now on readers of the programme's members sign all that they ask, or need not. A participant
 * in several programmes signs where one of them wants it.
 * @throws NOT_FOUND
 */
export async function changeRequestSigning(
  context: Context,
  programme: ProgrammeId,
  required: boolean,
  actor: Actor,
  now: Instant,
): Promise<void> {
  const act = { programme, actor, at: now };
  if (await context.store.issuer((tx) => setRequestSigning(tx, act, required))) return;
  throw new TocsinError('NOT_FOUND', 'programme: expected a known one', { field: 'programme' });
}
