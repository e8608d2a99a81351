/**
 * Verifier keys of C2SP signed notes: `<name>+<hex key id>+<base64 of 0x01 ‖ public key>`, Ed25519
 * only (https://c2sp.org/signed-note, "Verifier keys").
 */
import { sha256 } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import { decodeBase64 } from './base64.ts';

/** A key that verifies notes: name and id together identify it in a signature line. */
export type VerifierKey = {
  readonly name: string;
  /** First 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). Identifies, proves nothing. */
  readonly id: Buffer;
  /** 32 bytes. */
  readonly publicKey: Buffer;
};

/** Length of a key id in bytes. */
export const KEY_ID_BYTES = 4;

/** Signature type identifier of Ed25519. */
const ED25519 = Buffer.of(0x01);
const PUBLIC_KEY_BYTES = 32;

/** Neither Unicode spaces nor `+` (C2SP), nor control characters, which no note may contain. */
const NAME = /^[^\p{White_Space}\p{Cc}\p{Cs}+]+$/u;
const KEY_ID = /^[0-9a-f]{8}$/;

/**
 * The text form of a verifier key, as published to those who shall verify.
 * @throws KEY_INVALID when the name is empty or has a space, `+` or control character, or the key
 *   is not 32 bytes.
 */
export function verifierKey(name: string, publicKey: Uint8Array): string {
  const key = Buffer.concat([ED25519, publicKey]).toString('base64');
  return `${name}+${keyId(name, publicKey).toString('hex')}+${key}`;
}

/**
 * The id that a signature line carries for this name and key.
 * @throws KEY_INVALID as `verifierKey`.
 */
export function keyId(name: string, publicKey: Uint8Array): Buffer {
  if (!isKeyName(name)) throw wrong('a name without spaces, "+" or control characters', 'another');
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw wrong(`a public key of ${PUBLIC_KEY_BYTES} bytes`, `${publicKey.length}`);
  }
  return sha256(Buffer.from(`${name}\n`), ED25519, publicKey).subarray(0, KEY_ID_BYTES);
}

/** Whether `name` may name a key. */
export function isKeyName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Parses a verifier key strictly: one text for one key, so no shortened or altered text passes.
 * @throws KEY_INVALID when it is not of the form, of another signature type, or its id is not that
 *   of its name and key.
 */
export function parseVerifierKey(text: string): VerifierKey {
  // A name has no "+", base64 may: everything after the second one belongs to the key.
  const [name = '', hexId = '', ...rest] = text.split('+');
  const encoded = decodeBase64(rest.join('+'));
  if (!isKeyName(name) || !KEY_ID.test(hexId) || encoded === null) {
    throw wrong('<name>+<8 hex digits>+<base64>', `${text.length} characters of another form`);
  }
  const [type] = encoded;
  if (type !== ED25519[0]) throw wrong('signature type 1 (Ed25519)', `type ${type}`);
  const publicKey = encoded.subarray(1);
  const id = keyId(name, publicKey);
  if (id.toString('hex') !== hexId) throw wrong(`key id ${id.toString('hex')}`, hexId);
  return { name, id, publicKey };
}

function wrong(expected: string, found: string): TocsinError {
  return new TocsinError('KEY_INVALID', `verifier key: expected ${expected}, found ${found}`);
}
