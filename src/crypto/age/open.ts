import { Transform } from 'node:stream';
import { invalid } from '../../domain/errors.ts';
import { type Identity, importIdentity } from './kinds.ts';
import { Opener } from './opener.ts';
import { CHUNK_BYTES } from './payload.ts';

/**
 * The plaintext of an age v1 file, binary or armored, for any one of `identities`
 * (`AGE-SECRET-KEY-1…`, `AGE-SECRET-KEY-PQ-1…`; or imported, by whoever opens many files). All of
 * it is authenticated, or nothing is returned.
 * @throws SEAL_MALFORMED when the file departs from the age spec in armor or header.
 * @throws SEAL_NO_MATCH when it is not sealed to any of the identities.
 * @throws UNSUPPORTED when it is sealed only to recipients of a type that is not supported (scrypt,
 *   p256tag, mlkem768p256tag), or an identity is hybrid and Node has no ML-KEM.
 * @throws SEAL_TAMPERED when header or payload do not authenticate, or the payload is cut short.
 * @throws LIMIT_EXCEEDED when the header is longer than 1 MiB.
 * @throws KEY_INVALID on an identity that cannot be read; INVALID_INPUT without an identity.
 */
export function open(identities: readonly (string | Identity)[], file: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  const opener = new Opener(importAll(identities), (part) => parts.push(part));
  opener.push(file);
  opener.end();
  return Buffer.concat(parts);
}

/**
 * A transform from an age v1 file, binary or armored, to its plaintext, in constant memory. Each
 * byte it emits is authenticated, but only the end of the stream says that the file was whole: what
 * came before an error must not be used as final.
 * @throws KEY_INVALID, UNSUPPORTED, INVALID_INPUT as `open`, at once; its other errors end the
 *   stream.
 */
export function openStream(identities: readonly string[]): Transform {
  const opener = new Opener(importAll(identities), (part) => stream.push(part));
  const stream = new Transform({
    readableHighWaterMark: CHUNK_BYTES,
    transform(bytes: Buffer, _encoding, done) {
      attempt(() => opener.push(bytes)).then(() => done(), done);
    },
    flush(done) {
      attempt(() => opener.end()).then(() => done(), done);
    },
  });
  return stream;
}

/** Async, so that whatever `step` throws arrives as a rejection, which ends the stream. */
async function attempt(step: () => void): Promise<void> {
  step();
}

function importAll(identities: readonly (string | Identity)[]): Identity[] {
  if (identities.length === 0) throw invalid('identities', 'at least one', identities);
  return identities.map((one) => (typeof one === 'string' ? importIdentity(one) : one));
}
