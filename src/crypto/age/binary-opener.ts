import { TocsinError } from '../../domain/errors.ts';
import { MAX_HEADER_BYTES, parseHeader } from './header.ts';
import type { Identity } from './kinds.ts';
import { PAYLOAD_NONCE_BYTES, payloadKey } from './payload.ts';
import { PayloadOpener } from './payload-opener.ts';
import { unlock } from './unlock.ts';

const DASH = 0x2d;
const LF = 0x0a;
const MAX_HEAD_BYTES = MAX_HEADER_BYTES + PAYLOAD_NONCE_BYTES;

/**
 * The binary form of an age file, opened as it comes: header and payload nonce, then the chunks.
 */
export class BinaryOpener {
  readonly #identities: readonly Identity[];
  readonly #emit: (plaintext: Buffer) => void;
  readonly #headerEnd = new HeaderEnd();
  /** Pieces of the head while it is incomplete: copies, as the giver may reuse its buffer. */
  #head: Uint8Array[] = [];
  #payload: PayloadOpener | null = null;

  /** @param emit gets the plaintext of each chunk that has authenticated */
  constructor(identities: readonly Identity[], emit: (plaintext: Buffer) => void) {
    this.#identities = identities;
    this.#emit = emit;
  }

  /** @throws as `open` in open.ts */
  push(bytes: Uint8Array): void {
    if (this.#payload !== null) {
      this.#payload.push(bytes);
      return;
    }
    const end = this.#headerEnd.scan(bytes);
    if (this.#headerEnd.scanned >= Math.min(end + PAYLOAD_NONCE_BYTES, MAX_HEAD_BYTES)) {
      this.#readHead(this.#head.length === 0 ? bytes : Buffer.concat([...this.#head, bytes]));
    } else {
      this.#head.push(Uint8Array.from(bytes));
    }
  }

  /** @throws as `open` in open.ts */
  end(): void {
    const payload = this.#payload ?? this.#readHead(Buffer.concat(this.#head));
    payload.end();
  }

  /** Reads header and nonce from the start of `bytes` and passes on what follows. */
  #readHead(bytes: Uint8Array): PayloadOpener {
    const header = parseHeader(bytes);
    const fileKey = unlock(header, this.#identities);
    const start = header.length + PAYLOAD_NONCE_BYTES;
    if (bytes.length < start) {
      throw new TocsinError(
        'SEAL_MALFORMED',
        `age payload: expected a nonce of ${PAYLOAD_NONCE_BYTES} bytes, found ` +
          `${bytes.length - header.length}`,
      );
    }
    const key = payloadKey(fileKey, bytes.subarray(header.length, start));
    const payload = new PayloadOpener(key, this.#emit);
    payload.push(bytes.subarray(start));
    this.#head = [];
    this.#payload = payload;
    return payload;
  }
}

/** Finds the end of a header in pieces of any size: after the first line that begins with `---`. */
class HeaderEnd {
  /** Bytes seen so far. */
  scanned = 0;
  #end = Number.POSITIVE_INFINITY;
  #column = 0;
  #dashes = 0;

  /** Offset of the first byte after the header, `Infinity` while it has not come. */
  scan(bytes: Uint8Array): number {
    if (this.#end === Number.POSITIVE_INFINITY) this.#seek(bytes);
    this.scanned += bytes.length;
    return this.#end;
  }

  #seek(bytes: Uint8Array): void {
    let next = this.scanned;
    for (const byte of bytes) {
      next += 1;
      if (byte === DASH && this.#column === this.#dashes) this.#dashes += 1;
      this.#column += 1;
      if (byte !== LF) continue;
      if (this.#dashes >= 3) {
        this.#end = next;
        return;
      }
      this.#column = 0;
      this.#dashes = 0;
    }
  }
}
