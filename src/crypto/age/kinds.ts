import { Lru } from '../lru.ts';
import type { Stanza } from './header.ts';
import { type AgeKind, parseIdentity, parseRecipient } from './keys.ts';
import { parseHybridStanza, unwrapHybrid, wrapHybrid } from './stanza-hybrid.ts';
import {
  importX25519Identity,
  importX25519Recipient,
  parseX25519Stanza,
  unwrapX25519,
  wrapX25519,
} from './stanza-x25519.ts';
import { importXWingPublic, importXWingSecret } from './xwing.ts';

/** A recipient ready to seal to. */
type Recipient = { readonly kind: AgeKind; wrap(fileKey: Uint8Array): Stanza };

/** An identity ready to open with. */
export type Identity =
  | { readonly kind: 'X25519'; readonly secret: ReturnType<typeof importX25519Identity> }
  | { readonly kind: 'mlkem768x25519'; readonly secret: ReturnType<typeof importXWingSecret> };

/** A stanza of a kind that an identity may open. */
export type KnownStanza =
  | { readonly kind: 'X25519'; readonly stanza: Parameters<typeof unwrapX25519>[1] }
  | { readonly kind: 'mlkem768x25519'; readonly stanza: Parameters<typeof unwrapHybrid>[1] };

/** Imported recipients: a wave seals to the same readers again and again. Public keys only. */
const recipients = new Lru<string, Recipient>(4096);

/**
 * Imports `age1…` or `age1pq1…`. @throws KEY_INVALID when it is neither, or a key that cannot be
 * sealed to. @throws UNSUPPORTED on a hybrid one where Node has no ML-KEM.
 */
export function importRecipient(recipient: string): Recipient {
  return recipients.get(recipient, () => {
    const { kind, bytes } = parseRecipient(recipient);
    if (kind === 'X25519') {
      const to = importX25519Recipient(bytes);
      return { kind, wrap: (fileKey) => wrapX25519(to, fileKey) };
    }
    const to = importXWingPublic(bytes);
    return { kind, wrap: (fileKey) => wrapHybrid(to, fileKey) };
  });
}

/** Imports `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`. @throws KEY_INVALID, UNSUPPORTED */
export function importIdentity(identity: string): Identity {
  const { kind, bytes } = parseIdentity(identity);
  return kind === 'X25519'
    ? { kind, secret: importX25519Identity(bytes) }
    : { kind, secret: importXWingSecret(bytes) };
}

/** `null` for a type that the spec says to ignore. @throws SEAL_MALFORMED on a bad one of ours. */
export function parseKnownStanza(stanza: Stanza): KnownStanza | null {
  const x25519 = parseX25519Stanza(stanza);
  if (x25519 !== null) return { kind: 'X25519', stanza: x25519 };
  const hybrid = parseHybridStanza(stanza);
  return hybrid === null ? null : { kind: 'mlkem768x25519', stanza: hybrid };
}

/** The file key, or `null` when the stanza is not for this identity. */
export function unwrap(identity: Identity, found: KnownStanza): Buffer | null {
  if (identity.kind === 'X25519') {
    return found.kind === 'X25519' ? unwrapX25519(identity.secret, found.stanza) : null;
  }
  return found.kind === 'X25519' ? null : unwrapHybrid(identity.secret, found.stanza);
}
