import { generateIdentity, recipientOf } from '../crypto/age/keys.ts';
import { open } from '../crypto/age/open.ts';
import { TocsinError } from '../domain/errors.ts';
import { type MarkKeyHalf, parseHalf } from '../formats/mark-key-half.ts';
import { soleLine } from './own-keys.ts';

/** An officer's new identity, in the form that `age -i` reads; its recipient is public. */
export function newOfficerKey(): { readonly file: string; readonly recipient: string } {
  const { identity, recipient } = generateIdentity();
  return { file: `# public key: ${recipient}\n${identity}\n`, recipient };
}

/** The recipient of an identity file. @throws KEY_INVALID, UNSUPPORTED */
export function recipientIn(file: string): string {
  return recipientOf(soleLine(file));
}

/**
 * The half of an alert's mark key that this identity opens, of those that were sealed.
 * @throws SEAL_NO_MATCH when none is sealed to it; SEAL_MALFORMED when one is of another alert.
 */
export function openHalf(file: string, alert: string, halves: readonly Uint8Array[]): MarkKeyHalf {
  const identity = soleLine(file);
  for (const sealed of halves) {
    const text = opened(identity, sealed);
    if (text === null) continue;
    const half = parseHalf(text);
    if (half.alert === alert) return half;
    throw new TocsinError(
      'SEAL_MALFORMED',
      `half: expected one of alert ${alert}, found another's`,
    );
  }
  throw new TocsinError('SEAL_NO_MATCH', 'half: expected one sealed to this identity, found none');
}

function opened(identity: string, sealed: Uint8Array): string | null {
  try {
    return open([identity], sealed).toString();
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'SEAL_NO_MATCH') return null;
    throw error;
  }
}
