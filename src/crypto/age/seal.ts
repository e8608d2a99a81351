import { Transform } from 'node:stream';
import { invalid } from '../../domain/errors.ts';
import { AEAD_TAG_BYTES } from '../aead.ts';
import { randomBytes } from '../random.ts';
import { Chunker } from './chunker.ts';
import { FILE_KEY_BYTES } from './file-key.ts';
import { formatHeader } from './header.ts';
import { importRecipient } from './kinds.ts';
import {
  CHUNK_BYTES,
  chunkCount,
  PAYLOAD_NONCE_BYTES,
  payloadKey,
  SEALED_CHUNK_BYTES,
  sealChunkInto,
} from './payload.ts';

/**
 * Seals `plaintext` to `recipients` (all `age1…`, or all `age1pq1…`) as one binary age v1 file; any
 * one of their identities opens it. The length depends only on number and kind of the recipients
 * and the length of the plaintext.
 * @throws INVALID_INPUT without a recipient, or with both kinds. @throws KEY_INVALID, UNSUPPORTED
 *   as `importRecipient`.
 */
export function seal(recipients: readonly string[], plaintext: Uint8Array): Buffer {
  const { head, key } = begin(recipients);
  const chunks = chunkCount(plaintext.length);
  const out = Buffer.allocUnsafe(head.length + plaintext.length + chunks * AEAD_TAG_BYTES);
  out.set(head);
  let at = head.length;
  for (let index = 0; index < chunks; index++) {
    const chunk = plaintext.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
    at = sealChunkInto(out, at, key, index, index === chunks - 1, chunk);
  }
  return out;
}

/**
 * A transform that seals what is written to it as one binary age v1 file, in constant memory.
 * @throws as `seal`, at once.
 */
export function sealStream(recipients: readonly string[]): Transform {
  const { head, key } = begin(recipients);
  let index = 0;
  const sealed = (chunk: Uint8Array, last: boolean): Buffer => {
    const out = Buffer.allocUnsafe(chunk.length + AEAD_TAG_BYTES);
    sealChunkInto(out, 0, key, index, last, chunk);
    index += 1;
    return out;
  };
  const chunker = new Chunker(CHUNK_BYTES, (chunk) => stream.push(sealed(chunk, false)));
  const stream = new Transform({
    readableHighWaterMark: SEALED_CHUNK_BYTES,
    transform(bytes: Buffer, _encoding, done) {
      chunker.push(bytes);
      done();
    },
    flush(done) {
      done(null, sealed(chunker.last(), true));
    },
  });
  stream.push(head);
  return stream;
}

/**
 * Header and payload nonce of a new file, and its payload key. File key and nonce are used once.
 */
function begin(recipients: readonly string[]): { head: Buffer; key: Buffer } {
  const to = recipients.map(importRecipient);
  if (to.length === 0) throw invalid('recipients', 'at least one', recipients);
  if (new Set(to.map(({ kind }) => kind)).size > 1) {
    // One X25519 stanza undoes what the others are for (age spec, "mlkem768x25519").
    throw invalid('recipients', 'hybrid keys only, or none', 'both kinds');
  }
  const random = randomBytes(FILE_KEY_BYTES + PAYLOAD_NONCE_BYTES);
  const fileKey = random.subarray(0, FILE_KEY_BYTES);
  const nonce = random.subarray(FILE_KEY_BYTES);
  const stanzas = to.map((recipient) => recipient.wrap(fileKey));
  const header = formatHeader(stanzas, fileKey);
  return { head: Buffer.concat([header, nonce]), key: payloadKey(fileKey, nonce) };
}
