import { fingerprint, recipientOf } from '../crypto/age/keys.ts';
import { type Signer, signer } from '../crypto/sign.ts';
import { TocsinError } from '../domain/errors.ts';
import { type PinnedKeys, parsePinnedKeys, parseServerUrl } from '../formats/invitation.ts';
import { parseJsonDocument } from '../formats/json-document.ts';
import { JsonNode } from '../formats/json-node.ts';
import { type Joined, parseJoined } from '../formats/reader-answers.ts';
import type { Home } from './home.ts';

/** The global `fetch`, or what stands in for it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** One reader at work: what it keeps, and its way to the server. */
export type Session = { readonly home: Home; readonly fetch: FetchLike };

/** Opens a reader, whether it has joined or not. Nothing is read or asked yet. */
export function openSession(home: Home, fetch: FetchLike): Session {
  return { home, fetch };
}

/** What joining left: who this reader is, where it asks, and whose word it takes. */
export type Membership = Joined & { readonly url: string; readonly keys: PinnedKeys };

/** The reader's own keys. */
export type OwnKeys = {
  /** `AGE-SECRET-KEY-1…`, what copies are sealed to. */
  readonly identity: string;
  readonly recipient: string;
  /** What receipts are signed with, Ed25519. */
  readonly signer: Signer;
};

/** A joined reader. */
export type Member = Membership & OwnKeys & { readonly fingerprint: string };

/** The files of a home. The identity has the form that `age -i` reads. */
const MEMBERSHIP = 'membership.json';
const IDENTITY = 'identity.txt';
const SIGNING_KEY = 'signing-key.txt';

/** What joining left does not change any more, and importing keys is dear. */
const members = new WeakMap<Session, Member>();

/** @throws NOT_FOUND before `join`; INVALID_INPUT, KEY_INVALID when a file was altered. */
export async function loadMember(session: Session): Promise<Member> {
  const known = members.get(session);
  if (known !== undefined) return known;
  const member = await readMember(session.home);
  members.set(session, member);
  return member;
}

async function readMember(home: Home): Promise<Member> {
  const membership = await loadMembership(home);
  const keys = await loadOwnKeys(home);
  if (membership === null || keys === null) {
    throw new TocsinError(
      'NOT_FOUND',
      `${home.place}: expected a reader that has joined, found none: run join first`,
    );
  }
  return { ...membership, ...keys, fingerprint: fingerprint(keys.recipient) };
}

/** Null before `join`. @throws INVALID_INPUT when the file was altered. */
export async function loadMembership(home: Home): Promise<Membership | null> {
  const bytes = await home.read(MEMBERSHIP);
  if (bytes === null) return null;
  const document = parseJsonDocument(bytes, MEMBERSHIP);
  const members = new JsonNode(document, MEMBERSHIP).object();
  members.get('v').number(1, 1);
  return {
    ...parseJoined(document),
    url: parseServerUrl(members.get('url').text(500), `${MEMBERSHIP}.url`),
    keys: parsePinnedKeys(members.get('keys')),
  };
}

/** Ends a join: from here on the home is this reader's. */
export async function saveMembership(home: Home, membership: Membership): Promise<void> {
  await home.write(MEMBERSHIP, `${JSON.stringify({ v: 1, ...membership }, null, 2)}\n`);
}

/** What was derived from a home's files, as long as they say the same. */
const derived = new WeakMap<Home, { readonly files: string; readonly keys: OwnKeys }>();

/** Null when there are none. @throws KEY_INVALID when a file was altered. */
export async function loadOwnKeys(home: Home): Promise<OwnKeys | null> {
  const identityFile = await home.read(IDENTITY);
  const seedFile = await home.read(SIGNING_KEY);
  if (identityFile === null || seedFile === null) return null;
  // The files are read each time; deriving the public keys takes longer than all else of a call.
  const files = `${identityFile.toString()}\n${seedFile.toString()}`;
  const known = derived.get(home);
  if (known?.files === files) return known.keys;
  const identity = soleLine(identityFile);
  const keys = {
    identity,
    recipient: recipientOf(identity),
    signer: signer(Buffer.from(soleLine(seedFile), 'hex')),
  };
  derived.set(home, { files, keys });
  return keys;
}

/** @param seed of the signing key, 32 bytes */
export async function saveOwnKeys(
  home: Home,
  keys: { readonly identity: string; readonly recipient: string; readonly seed: Buffer },
): Promise<void> {
  await home.write(IDENTITY, `# public key: ${keys.recipient}\n${keys.identity}\n`);
  await home.write(SIGNING_KEY, `# Ed25519 seed, signs receipts\n${keys.seed.toString('hex')}\n`);
}

/** The one line that is not a comment, as in age's identity files. */
export function soleLine(file: Buffer | string): string {
  const lines = file.toString().split(/\r?\n/);
  return lines.filter((line) => line !== '' && !line.startsWith('#')).join('\n');
}
