import { invalid } from '../domain/errors.ts';
import { parseJsonDocument } from './json-document.ts';
import { JsonNode } from './json-node.ts';

/** Public keys of an issuer, as a reader pins them (docs/formats/invitation.md). */
export type PinnedKeys = {
  /** Name of the log. */
  readonly origin: string;
  /** Of the log, in signed-note form; its key also verifies promises. */
  readonly logVerifierKey: string;
  /** Ed25519 public key that verifies manifests, 64 hex digits. */
  readonly manifestKey: string;
};

/** What a person hands to a reader so that it can join. Whoever holds it can join in its place. */
export type Invitation = {
  /** Where the server answers, without a `/` at the end. */
  readonly url: string;
  /** The secret; it serves once. */
  readonly invitation: string;
  readonly keys: PinnedKeys;
};

export const INVITATION_PREFIX = 'tocsin-invite:';

/** A URL, a secret and three keys take some 500 characters. */
const MAX_CHARACTERS = 4_000;
const MAX_SECRET_CHARACTERS = 200;
const MAX_KEY_CHARACTERS = 300;
const MAX_URL_CHARACTERS = 500;

/**
 * The invitation as one word of text, for mail or a messenger.
 * @throws INVALID_INPUT when `parseInvitation` would refuse it.
 */
export function encodeInvitation({ url, invitation, keys }: Invitation): string {
  // Member by member: the caller's keys may carry more than is to be pinned.
  const { origin, logVerifierKey, manifestKey } = keys;
  const pinned = { origin, logVerifierKey, manifestKey };
  const json = JSON.stringify({ v: 1, url: parseServerUrl(url), invitation, keys: pinned });
  const text = INVITATION_PREFIX + Buffer.from(json).toString('base64url');
  parseInvitation(text);
  return text;
}

/**
 * Reads an invitation as a person pasted it: white space, also where mail broke the line, is
 * passed over.
 * @throws INVALID_INPUT naming the field.
 */
export function parseInvitation(text: string): Invitation {
  const word = text.replace(/\s+/g, '');
  const encoded = word.slice(INVITATION_PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64url');
  const whole = word.startsWith(INVITATION_PREFIX) && bytes.toString('base64url') === encoded;
  if (!whole || word.length > MAX_CHARACTERS) {
    // Never shown, not even in part: it holds a secret.
    const found = `${word.length} characters of something else, or cut short`;
    throw invalid('invitation', `${INVITATION_PREFIX} and base64url`, found);
  }
  const root = new JsonNode(parseJsonDocument(bytes, 'invitation'), 'invitation');
  const members = root.object({ required: ['v', 'url', 'invitation', 'keys'], optional: [] });
  members.get('v').number(1, 1);
  return {
    url: parseServerUrl(members.get('url').text(MAX_URL_CHARACTERS), 'invitation.url'),
    invitation: members.get('invitation').text(MAX_SECRET_CHARACTERS),
    keys: parsePinnedKeys(members.get('keys')),
  };
}

/** The three keys; other members, which a server adds, are passed over. @throws INVALID_INPUT */
export function parsePinnedKeys(node: JsonNode): PinnedKeys {
  const keys = node.object();
  return {
    origin: keys.get('origin').text(MAX_KEY_CHARACTERS),
    logVerifierKey: keys.get('logVerifierKey').text(MAX_KEY_CHARACTERS),
    manifestKey: keys.get('manifestKey').matching(/^[0-9a-f]{64}$/, '64 lower-case hex digits'),
  };
}

/**
 * The base URL of a server, without a `/` at its end: https, or http to this very machine. A token
 * and what a reader may have are sent there, so a plain connection to elsewhere is refused.
 * @throws INVALID_INPUT also for a URL with a user, a query or a fragment.
 */
export function parseServerUrl(text: string, field = 'url'): string {
  const url = URL.parse(text);
  if (url === null) throw invalid(field, 'a URL', text);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  if (!secure) throw invalid(field, 'https, or http to this machine', `${url.protocol}//`);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid(field, 'no user, query or fragment', 'one');
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** `URL` has brought the host into one form: decimal IPv4, shortest IPv6, lower case. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
