import type { TermsText } from '../domain/terms.ts';

/** Of which programme's terms something is said. */
export type TermsOf = TermsText & { readonly programme: string };

/**
 * What the hash of terms is over, as canonical JSON (docs/formats/terms.md): whoever signs it signs
 * text, clauses, version and time.
 */
export function termsDocument({ programme, version, text, clauses, validDays }: TermsOf) {
  return { v: 1, programme, version, text, clauses, validDays };
}

/** What an officer signs, and for whom. */
export type TermsClaim = {
  readonly terms: string;
  readonly participant: string;
  /** SHA-256 of the canonical JSON of `termsDocument`, 32 bytes. */
  readonly sha256: Uint8Array;
  /** The participant's last agreement to them, answered already; null: it has signed none. */
  readonly follows: string | null;
};

/** The bytes an officer signs with its Ed25519 key (docs/formats/terms.md, "Signature"). */
export function termsSigningBytes({ terms, participant, sha256, follows }: TermsClaim): Buffer {
  const hash = Buffer.from(sha256).toString('hex');
  const [v, last] = follows === null ? [1, ''] : [2, `${follows}\n`];
  return Buffer.from(`tocsin/terms/v${v}\n${terms}\n${participant}\n${hash}\n${last}`);
}
