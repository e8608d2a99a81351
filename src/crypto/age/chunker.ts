/**
 * Cuts a stream of bytes into chunks of `size`, keeping the last one back: a chunk is handed on
 * only when a byte after it has come, because the last chunk of an age payload is sealed
 * differently and only the end of the stream tells which it is.
 */
export class Chunker {
  readonly #pending: Buffer;
  readonly #emit: (chunk: Uint8Array) => void;
  #filled = 0;

  /** @param emit gets each chunk that is not the last; the bytes are valid only during the call */
  constructor(size: number, emit: (chunk: Uint8Array) => void) {
    this.#pending = Buffer.allocUnsafe(size);
    this.#emit = emit;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#filled === this.#pending.length) {
        this.#filled = 0;
        this.#emit(this.#pending);
      }
      const taken = Math.min(this.#pending.length - this.#filled, bytes.length - at);
      const piece = taken === bytes.length ? bytes : bytes.subarray(at, at + taken);
      this.#pending.set(piece, this.#filled);
      this.#filled += taken;
      at += taken;
    }
  }

  /** The last chunk: 0 to `size` bytes. */
  last(): Uint8Array {
    return this.#pending.subarray(0, this.#filled);
  }
}
