/**
 * Decodes standard base64 (RFC 4648 §4) strictly: with padding, without white space, the unused
 * bits zero, so that no two texts stand for the same bytes. Null for all other texts.
 */
export function decodeBase64(text: string): Buffer | null {
  // Node skips what it cannot read; what was skipped is missing when the bytes are written back.
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}
