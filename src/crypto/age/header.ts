import { TocsinError } from '../../domain/errors.ts';
import { equalBytes, hmacSha256 } from '../hash.ts';
import { hkdf32 } from '../hkdf.ts';
import { base64, parseBase64 } from './base64.ts';

/** One way to the file key (age spec, "Recipient stanza"). */
export type Stanza = {
  /** At least one, each of visible ASCII; the first is the recipient type. */
  readonly args: readonly string[];
  readonly body: Uint8Array;
};

/** A parsed header and what is needed to check its MAC. */
export type Header = {
  readonly stanzas: readonly Stanza[];
  /** The header up to and including `---`: what the MAC covers. */
  readonly covered: Uint8Array;
  /** 32 bytes. */
  readonly mac: Uint8Array;
  /** Bytes of the whole header; the payload begins here. */
  readonly length: number;
};

/**
 * Longest header read, in bytes (1 MiB: some ten thousand stanzas); each stanza costs an X25519.
 */
export const MAX_HEADER_BYTES = 1024 * 1024;

const VERSION_LINE = 'age-encryption.org/v1';
const MAC_BYTES = 32;
const COLUMNS = 64;
const HEADER_INFO = Buffer.from('header');
const ARGUMENT = /^[\x21-\x7e]+$/;

/** Writes a header with its MAC. */
export function formatHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Buffer {
  const text = `${VERSION_LINE}\n${stanzas.map(formatStanza).join('')}---`;
  const out = Buffer.allocUnsafe(text.length + MAC_LINE_REST);
  out.write(text, 'latin1');
  const mac = headerMac(fileKey, out.subarray(0, text.length));
  out.write(` ${base64(mac)}\n`, text.length, 'latin1');
  return out;
}

/** What follows `---`: a space, 43 characters of MAC, a line feed. */
const MAC_LINE_REST = 45;

/**
 * Parses the header at the start of `file`, which is attacker-controlled.
 * @throws SEAL_MALFORMED on any departure from the ABNF of the age spec, naming the line.
 * @throws LIMIT_EXCEEDED when it is longer than `MAX_HEADER_BYTES`.
 */
export function parseHeader(file: Uint8Array): Header {
  const lines = new Lines(file);
  if (!lines.startWith(VERSION_LINE) || lines.next() !== VERSION_LINE) {
    throw malformed(1, `"${VERSION_LINE}"`, 'another text or version');
  }
  const stanzas: Stanza[] = [];
  for (;;) {
    const start = lines.offset;
    const line = lines.next();
    if (line.startsWith('---')) return finish(lines, stanzas, line, start, file);
    stanzas.push(parseStanza(line, lines));
  }
}

/**
 * @throws SEAL_TAMPERED when the MAC is not that of this header under this file key (age spec,
 *   "Header MAC"): the header was altered after sealing.
 */
export function checkHeaderMac(header: Header, fileKey: Uint8Array): void {
  if (equalBytes(header.mac, headerMac(fileKey, header.covered))) return;
  throw new TocsinError('SEAL_TAMPERED', 'age header: expected its own MAC, found another');
}

function headerMac(fileKey: Uint8Array, covered: Uint8Array): Buffer {
  return hmacSha256(hkdf32(fileKey, null, HEADER_INFO), covered);
}

function formatStanza(stanza: Stanza): string {
  const body = base64(stanza.body);
  let text = `-> ${stanza.args.join(' ')}\n`;
  // The last line is the first one shorter than 64 columns, so a body that fills its lines exactly
  // is followed by an empty one.
  for (let at = 0; at <= body.length; at += COLUMNS) text += `${body.slice(at, at + COLUMNS)}\n`;
  return text;
}

function parseStanza(line: string, lines: Lines): Stanza {
  const args = line.slice(3).split(' ');
  if (!line.startsWith('-> ') || !args.every((arg) => ARGUMENT.test(arg))) {
    throw malformed(lines.count, '"-> " and arguments of visible ASCII, or "---"', 'another line');
  }
  let text = '';
  for (;;) {
    const part = lines.next();
    if (part.length > COLUMNS) {
      throw malformed(lines.count, `at most ${COLUMNS} columns`, `${part.length}`);
    }
    const bytes = parseBase64(part);
    // Checked line by line, for a message that names the line. A full line holds whole bytes (64
    // characters, 48 bytes), so the lines are canonical together when each of them is.
    if (bytes === null) throw malformed(lines.count, 'canonical unpadded Base64', 'another text');
    text += part;
    if (part.length < COLUMNS) return { args, body: Buffer.from(text, 'base64') };
  }
}

function finish(
  lines: Lines,
  stanzas: readonly Stanza[],
  line: string,
  start: number,
  file: Uint8Array,
): Header {
  if (stanzas.length === 0) throw malformed(lines.count, 'a recipient stanza', 'the end');
  const mac = line.startsWith('--- ') ? parseBase64(line.slice(4)) : null;
  if (mac === null || mac.length !== MAC_BYTES) {
    throw malformed(
      lines.count,
      `"--- " and ${MAC_BYTES} bytes of canonical Base64`,
      'another text',
    );
  }
  return { stanzas, mac, covered: file.subarray(0, start + 3), length: lines.offset };
}

/** Reads lines that end with a line feed, and nothing else, from the start of a file. */
class Lines {
  /** Lines read so far. */
  count = 0;
  /** Where the next line begins. */
  offset = 0;
  readonly #bytes: Buffer;
  readonly #whole: boolean;

  constructor(file: Uint8Array) {
    const length = Math.min(file.length, MAX_HEADER_BYTES);
    this.#bytes = Buffer.from(file.buffer, file.byteOffset, length);
    this.#whole = length === file.length;
  }

  startWith(text: string): boolean {
    return this.#bytes.toString('latin1', 0, text.length) === text;
  }

  next(): string {
    this.count += 1;
    const end = this.#bytes.indexOf(0x0a, this.offset);
    if (end < 0 && !this.#whole) throw tooLong();
    if (end < 0) throw malformed(this.count, 'a line feed', 'the end of the file');
    // latin1 keeps one character per byte, so that no foreign byte can pass for ASCII.
    const line = this.#bytes.toString('latin1', this.offset, end);
    this.offset = end + 1;
    return line;
  }
}

function tooLong(): TocsinError {
  return new TocsinError(
    'LIMIT_EXCEEDED',
    `age header: expected at most ${MAX_HEADER_BYTES} bytes, found more`,
  );
}

function malformed(line: number, expected: string, found: string): TocsinError {
  return new TocsinError(
    'SEAL_MALFORMED',
    `age header line ${line}: expected ${expected}, found ${found}`,
  );
}
