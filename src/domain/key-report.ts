/** What may have become of a reader's keys. */
export const KEY_REPORTS = ['lost', 'stolen'] as const;
export type KeyReport = (typeof KEY_REPORTS)[number];
