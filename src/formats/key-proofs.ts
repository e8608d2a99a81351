import type { KeyReport } from '../domain/key-report.ts';

export type { KeyReport } from '../domain/key-report.ts';

/** What a reader brings in place of its keys. */
type NewKeys = {
  readonly reader: string;
  /** Fingerprint of the recipient in force: once another is, the signature is of no use. */
  readonly replaces: string;
  readonly recipient: string;
  /** Ed25519 public key, 32 bytes. */
  readonly signKey: Uint8Array;
};

/**
 * The bytes by which keys replace others (docs/api.md, "Other keys"): signed by the signing key in
 * force, by the new one, and by an OpenPGP key that is brought.
 */
export function rotationSigningBytes({ reader, replaces, recipient, signKey }: NewKeys): Buffer {
  const key = Buffer.from(signKey).toString('hex');
  return Buffer.from(`tocsin/rotate/v1\n${reader}\n${replaces}\n${recipient}\n${key}`);
}

/** The bytes by which a reader says that the keys of another of its participant are gone. */
export function reportSigningBytes(reader: string, fingerprint: string, what: KeyReport): Buffer {
  return Buffer.from(`tocsin/report-key/v1\n${reader}\n${fingerprint}\n${what}`);
}
