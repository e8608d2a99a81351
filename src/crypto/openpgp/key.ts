import {
  config,
  createMessage,
  encrypt,
  enums,
  type PublicKey,
  readKey,
  readSignature,
  verify,
} from 'openpgp';
import { TocsinError } from '../../domain/errors.ts';
import { Lru } from '../lru.ts';
import { randomBytes } from '../random.ts';
import { notOpenpgp } from './packets.ts';
import { type OpenpgpRecipient, parseOpenpgpRecipient } from './recipient.ts';

const WEAK = new Set([enums.hash.md5, enums.hash.sha1, enums.hash.ripemd, enums.hash.sha224]);

/** Form, curves and sizes are `parseOpenpgpRecipient`'s; here is what signatures may rest on. */
const CONFIG = {
  ...config,
  rejectHashAlgorithms: WEAK,
  rejectMessageHashAlgorithms: WEAK,
  aeadProtect: false,
  preferredCompressionAlgorithm: enums.compression.uncompressed,
};

/** Seconds: the literal packet has a place for a time, and all copies are to say the same. */
const NO_TIME = new Date(0);
const SESSION_KEY_BYTES = 32;

/** A key whose signatures hold. */
type ReadKey = {
  readonly key: PublicKey;
  /**
   * The instant at which all its signatures are there, and none has run out unless it had at once.
   * Whoever asks compares `endsAt` with its own `now`; the machine's clock is asked by nobody.
   */
  readonly at: Date;
  /** Milliseconds since 1970; null: never. */
  readonly endsAt: number | null;
};

/** A wave seals to the same readers again and again. Public keys only. */
const keys = new Lru<string, Promise<ReadKey>>(1_024);

/**
 * Checks an OpenPGP recipient: form, self-signatures, that it can be sealed to.
 * @returns when it ends, milliseconds since 1970; null: never.
 * @throws KEY_INVALID, LIMIT_EXCEEDED as `parseOpenpgpRecipient`; KEY_INVALID when a signature does
 *   not hold or rests on SHA-1, the key does not take AES-256, or nothing can be sealed to it.
 */
export async function checkOpenpgpKey(text: string): Promise<number | null> {
  const read = await readChecked(parseOpenpgpRecipient(text));
  try {
    // Points off the curve or of small order show here, and not at the first copy.
    await sealWith(read, new Uint8Array(1));
  } catch (cause) {
    throw refused('a key that can be sealed to', 'another', cause);
  }
  return read.endsAt;
}

/**
 * Whether a detached signature over `message` is by this recipient: by its subkey that signs, or
 * its primary key. @throws as `checkOpenpgpKey`.
 */
export async function verifyByOpenpgp(
  text: string,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const { key, at } = await readChecked(parseOpenpgpRecipient(text));
  try {
    const parsed = await readSignature({ binarySignature: signature, config: CONFIG });
    const made = Math.max(0, ...parsed.packets.map(({ created }) => created?.getTime() ?? 0));
    const { signatures } = await verify({
      message: await createMessage({ binary: message }),
      signature: parsed,
      verificationKeys: key,
      date: new Date(Math.max(at.getTime(), made)),
      config: CONFIG,
    });
    const [sole, ...more] = signatures;
    return sole !== undefined && more.length === 0 && (await sole.verified);
  } catch {
    return false;
  }
}

/**
 * Seals `plaintext` as one OpenPGP message: a version 3 session key packet for the recipient's
 * subkey, and data under AES-256 with a modification detection code (RFC 9580, section 5.13.1),
 * binary, not compressed, without file name. Its length depends on the length of the plaintext and
 * the kind of the subkey; with RSA it may be a byte or two shorter, for what was drawn has leading
 * zeros. @throws as `checkOpenpgpKey`.
 */
export async function sealOpenpgp(text: string, plaintext: Uint8Array): Promise<Buffer> {
  return sealWith(await keys.get(text, () => readChecked(parseOpenpgpRecipient(text))), plaintext);
}

async function sealWith({ key, at }: ReadKey, plaintext: Uint8Array): Promise<Buffer> {
  // The library's type of the result needs another package's, so it is looked at instead.
  const sealed: unknown = await encrypt({
    message: await createMessage({ binary: plaintext, filename: '', date: NO_TIME }),
    encryptionKeys: key,
    // Of the same length for all: what the key prefers is not to show in the length of the file.
    sessionKey: { data: randomBytes(SESSION_KEY_BYTES), algorithm: 'aes256' },
    format: 'binary',
    date: at,
    config: CONFIG,
  });
  if (sealed instanceof Uint8Array) return Buffer.from(sealed);
  throw new TocsinError('INTERNAL', 'seal: expected bytes of the OpenPGP library, found another');
}

async function readChecked({ bytes, signedAt }: OpenpgpRecipient): Promise<ReadKey> {
  const at = new Date(signedAt);
  try {
    const key = await readKey({ binaryKey: bytes, config: CONFIG });
    const { selfCertification } = await key.getPrimaryUser(at, undefined, CONFIG);
    const encrypts = await key.getEncryptionKey(undefined, at, undefined, CONFIG);
    await key.getSigningKey(undefined, at, undefined, CONFIG);
    const ends = [
      await key.getExpirationTime(undefined, CONFIG),
      await encrypts.getExpirationTime(at, CONFIG),
    ];
    if (!selfCertification.preferredSymmetricAlgorithms?.includes(enums.symmetric.aes256)) {
      throw notOpenpgp('a key that takes AES-256', 'one that does not say so');
    }
    return { key, at, endsAt: endOf(ends) };
  } catch (cause) {
    if (cause instanceof TocsinError) throw cause;
    throw refused('self-signatures that hold, over SHA-256 or stronger', 'others', cause);
  }
}

/** Infinity: never. Null is what an invalid key says; those have been refused. */
function endOf(ends: readonly (Date | typeof Infinity | null)[]): number | null {
  const first = Math.min(...ends.map((end) => (end instanceof Date ? end.getTime() : Infinity)));
  return Number.isFinite(first) ? first : null;
}

function refused(expected: string, found: string, cause: unknown): TocsinError {
  const { code, message, field } = notOpenpgp(expected, found);
  return new TocsinError(code, message, { cause, ...(field === null ? {} : { field }) });
}
