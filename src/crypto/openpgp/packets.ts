import { createHash } from 'node:crypto';
import { TocsinError } from '../../domain/errors.ts';

/** Packet types of RFC 9580, section 5, that a key or a message may have. */
export const TAG = {
  sessionKey: 1,
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  encryptedUnprotected: 9,
  userId: 13,
  publicSubkey: 14,
  encrypted: 18,
} as const;

/** One packet: its type, and its body without the header. */
export type Packet = { readonly tag: number; readonly body: Buffer };

/**
 * Splits bytes into packets with old or new headers (RFC 9580, section 4.2). Of a packet in parts,
 * which only data may come in, the body is the rest of the file, and it is the last.
 * @throws KEY_INVALID when they are none, or a length goes past the end.
 */
export function packetsOf(bytes: Uint8Array): Packet[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const packets: Packet[] = [];
  for (let at = 0; at < file.length; ) {
    const { tag, start, end } = headerAt(file, at);
    if (end > file.length) throw notOpenpgp('whole packets', 'one cut short');
    packets.push({ tag, body: file.subarray(start, end) });
    at = end;
  }
  return packets;
}

type Extent = { readonly tag: number; readonly start: number; readonly end: number };

function headerAt(file: Buffer, at: number): Extent {
  const first = file[at] ?? 0;
  if ((first & 0x80) === 0) throw notOpenpgp('OpenPGP packets, binary', 'other bytes');
  return (first & 0x40) === 0 ? oldHeader(file, at, first) : newHeader(file, at, first & 0x3f);
}

function oldHeader(file: Buffer, at: number, first: number): Extent {
  const tag = (first >> 2) & 0x0f;
  const size = [1, 2, 4, 0][first & 3] ?? 0;
  const start = at + 1 + size;
  if (size === 0 || start > file.length) throw notOpenpgp('packets of a stated length', 'another');
  return { tag, start, end: start + file.readUIntBE(at + 1, size) };
}

function newHeader(file: Buffer, at: number, tag: number): Extent {
  const first = file[at + 1] ?? 0;
  // The data goes on in parts to the end of the file (section 4.2.1.4).
  if (first >= 224 && first < 255) return { tag, start: at + 1, end: file.length };
  return { tag, ...bodyAt(file, at + 1) };
}

/** Where a body lies whose length is told at `at`, in one, two or five bytes. */
function bodyAt(file: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = file[at] ?? 0;
  const size = first < 192 ? 1 : first < 255 ? 2 : 5;
  const start = at + size;
  if (start > file.length) throw notOpenpgp('whole packets', 'one cut short');
  if (size === 1) return { start, end: start + first };
  if (size === 5) return { start, end: start + file.readUInt32BE(at + 1) };
  return { start, end: start + ((first - 192) << 8) + (file[at + 1] ?? 0) + 192 };
}

/** A packet with a new header of the shortest form. */
export function writePacket({ tag, body }: Packet): Buffer {
  const { length } = body;
  const first = 0xc0 | tag;
  if (length < 192) return Buffer.concat([Buffer.from([first, length]), body]);
  if (length < 8_384) {
    const rest = length - 192;
    return Buffer.concat([Buffer.from([first, (rest >> 8) + 192, rest & 0xff]), body]);
  }
  const head = Buffer.from([first, 255, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 2);
  return Buffer.concat([head, body]);
}

/** Fingerprint of a version 4 key packet's body (RFC 9580, section 5.5.4.2): hex in upper case. */
export function keyFingerprint(body: Uint8Array): string {
  const head = Buffer.from([0x99, body.length >> 8, body.length & 0xff]);
  // SHA-1 is what version 4 names keys by; what the name stands for is checked by signatures.
  return createHash('sha1').update(head).update(body).digest('hex').toUpperCase();
}

/** What a version 4 signature says of itself; nothing of it is verified. */
export type SignatureFacts = {
  /** 0x10 to 0x13 certify a user id, 0x18 binds a subkey, 0x20, 0x28 and 0x30 revoke. */
  readonly type: number;
  /** Seconds since 1970; 0 where it is not said. */
  readonly created: number;
  /** Last 16 hex digits of the fingerprint of who made it; null where it is not said. */
  readonly issuer: string | null;
  /** 0x02 signs, 0x0c encrypts (section 5.2.3.29). */
  readonly flags: number;
  /** Whether it marks a primary user id. */
  readonly primary: boolean;
};

/** @throws KEY_INVALID unless it is one of version 4 and whole. */
export function signatureFacts(body: Buffer): SignatureFacts {
  if (body[0] !== 4) throw notOpenpgp('signatures of version 4', `version ${body[0]}`);
  const hashedEnd = 6 + uint16(body, 4);
  const hashed = subpackets(body, 6, hashedEnd);
  const unhashed = subpackets(body, hashedEnd + 2, hashedEnd + 2 + uint16(body, hashedEnd));
  const named = hashed.get(33)?.subarray(13) ?? hashed.get(16) ?? unhashed.get(16);
  return {
    type: body[1] ?? 0,
    created: hashed.has(2) ? uint32(hashed.get(2), 0) : 0,
    issuer: named?.toString('hex').toUpperCase() ?? null,
    flags: hashed.get(27)?.[0] ?? 0,
    primary: hashed.get(25)?.[0] === 1,
  };
}

/** Subpackets by type; of several of one type the first. */
function subpackets(body: Buffer, from: number, end: number): Map<number, Buffer> {
  if (end > body.length) throw notOpenpgp('whole signatures', 'one cut short');
  const found = new Map<number, Buffer>();
  for (let at = from; at < end; ) {
    const { start, end: next } = bodyAt(body, at);
    if (next > end || next <= start) throw notOpenpgp('whole subpackets', 'one cut short');
    const type = (body[start] ?? 0) & 0x7f;
    if (!found.has(type)) found.set(type, body.subarray(start + 1, next));
    at = next;
  }
  return found;
}

function uint16(body: Buffer, at: number): number {
  if (at + 2 > body.length) throw notOpenpgp('whole signatures', 'one cut short');
  return body.readUInt16BE(at);
}

function uint32(body: Buffer | undefined, at: number): number {
  if (body === undefined || at + 4 > body.length)
    throw notOpenpgp('whole numbers', 'one cut short');
  return body.readUInt32BE(at);
}

/** KEY_INVALID, naming what was expected and found. */
export function notOpenpgp(expected: string, found: string): TocsinError {
  return new TocsinError('KEY_INVALID', `OpenPGP key: expected ${expected}, found ${found}`, {
    field: 'recipient',
  });
}
