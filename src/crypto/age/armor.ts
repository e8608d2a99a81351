import { TocsinError } from '../../domain/errors.ts';
import { parsePaddedBase64 } from './base64.ts';

/** RFC 7468 §3 with the label of the age spec, "ASCII armor". */
const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
const COLUMNS = 64;
/**
 * White space tolerated before and after the armor, in bytes each; age's own tools allow as much.
 */
export const MAX_WHITESPACE_BYTES = 1024;

const LF = 0x0a;

/** The armored form of an age file, with LF line ends and one at the end. */
export function armor(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  const lines = [BEGIN];
  for (let at = 0; at < text.length; at += COLUMNS) lines.push(text.slice(at, at + COLUMNS));
  lines.push(END, '');
  return lines.join('\n');
}

/**
 * The bytes inside an armored file. Strict: one block, full lines of 64 columns but the last,
 * canonical padded Base64, LF or CRLF; around it only white space.
 * @throws SEAL_MALFORMED naming the line.
 */
export function dearmor(text: string): Buffer {
  return dearmorBytes(Buffer.from(text));
}

/** `dearmor` of the text's bytes. @throws SEAL_MALFORMED naming the line. */
export function dearmorBytes(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  const reader = new ArmorReader((part) => parts.push(part));
  reader.push(bytes);
  reader.end();
  return Buffer.concat(parts);
}

/**
 * Reads armor as it comes. `end` must be called: only there it is known that nothing is missing.
 */
export class ArmorReader {
  readonly #emit: (bytes: Buffer) => void;
  #state: 'before' | 'body' | 'last-line-read' | 'after' = 'before';
  #line: Buffer = Buffer.alloc(0);
  #lines = 0;
  #whitespace = 0;

  /** @param emit gets the decoded bytes, line by line */
  constructor(emit: (bytes: Buffer) => void) {
    this.#emit = emit;
  }

  /** @throws SEAL_MALFORMED */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(LF, at);
      const piece = bytes.subarray(at, end < 0 ? bytes.length : end);
      const line = this.#line.length === 0 ? piece : Buffer.concat([this.#line, piece]);
      if (line.length > MAX_WHITESPACE_BYTES) throw this.#malformed('a shorter line', line.length);
      at += piece.length + 1;
      if (end < 0) {
        this.#line = Buffer.from(line);
        return;
      }
      this.#line = Buffer.alloc(0);
      this.#take(line, 1);
    }
  }

  /** @throws SEAL_MALFORMED when the end line has not come. */
  end(): void {
    // The end line may lack its line feed; an open line anywhere else leaves the end line missing.
    if (this.#line.length > 0) this.#take(this.#line, 0);
    if (this.#state !== 'after') throw this.#malformed(`"${END}"`, 'the end of the file');
  }

  /** One line without its LF, of which there were `terminator` bytes. */
  #take(raw: Uint8Array, terminator: number): void {
    this.#lines += 1;
    const line = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('latin1');
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    switch (this.#state) {
      case 'before':
        if (text === BEGIN) this.#state = 'body';
        else this.#skip(line, terminator, `"${BEGIN}"`);
        return;
      case 'body':
      case 'last-line-read':
        if (text === END) this.#finish();
        else this.#decode(text);
        return;
      case 'after':
        this.#skip(line, terminator, 'nothing but white space after the end line');
        return;
    }
  }

  #finish(): void {
    this.#state = 'after';
    this.#whitespace = 0;
  }

  #decode(text: string): void {
    const bytes = text.length <= COLUMNS ? parsePaddedBase64(text) : null;
    if (this.#state !== 'body' || bytes === null || bytes.length === 0) {
      throw this.#malformed(
        this.#state === 'body' ? `canonical Base64, at most ${COLUMNS} columns` : `"${END}"`,
        'another text',
      );
    }
    // A shorter line, or one with padding, can only be the last.
    if (bytes.length < (COLUMNS / 4) * 3) this.#state = 'last-line-read';
    this.#emit(bytes);
  }

  #skip(line: string, terminator: number, expected: string): void {
    this.#whitespace += line.length + terminator;
    if (/[^ \t\r\v\f]/.test(line)) throw this.#malformed(expected, 'another text');
    if (this.#whitespace > MAX_WHITESPACE_BYTES) {
      throw this.#malformed(`at most ${MAX_WHITESPACE_BYTES} bytes of white space`, 'more');
    }
  }

  #malformed(expected: string, found: string | number): TocsinError {
    return new TocsinError(
      'SEAL_MALFORMED',
      `age armor line ${this.#lines}: expected ${expected}, found ${found}`,
    );
  }
}
