import { invalid, TocsinError } from '../domain/errors.ts';

/** POSIX.1-1988 ustar: everything comes in blocks of this many bytes. */
const BLOCK_BYTES = 512;
/** Two blocks of zeros end an archive. */
export const END_BYTES = 2 * BLOCK_BYTES;
/**
 * Longest name, in bytes of UTF-8; the ustar prefix field, which would allow more, is left empty.
 */
const MAX_NAME_BYTES = 100;

export type TarEntry = {
  /** A relative path: components separated by `/`, none of them empty, `.` or `..`. */
  readonly name: string;
  readonly bytes: Uint8Array;
};

/** Where the fields of a header lie: offset, length in bytes (POSIX.1-1988 ustar). */
const NAME = [0, 100] as const;
const MODE = [100, 8] as const;
const UID = [108, 8] as const;
const GID = [116, 8] as const;
const SIZE = [124, 12] as const;
const MTIME = [136, 12] as const;
const CHECKSUM = [148, 8] as const;
const TYPE = [156, 1] as const;
const LINK = [157, 100] as const;
const MAGIC = [257, 8] as const;
const PREFIX = [345, 155] as const;

type Field = readonly [offset: number, length: number];

/** Greatest number in the eleven octal digits of size and time. */
const MAX_OCTAL = 8 ** 11 - 1;
const REGULAR_FILE = '0';
const USTAR = 'ustar\x0000';

/**
 * Bytes an entry of `contentBytes` takes in an archive: its header, and the content in whole
 * blocks.
 */
export function entryLength(contentBytes: number): number {
  return BLOCK_BYTES + wholeBlocks(contentBytes);
}

/**
 * A ustar archive of regular files, mode 0644, owner 0, all of one modification time.
 * @param mtime seconds since 1970
 * @throws INVALID_INPUT on a name that `readTar` would refuse, or that is there twice, and on a
 *   time that ustar cannot express.
 */
export function writeTar(entries: readonly TarEntry[], mtime: number): Buffer {
  if (!Number.isSafeInteger(mtime) || mtime < 0 || mtime > MAX_OCTAL) {
    throw invalid('tar mtime', `whole seconds from 0 to ${MAX_OCTAL}`, mtime);
  }
  let length = END_BYTES;
  for (const { bytes } of entries) length += entryLength(bytes.length);
  const out = Buffer.alloc(length);
  const seen = new Set<string>();
  let at = 0;
  for (const { name, bytes } of entries) {
    const fault = entryFault(name, seen);
    if (fault !== null) throw invalid('tar entry name', 'a safe relative name', fault);
    writeHeader(out.subarray(at, at + BLOCK_BYTES), name, bytes.length, mtime);
    out.set(bytes, at + BLOCK_BYTES);
    at += entryLength(bytes.length);
  }
  return out;
}

/**
 * The regular files of a ustar archive, in order. The archive is attacker-controlled: anything that
 * `writeTar` would not write in name, type, size or padding is refused, so that no tool can be made
 * to see other files than this one sees. The contents are views into `archive`.
 * @throws SEAL_MALFORMED naming the offset and what was expected there.
 */
export function readTar(archive: Uint8Array): Map<string, Uint8Array> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.length);
  if (bytes.length % BLOCK_BYTES !== 0 || bytes.length < END_BYTES) {
    throw malformed(bytes.length, 'whole blocks and two to end', 'the end of the archive');
  }
  const files = new Map<string, Uint8Array>();
  const seen = new Set<string>();
  let at = 0;
  while (!isZero(bytes.subarray(at, at + BLOCK_BYTES))) {
    const { name, size } = readHeader(bytes, at, seen);
    const start = at + BLOCK_BYTES;
    at = start + wholeBlocks(size);
    // One block at least must follow: the archive's end.
    if (at + END_BYTES > bytes.length) throw malformed(start, `${size} bytes and an end`, 'fewer');
    if (!isZero(bytes.subarray(start + size, at))) {
      throw malformed(start + size, 'zeros to the end of the block', 'other bytes');
    }
    files.set(name, bytes.subarray(start, start + size));
  }
  if (!isZero(bytes.subarray(at)) || at + END_BYTES > bytes.length) {
    throw malformed(at, 'two blocks of zeros and nothing after', 'other bytes');
  }
  return files;
}

function writeHeader(header: Buffer, name: string, size: number, mtime: number): void {
  header.write(name, NAME[0]);
  octal(header, MODE, 0o644);
  octal(header, UID, 0);
  octal(header, GID, 0);
  octal(header, SIZE, size);
  octal(header, MTIME, mtime);
  header.write(REGULAR_FILE, TYPE[0], 'latin1');
  header.write(USTAR, MAGIC[0], 'latin1');
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, CHECKSUM[0], 'latin1');
}

function octal(header: Buffer, [offset, length]: Field, value: number): void {
  header.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
}

function readHeader(
  archive: Buffer,
  at: number,
  seen: Set<string>,
): { name: string; size: number } {
  const header = archive.subarray(at, at + BLOCK_BYTES);
  const field = ([offset, length]: Field): Buffer => header.subarray(offset, offset + length);
  if (field(MAGIC).toString('latin1') !== USTAR) throw malformed(at, 'a ustar header', 'another');
  if (!/^[0-7]{6}\0 $/.test(field(CHECKSUM).toString('latin1'))) {
    throw malformed(at, 'an octal checksum', 'another text');
  }
  if (Number.parseInt(field(CHECKSUM).toString('latin1', 0, 6), 8) !== checksum(header)) {
    throw malformed(at, "the header's checksum", 'another');
  }
  if (field(TYPE).toString('latin1') !== REGULAR_FILE) {
    throw malformed(at, 'a regular file', 'another type');
  }
  if (!isZero(field(LINK)) || !isZero(field(PREFIX))) {
    throw malformed(at, 'no link and no prefix', 'one');
  }
  const size = field(SIZE).toString('latin1');
  if (!/^[0-7]{11}\0$/.test(size)) throw malformed(at, 'an octal size', 'another text');
  return { name: readName(field(NAME), at, seen), size: Number.parseInt(size, 8) };
}

function readName(field: Buffer, at: number, seen: Set<string>): string {
  const end = field.indexOf(0);
  const bytes = end < 0 ? field : field.subarray(0, end);
  const name = bytes.toString();
  if (!isZero(field.subarray(bytes.length)) || !Buffer.from(name).equals(bytes)) {
    throw malformed(at, 'a name in UTF-8 and zeros after it', 'other bytes');
  }
  const fault = entryFault(name, seen);
  if (fault !== null) throw malformed(at, 'a safe relative name', fault);
  return name;
}

/**
 * What is wrong with `name` as that of an entry, in words, or `null`. Safe names stay inside the
 * folder they are extracted to on any system, and look like what they are.
 */
export function nameFault(name: string): string | null {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `more than ${MAX_NAME_BYTES} bytes`;
  // \p{C}: control, format (bidirectional overrides), lone surrogates and unassigned characters.
  if (/[\p{C}\\:]/u.test(name)) return 'a control character, a backslash or a colon';
  const components = name.split('/');
  if (components.some((part) => part === '' || part === '.' || part === '..')) {
    return 'an absolute name, or an empty, "." or ".." component';
  }
  return null;
}

/**
 * `nameFault`, or that the name was there before, of which it takes note in `seen`. Names that
 * differ only in case are one name: on some file systems the second would replace the first.
 */
function entryFault(name: string, seen: Set<string>): string | null {
  const fault = nameFault(name);
  if (fault !== null) return fault;
  const folded = name.toLowerCase();
  if (seen.has(folded)) return 'a name that was there before';
  seen.add(folded);
  return null;
}

/** Sum of the header's bytes, those of the checksum itself counted as spaces. */
function checksum(header: Buffer): number {
  const [start, length] = CHECKSUM;
  let sum = length * 0x20;
  // A plain loop: of every copy four headers are summed.
  for (let i = 0; i < start; i++) sum += header[i] ?? 0;
  for (let i = start + length; i < header.length; i++) sum += header[i] ?? 0;
  return sum;
}

function wholeBlocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** Whether all bytes are zero; a plain loop, as it walks over most of a small copy. */
export function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0) return false;
  }
  return true;
}

function malformed(at: number, expected: string, found: string): TocsinError {
  return new TocsinError('SEAL_MALFORMED', `tar, byte ${at}: expected ${expected}, found ${found}`);
}
