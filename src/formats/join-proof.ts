/**
 * The bytes that a joining reader signs with its Ed25519 key: that it holds this key, wants copies
 * sealed to this recipient, and was given this invitation (docs/formats/invitation.md).
 * @param invitationSha256 SHA-256 of the invitation's secret, 32 bytes
 * @param recipient the reader's age recipient, `age1…`
 */
export function joinSigningBytes(invitationSha256: Uint8Array, recipient: string): Buffer {
  const hex = Buffer.from(invitationSha256).toString('hex');
  return Buffer.from(`tocsin/join/v1\n${hex}\n${recipient}`);
}
