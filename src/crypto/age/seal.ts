import { Transform } from 'node:stream';
import { invalid } from '../../domain/errors.ts';
import { AEAD_TAG_BYTES } from '../aead.ts';
import { randomBytes } from '../random.ts';
import { Chunker } from './chunker.ts';
import { formatHeader } from './header.ts';
import {
  CHUNK_BYTES,
  chunkCount,
  PAYLOAD_NONCE_BYTES,
  payloadKey,
  SEALED_CHUNK_BYTES,
  sealChunkInto,
} from './payload.ts';
import { FILE_KEY_BYTES, wrapFileKey } from './stanza-x25519.ts';

/**
 * Seals `plaintext` to `recipients` (`age1…`) as one binary age v1 file; any one of their
 * identities opens it. The length depends only on the number of recipients and the length of the
 * plaintext.
 * @throws INVALID_INPUT without a recipient.
 * @throws KEY_INVALID, UNSUPPORTED on a recipient that is not X25519.
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
  if (recipients.length === 0) throw invalid('recipients', 'at least one', recipients);
  const random = randomBytes(FILE_KEY_BYTES + PAYLOAD_NONCE_BYTES);
  const fileKey = random.subarray(0, FILE_KEY_BYTES);
  const nonce = random.subarray(FILE_KEY_BYTES);
  const stanzas = recipients.map((recipient) => wrapFileKey(recipient, fileKey));
  const header = formatHeader(stanzas, fileKey);
  return { head: Buffer.concat([header, nonce]), key: payloadKey(fileKey, nonce) };
}
