import { TocsinError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ReaderFacts } from '../../store/delivery-reader.ts';

/** Whether a reader's key has ended, or was reported: what alerts say goes to keys in force. */
export function hasEnded(
  { keyExpiresAt }: Pick<ReaderFacts, 'keyExpiresAt'>,
  now: Instant,
): boolean {
  return keyExpiresAt !== null && keyExpiresAt <= now;
}

export function keyEnded(): TocsinError {
  return new TocsinError('KEY_EXPIRED', 'your key: expected one in force, found it has ended');
}
