/**
 * A member's own OpenPGP program, which keeps the secret key: what needs that key is asked of it.
 * Keys are named by fingerprint, hex in upper case.
 */
export type OpenpgpTool = {
  /** The public key, binary. @throws NOT_FOUND when it has none of that fingerprint. */
  exportKey(fingerprint: string): Promise<Buffer>;
  /** A detached signature, binary, by exactly this key or subkey. */
  sign(fingerprint: string, message: Uint8Array): Promise<Buffer>;
  /**
   * What is in a message, of at most `most` bytes; nothing of it is written anywhere else. MUST
   * reject what is not integrity protected.
   * @throws SEAL_NO_MATCH, SEAL_TAMPERED, LIMIT_EXCEEDED.
   */
  decrypt(message: Uint8Array, most: number): Promise<Buffer>;
};
