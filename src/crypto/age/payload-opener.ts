import { TocsinError } from '../../domain/errors.ts';
import { AEAD_TAG_BYTES } from '../aead.ts';
import { Chunker } from './chunker.ts';
import { openChunk, SEALED_CHUNK_BYTES } from './payload.ts';

/** Opens the chunks of a payload as they come; every error is thrown before a byte of its chunk. */
export class PayloadOpener {
  readonly #key: Uint8Array;
  readonly #emit: (plaintext: Buffer) => void;
  readonly #chunker = new Chunker(SEALED_CHUNK_BYTES, (chunk) => this.#openInner(chunk));
  #index = 0;

  /** @param emit gets the plaintext of each chunk that has authenticated */
  constructor(key: Uint8Array, emit: (plaintext: Buffer) => void) {
    this.#key = key;
    this.#emit = emit;
  }

  /** @throws SEAL_TAMPERED */
  push(bytes: Uint8Array): void {
    this.#chunker.push(bytes);
  }

  /** @throws SEAL_TAMPERED when the file does not end with its final chunk. */
  end(): void {
    const chunk = this.#chunker.last();
    if (chunk.length < AEAD_TAG_BYTES) throw this.#bad('the end of the file');
    const plaintext = openChunk(this.#key, this.#index, true, chunk);
    if (plaintext === null) throw this.#bad('altered bytes, or that the file was cut here');
    if (plaintext.length === 0 && this.#index > 0) throw this.#bad('an empty final chunk');
    if (plaintext.length > 0) this.#emit(plaintext);
  }

  /** A chunk after which the file goes on. */
  #openInner(chunk: Uint8Array): void {
    const plaintext = openChunk(this.#key, this.#index, false, chunk);
    if (plaintext === null) throw this.#noInnerChunk(chunk);
    this.#emit(plaintext);
    this.#index += 1;
  }

  /**
   * Tells data after the final chunk, which itself is authentic and is emitted, from altered bytes.
   */
  #noInnerChunk(chunk: Uint8Array): TocsinError {
    const final = openChunk(this.#key, this.#index, true, chunk);
    if (final === null) return this.#bad('altered bytes');
    this.#emit(final);
    return this.#bad('further bytes after it, though it is the final one');
  }

  #bad(found: string): TocsinError {
    return new TocsinError(
      'SEAL_TAMPERED',
      `age payload chunk ${this.#index}: expected an authentic chunk, found ${found}`,
    );
  }
}
