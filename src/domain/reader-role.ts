/**
 * What a reader is to its participant. An administrator also invites and removes others, and states
 * facts of the organisation; a machine fetches and acknowledges, and nothing else.
 */
export const READER_ROLES = ['administrator', 'reader', 'machine'] as const;
/** One of `READER_ROLES`. */
export type ReaderRole = (typeof READER_ROLES)[number];
