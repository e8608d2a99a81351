import { ArmorReader, MAX_WHITESPACE_BYTES } from './armor.ts';
import { BinaryOpener } from './binary-opener.ts';
import type { Identity } from './kinds.ts';

const DASH = 0x2d;
const WHITESPACE = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);

/**
 * Something that takes the bytes of a file in order, in pieces of any size, and is told the end.
 */
type Sink = {
  push(bytes: Uint8Array): void;
  end(): void;
};

/**
 * Opens an age file, binary or armored, as its bytes come, in pieces of any size. Plaintext is
 * emitted chunk by chunk, each after it has authenticated; an error is thrown before any byte of
 * the chunk at fault. Until `end` has returned, nothing says that the file is whole.
 */
export class Opener implements Sink {
  readonly #binary: BinaryOpener;
  /** Bytes held back while they are all white space; `null` once the form of the file is known. */
  #held: Uint8Array | null = new Uint8Array(0);
  #sink: Sink;

  /** @param emit gets the plaintext; each buffer is its own to keep */
  constructor(identities: readonly Identity[], emit: (plaintext: Buffer) => void) {
    this.#binary = new BinaryOpener(identities, emit);
    this.#sink = this.#binary;
  }

  /** @throws as `open` in open.ts */
  push(bytes: Uint8Array): void {
    if (this.#held === null) {
      this.#sink.push(bytes);
      return;
    }
    const held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const first = held.find((byte) => !WHITESPACE.has(byte));
    if (first !== undefined || held.length > MAX_WHITESPACE_BYTES) this.#begin(held, first);
    // A copy, as the giver may reuse its buffer.
    else this.#held = Uint8Array.from(held);
  }

  /** @throws as `open` in open.ts */
  end(): void {
    if (this.#held !== null) this.#begin(this.#held, undefined);
    this.#sink.end();
  }

  /** A header begins with "age-", armor with a dash, perhaps after white space. */
  #begin(held: Uint8Array, first: number | undefined): void {
    this.#held = null;
    if (first === DASH) this.#sink = dearmored(this.#binary);
    this.#sink.push(held);
  }
}

function dearmored(next: Sink): Sink {
  const armor = new ArmorReader((bytes) => next.push(bytes));
  return {
    push: (bytes) => armor.push(bytes),
    end: () => {
      armor.end();
      next.end();
    },
  };
}
