import { TocsinError } from '../domain/errors.ts';
import { type PinnedKeys, parsePinnedKeys, parseServerUrl } from '../formats/invitation.ts';
import { parseJsonDocument } from '../formats/json-document.ts';
import { JsonNode } from '../formats/json-node.ts';
import { type Joined, parseJoined } from '../formats/reader-answers.ts';
import type { Home } from './home.ts';
import type { OpenpgpTool } from './openpgp-tool.ts';
import { loadOwnKeys, type OwnKeys } from './own-keys.ts';

/** The global `fetch`, or what stands in for it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** One reader at work: what it keeps, its way to the server, and its OpenPGP program. */
export type Session = {
  readonly home: Home;
  readonly fetch: FetchLike;
  /** This machine's clock, ms since 1970: requests are signed with it. */
  readonly now: () => number;
  /** Null: none can be asked here. */
  readonly openpgp: OpenpgpTool | null;
};

/** Opens a reader, whether it has joined or not. Nothing is read or asked yet. */
export function openSession(
  home: Home,
  fetch: FetchLike,
  now: () => number,
  openpgp: OpenpgpTool | null = null,
): Session {
  return { home, fetch, now, openpgp };
}

/** What joining left: who this reader is, where it asks, and whose word it takes. */
export type Membership = Joined & { readonly url: string; readonly keys: PinnedKeys };

/** A joined reader. */
export type Member = Membership & {
  /** Its keys, those of the last rotation last: what was sealed to the others still opens. */
  readonly own: readonly OwnKeys[];
  readonly openpgp: OpenpgpTool | null;
};

/** The file of a home that says where it has joined. */
const MEMBERSHIP = 'membership.json';

/** What joining left does not change any more, and importing keys is dear. */
const members = new WeakMap<Session, Member>();

/** @throws NOT_FOUND before `join`; INVALID_INPUT, KEY_INVALID when a file was altered. */
export async function loadMember(session: Session): Promise<Member> {
  const known = members.get(session);
  if (known !== undefined) return known;
  const member = await readMember(session);
  members.set(session, member);
  return member;
}

/** To be read anew: keys were made. */
export function forgetMember(session: Session): void {
  members.delete(session);
}

async function readMember({ home, openpgp }: Session): Promise<Member> {
  const membership = await loadMembership(home);
  const own = await loadOwnKeys(home);
  if (membership === null || own.length === 0) {
    throw new TocsinError(
      'NOT_FOUND',
      `${home.place}: expected a reader that has joined, found none: run join first`,
    );
  }
  return { ...membership, own, openpgp };
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
