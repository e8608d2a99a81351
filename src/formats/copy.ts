import { invalid, TocsinError } from '../domain/errors.ts';
import {
  formatManifest,
  MAX_MANIFEST_BYTES,
  type Manifest,
  manifestSigningBytes,
  parseManifest,
  SIGNATURE_BYTES,
} from './manifest.ts';
import { END_BYTES, entryLength, isZero, nameFault, readTar, writeTar } from './tar.ts';

export { formatManifest, type Manifest, manifestSigningBytes } from './manifest.ts';

/** The plaintext of a copy is a multiple of this many bytes. */
const ROUNDING_BYTES = 4096;
const MANIFEST = 'manifest.json';
const SIGNATURE = 'manifest.sig';
const CONTENT = 'content/';
const PADDING = 'padding';

/** What a copy is made of, as found in one. */
export type CopyParts = {
  readonly manifestJson: string;
  /** Not verified: the caller does, over `manifestSigningBytes(manifestJson)`. */
  readonly signature: Uint8Array;
  readonly contentName: string;
  readonly content: Uint8Array;
};

/**
 * Length in bytes of the plaintext of every reader's copy of a version whose longest content has
 * `maxContentBytes`: what the longest manifest and that content take as tar, rounded up to 4 KiB.
 * It depends on nothing else, so that the length of a sealed copy tells nothing of its reader.
 */
export function copyPlaintextLength(maxContentBytes: number): number {
  const most =
    entryLength(MAX_MANIFEST_BYTES) +
    entryLength(SIGNATURE_BYTES) +
    entryLength(maxContentBytes) +
    entryLength(0) +
    END_BYTES;
  return Math.ceil(most / ROUNDING_BYTES) * ROUNDING_BYTES;
}

/**
 * That a copy can carry content of this file name: one path component of at most 92 bytes of UTF-8,
 * without control characters, backslash or colon, and not `.` or `..`.
 * @throws INVALID_INPUT naming `field`.
 */
export function checkContentName(name: string, field: string): void {
  const fault = name.includes('/') ? 'a "/"' : nameFault(CONTENT + name);
  if (fault !== null) throw invalid(field, 'a plain file name', fault);
}

/** A copy to be made. */
type NewCopy = {
  readonly manifest: Manifest;
  /** Ed25519 by the issuer, 64 bytes. */
  readonly sign: (bytes: Buffer) => Uint8Array;
  readonly content: Uint8Array;
  /** Bytes, from `copyPlaintextLength`. */
  readonly length: number;
};

/**
 * The plaintext of a copy: a tar archive of exactly `length` bytes, whose last entry is padding;
 * and the manifest in it as it stands.
 * @throws INVALID_INPUT when the parts do not fit into `length`, or the name or signature is unfit.
 * @throws SEAL_MALFORMED when readers would not accept the manifest.
 */
export function packCopy(copy: NewCopy): { plaintext: Buffer; manifestJson: string } {
  const { name, issuedAt } = copy.manifest;
  checkContentName(name, 'manifest.name');
  const manifestJson = formatManifest(copy.manifest);
  const signature = copy.sign(manifestSigningBytes(manifestJson));
  if (signature.length !== SIGNATURE_BYTES) {
    throw invalid('signature', `${SIGNATURE_BYTES} bytes`, signature.length);
  }
  const entries = [
    { name: MANIFEST, bytes: Buffer.from(manifestJson) },
    { name: SIGNATURE, bytes: signature },
    { name: CONTENT + name, bytes: copy.content },
  ];
  let used = entryLength(0) + END_BYTES;
  for (const { bytes } of entries) used += entryLength(bytes.length);
  const padding = copy.length - used;
  if (padding < 0 || copy.length % ROUNDING_BYTES !== 0) {
    throw invalid('length', `a multiple of ${ROUNDING_BYTES} from ${used}`, copy.length);
  }
  entries.push({ name: PADDING, bytes: Buffer.alloc(padding) });
  return { plaintext: writeTar(entries, Math.floor(issuedAt / 1000)), manifestJson };
}

/**
 * Reads the plaintext of a copy, which is attacker-controlled: whoever knows a reader's public key
 * can seal to it. The caller checks signature, recipient, content hash and proof.
 * @throws SEAL_MALFORMED unless it holds exactly the four entries of docs/formats/copy.md in order.
 * @throws UNSUPPORTED on a manifest of another version.
 */
export function unpackCopy(bytes: Uint8Array): CopyParts & { readonly manifest: Manifest } {
  const files = readTar(bytes);
  const [manifestFile, signatureFile, contentFile, paddingFile, ...more] = files;
  if (
    manifestFile?.[0] !== MANIFEST ||
    signatureFile?.[0] !== SIGNATURE ||
    contentFile === undefined ||
    paddingFile?.[0] !== PADDING ||
    more.length > 0
  ) {
    throw malformed(
      `the entries ${MANIFEST}, ${SIGNATURE}, ${CONTENT}… and ${PADDING}`,
      `${files.size} entries, not these`,
    );
  }
  const manifestJson = decode(manifestFile[1]);
  const manifest = parseManifest(manifestJson);
  const signature = signatureFile[1];
  if (signature.length !== SIGNATURE_BYTES) {
    throw malformed(`a signature of ${SIGNATURE_BYTES} bytes`, `${signature.length}`);
  }
  if (contentFile[0] !== CONTENT + manifest.name || manifest.name.includes('/')) {
    throw malformed(`the manifest's name after ${CONTENT}`, 'another');
  }
  if (!isZero(paddingFile[1])) throw malformed('padding of zeros', 'other bytes');
  return { manifestJson, manifest, signature, contentName: manifest.name, content: contentFile[1] };
}

function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  if (!Buffer.from(text).equals(bytes)) throw malformed('a manifest in UTF-8', 'other bytes');
  return text;
}

function malformed(expected: string, found: string): TocsinError {
  return new TocsinError('SEAL_MALFORMED', `copy: expected ${expected}, found ${found}`);
}
