import { TocsinError } from '../../domain/errors.ts';
import { fingerprint } from '../age/keys.ts';
import { sha256Hex } from '../hash.ts';
import {
  keyFingerprint,
  notOpenpgp,
  type Packet,
  packetsOf,
  type SignatureFacts,
  signatureFacts,
  TAG,
  writePacket,
} from './packets.ts';

/** What a recipient string begins with that is an OpenPGP key. */
export const OPENPGP_PREFIX = 'openpgp4:';

/** RSA of 8192 bits with a subkey for signing stays under it. */
const MAX_RECIPIENT_BYTES = 12_000;

const SIGNS = 0x02;
const ENCRYPTS = 0x0c;
const CERTIFIES_USER = [0x10, 0x11, 0x12, 0x13];
const BINDS = 0x18;
const REVOKES = [0x20, 0x28, 0x30];

/** A key of a recipient string: where it signs and what is sealed to, by fingerprint. */
export type OpenpgpRecipient = {
  readonly text: string;
  readonly bytes: Buffer;
  readonly primary: string;
  /** Of the subkey that signs, or of the primary key where none does. */
  readonly signs: string;
  /** Of the subkey that copies are sealed to. */
  readonly encrypts: string;
  /** When the newest of its signatures was made, milliseconds since 1970. */
  readonly signedAt: number;
};

/** Whether a recipient is an OpenPGP key; otherwise it is to be one of age. */
export function isOpenpgp(recipient: string): boolean {
  return recipient.startsWith(OPENPGP_PREFIX);
}

/**
 * Reads `openpgp4:` and base64 of exactly these packets, with headers of the shortest form: primary
 * key, user id and its certification, the subkey for encryption and its binding, and where a
 * subkey signs, that one and its binding. It checks form, not signatures (`checkOpenpgpKey`).
 * @throws KEY_INVALID naming what else it found: another version or algorithm, a secret key, a
 *   revocation, no subkey for encryption, more than belongs there. LIMIT_EXCEEDED when too long.
 */
export function parseOpenpgpRecipient(text: string): OpenpgpRecipient {
  const encoded = text.slice(OPENPGP_PREFIX.length);
  if (encoded.length > Math.ceil((MAX_RECIPIENT_BYTES * 4) / 3)) throw tooLong();
  const bytes = Buffer.from(encoded, 'base64');
  if (!isOpenpgp(text) || bytes.toString('base64') !== encoded) {
    throw notOpenpgp(`${OPENPGP_PREFIX} and base64`, 'another text');
  }
  const packets = packetsOf(bytes);
  const key = minimal(packets);
  if (!Buffer.concat(key.packets.map(writePacket)).equals(bytes)) {
    throw notOpenpgp('the minimal form, nothing else', 'other packets, or in another form');
  }
  return { text, bytes, ...namesOf(key) };
}

/**
 * The recipient string of an exported public key: the newest self-signatures, the newest subkey of
 * each use, the primary user id. Others' signatures are left out.
 * @throws as `parseOpenpgpRecipient`.
 */
export function openpgpRecipient(exported: Uint8Array): OpenpgpRecipient {
  const key = minimal(packetsOf(exported));
  const bytes = Buffer.concat(key.packets.map(writePacket));
  if (bytes.length > MAX_RECIPIENT_BYTES) throw tooLong();
  return { text: OPENPGP_PREFIX + bytes.toString('base64'), bytes, ...namesOf(key) };
}

/** Names a recipient of any kind in manifests and events: SHA-256 of its string, 64 hex digits. */
export function recipientFingerprint(recipient: string): string {
  return isOpenpgp(recipient) ? sha256Hex(Buffer.from(recipient)) : fingerprint(recipient);
}

type Minimal = {
  readonly packets: readonly Packet[];
  readonly primary: Packet;
  readonly encrypts: Packet;
  readonly signs: Packet | null;
  readonly signedAt: number;
};

function namesOf({ primary, encrypts, signs, signedAt }: Minimal) {
  return {
    signedAt,
    primary: keyFingerprint(primary.body),
    encrypts: keyFingerprint(encrypts.body),
    signs: keyFingerprint((signs ?? primary).body),
  };
}

/** What follows a primary key: a user id or subkey, with the key's own signatures on it. */
type Component = {
  readonly packet: Packet;
  readonly signature: Packet;
  readonly facts: SignatureFacts;
};

function minimal(packets: readonly Packet[]): Minimal {
  const [primary] = packets;
  for (const { tag, body } of packets) requireKind(tag, body);
  if (primary?.tag !== TAG.publicKey) throw notOpenpgp('a public key', 'other packets');
  if (packets.filter(({ tag }) => tag === TAG.publicKey).length > 1) {
    throw notOpenpgp('one public key', 'several');
  }
  const parts = componentsOf(packets);
  const user = newest(parts.filter(({ packet }) => packet.tag === TAG.userId));
  if (user === null) throw notOpenpgp('a user id certified by the key', 'none');
  const subkeys = parts.filter(({ packet }) => packet.tag === TAG.publicSubkey);
  const encrypts = newestKey(subkeys.filter(({ facts }) => (facts.flags & ENCRYPTS) !== 0));
  if (encrypts === null) throw notOpenpgp('a subkey for encryption', 'none');
  requireAlgorithm(primary.body, SIGNING);
  requireAlgorithm(encrypts.packet.body, ENCRYPTION);
  const signs = newestKey(subkeys.filter(({ facts }) => (facts.flags & SIGNS) !== 0));
  if (signs !== null) requireAlgorithm(signs.packet.body, SIGNING);
  else if ((user.facts.flags & SIGNS) === 0) throw notOpenpgp('a key that signs', 'none');
  const chosen = signs === null ? [user, encrypts] : [user, encrypts, signs];
  return {
    packets: [primary, ...chosen.flatMap(({ packet, signature }) => [packet, signature])],
    primary,
    encrypts: encrypts.packet,
    signs: signs?.packet ?? null,
    signedAt: Math.max(...chosen.map(({ facts }) => facts.created)) * 1_000,
  };
}

function requireKind(tag: number, body: Buffer): void {
  if (tag === TAG.secretKey || tag === TAG.secretSubkey) {
    throw notOpenpgp('public keys only', 'a secret key');
  }
  const isKey = tag === TAG.publicKey || tag === TAG.publicSubkey;
  if (isKey && body[0] !== 4) throw notOpenpgp('a key of version 4', `version ${body[0]}`);
}

/**
 * User ids and subkeys with the newest signature of the primary key on each. A revoked one is left
 * out. @throws KEY_INVALID when the key itself is revoked.
 */
function componentsOf(packets: readonly Packet[]): Component[] {
  const [primary] = packets;
  if (primary === undefined) return [];
  const own = keyFingerprint(primary.body).slice(-16);
  const found: Component[] = [];
  let current: { packet: Packet; best: Component | null; revoked: boolean } | null = null;
  const close = () => {
    if (current?.best && !current.revoked) found.push(current.best);
  };
  for (const packet of packets.slice(1)) {
    if (packet.tag !== TAG.signature) {
      close();
      current = { packet, best: null, revoked: false };
      continue;
    }
    // Signatures of other versions are not made by keys of version 4 any more.
    if (packet.body[0] !== 4) continue;
    const facts = signatureFacts(packet.body);
    if (facts.issuer !== own) continue;
    if (facts.type === 0x20) throw notOpenpgp('a key in force', 'a revoked one');
    if (current === null) continue;
    if (REVOKES.includes(facts.type)) current.revoked = true;
    else if (fits(current.packet, facts) && facts.created >= (current.best?.facts.created ?? 0)) {
      current.best = { packet: current.packet, signature: packet, facts };
    }
  }
  close();
  return found;
}

function fits({ tag }: Packet, { type }: SignatureFacts): boolean {
  if (tag === TAG.userId) return CERTIFIES_USER.includes(type);
  return tag === TAG.publicSubkey && type === BINDS;
}

/** The primary user id, else the one certified last. */
function newest(users: readonly Component[]): Component | null {
  const order = (one: Component) => (one.facts.primary ? 2 ** 33 : 0) + one.facts.created;
  return users.toSorted((a, b) => order(b) - order(a))[0] ?? null;
}

/** The subkey made last, as GnuPG chooses. */
function newestKey(subkeys: readonly Component[]): Component | null {
  const made = ({ packet }: Component) => packet.body.readUInt32BE(1);
  return subkeys.toSorted((a, b) => made(b) - made(a))[0] ?? null;
}

const RSA = 1;
const ECDH = 18;
const ECDSA = 19;
const EDDSA = 22;
/** Object identifiers of curves (RFC 9580, section 9.2), in hex. */
const NIST = ['2a8648ce3d030107', '2b81040022', '2b81040023'];
const SIGNING: Algorithms = { [ECDSA]: NIST, [EDDSA]: ['2b06010401da470f01'] };
const ENCRYPTION: Algorithms = { [ECDH]: [...NIST, '2b060104019755010501'] };
type Algorithms = Readonly<Record<number, readonly string[]>>;

/** RSA of 2048 to 8192 bits with an exponent of at most 32, or one of these curves. */
function requireAlgorithm(body: Buffer, curves: Algorithms): void {
  const algorithm = body[5] ?? 0;
  if (algorithm === RSA) {
    requireRsa(body);
    return;
  }
  const oid = body.subarray(7, 7 + (body[6] ?? 0)).toString('hex');
  if (curves[algorithm]?.includes(oid)) return;
  throw notOpenpgp(
    'RSA, or Curve25519, P-256, P-384 or P-521',
    `algorithm ${algorithm}${curves[algorithm] ? ' on another curve' : ''}`,
  );
}

function requireRsa(body: Buffer): void {
  const bits = body.length < 8 ? 0 : body.readUInt16BE(6);
  const at = 8 + Math.ceil(bits / 8);
  const exponentBits = body.length < at + 2 ? 0 : body.readUInt16BE(at);
  if (bits >= 2_048 && bits <= 8_192 && exponentBits >= 2 && exponentBits <= 32) return;
  throw notOpenpgp('RSA of 2048 to 8192 bits, exponent of 2 to 32', `${bits}, ${exponentBits}`);
}

function tooLong(): TocsinError {
  return new TocsinError(
    'LIMIT_EXCEEDED',
    `recipient: expected at most ${MAX_RECIPIENT_BYTES} bytes of OpenPGP packets`,
    { field: 'recipient' },
  );
}
