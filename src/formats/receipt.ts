/** What a reader's receipt says: which delivery, and the hashes of what was opened and received. */
export type ReceiptClaim = {
  readonly delivery: string;
  /** SHA-256 of the manifest's JSON, 32 bytes. */
  readonly manifestSha256: Uint8Array;
  /** SHA-256 of the sealed file as received, 32 bytes. */
  readonly ciphertextSha256: Uint8Array;
};

/** The bytes a reader signs with its Ed25519 key (docs/formats/copy.md, "Receipt"). */
export function receiptSigningBytes(claim: ReceiptClaim): Buffer {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return Buffer.from(
    `tocsin/receipt/v1\n${claim.delivery}\n${hex(claim.manifestSha256)}\n${hex(claim.ciphertextSha256)}\n`,
  );
}
