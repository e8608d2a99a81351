/**
 * Unpadded standard Base64 (RFC 4648 §4), as the age header uses it throughout.
 */
export function base64(bytes: Uint8Array): string {
  const padded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  const end = padded.indexOf('=');
  return end < 0 ? padded : padded.slice(0, end);
}

/**
 * The bytes of a canonical unpadded Base64 string, or `null` when it is anything else: padding, a
 * foreign character, an impossible length, or non-zero bits after the last byte (RFC 4648 §3.5).
 */
export function parseBase64(text: string): Buffer | null {
  // Node's decoder skips what it does not know; only the way back shows that nothing was skipped.
  const bytes = Buffer.from(text, 'base64');
  return base64(bytes) === text ? bytes : null;
}

/** The same for padded Base64 (RFC 4648 §4), which only the armor uses. */
export function parsePaddedBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
