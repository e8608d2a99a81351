import type { ParticipantId, PersonId, ReaderId } from './ids.ts';

/**
 * Who reads what participants write about an alert: the issuer alone, or every participant that
 * sees the alert too, as on a list whose members know each other.
 */
export const THREADS = ['issuer', 'members'] as const;
export type Threads = (typeof THREADS)[number];

/** For whom a message is: the issuer alone, one participant, or all who see the alert. */
export const MESSAGE_AUDIENCES = ['issuer', 'one', 'members'] as const;
export type MessageAudience = (typeof MESSAGE_AUDIENCES)[number];

/** Who wrote it: a person of the issuer, or a reader for its participant. */
export type MessageAuthor =
  | { readonly kind: 'person'; readonly person: PersonId }
  | { readonly kind: 'reader'; readonly participant: ParticipantId; readonly reader: ReaderId };

/** Longest message, characters. */
export const MAX_MESSAGE = 8_000;
