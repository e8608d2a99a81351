import { TocsinError } from '../../domain/errors.ts';
import { AEAD_TAG_BYTES, aeadOpen, aeadSealInto } from '../aead.ts';
import { isSmallOrderMontgomery } from '../small-order.ts';
import { base64, parseBase64 } from './base64.ts';
import { FILE_KEY_BYTES } from './file-key.ts';
import type { Stanza } from './header.ts';
import { hpkeKey } from './hpke.ts';
import {
  decapsulate,
  encapsulate,
  shareIn,
  XWING_ENCAPSULATED_BYTES,
  type XWingPublic,
  type XWingSecret,
} from './xwing.ts';

const TYPE = 'mlkem768x25519';
const BODY_BYTES = FILE_KEY_BYTES + AEAD_TAG_BYTES;
const INFO = Buffer.from('age-encryption.org/mlkem768x25519');

/** Wraps the file key for a hybrid recipient (age spec, "mlkem768x25519 recipient stanza"). */
export function wrapHybrid(recipient: XWingPublic, fileKey: Uint8Array): Stanza {
  const { secret, encapsulated } = encapsulate(recipient);
  const { key, nonce } = hpkeKey(secret, INFO);
  const body = Buffer.allocUnsafe(BODY_BYTES);
  aeadSealInto(body, 0, key, nonce, fileKey);
  return { args: [TYPE, base64(encapsulated)], body };
}

type HybridStanza = { readonly encapsulated: Uint8Array; readonly body: Uint8Array };

/**
 * Reads a hybrid stanza; `null` when it is of another type, which the spec says to ignore.
 * @throws SEAL_MALFORMED unless it has two arguments, the second canonical Base64 of 1120 bytes
 *   with a share of large order, and a body of 32 bytes.
 */
export function parseHybridStanza(stanza: Stanza): HybridStanza | null {
  if (stanza.args[0] !== TYPE) return null;
  const encapsulated = parseBase64(stanza.args[1] ?? '');
  if (stanza.args.length !== 2 || encapsulated?.length !== XWING_ENCAPSULATED_BYTES) {
    const expected = `one argument, ${XWING_ENCAPSULATED_BYTES} bytes of canonical Base64`;
    throw malformed(expected, 'other arguments');
  }
  if (stanza.body.length !== BODY_BYTES) {
    // Checked before any attempt at decryption, against partitioning oracles.
    throw malformed(`a body of ${BODY_BYTES} bytes`, `${stanza.body.length}`);
  }
  if (isSmallOrderMontgomery(shareIn(encapsulated))) {
    throw malformed('a share of large order', 'small order');
  }
  return { encapsulated, body: stanza.body };
}

/** The file key, or `null` when the stanza is not for this identity. */
export function unwrapHybrid(identity: XWingSecret, stanza: HybridStanza): Buffer | null {
  const { key, nonce } = hpkeKey(decapsulate(identity, stanza.encapsulated), INFO);
  return aeadOpen(key, nonce, stanza.body);
}

function malformed(expected: string, found: string): TocsinError {
  return new TocsinError(
    'SEAL_MALFORMED',
    `age mlkem768x25519 stanza: expected ${expected}, found ${found}`,
  );
}
