/** What a member of a programme can owe for an alert that it was given. */
export const OBLIGATION_CODES = [
  'keep_embargo',
  'acknowledge',
  'leak_report',
  'status_report',
  'protection_report',
  'retest',
  'post',
  'return_copies',
] as const;
/**
 * One of `OBLIGATION_CODES`. `keep_embargo`: nothing of it gets out before disclosure;
 * `acknowledge`: a copy is acknowledged; `leak_report`: a leak of its own is reported;
 * `status_report`: it says how it is affected; `protection_report`: its protection is ready;
 * `retest`: it tries again what was revised after it had tried it; `post`: what it publishes itself
 * is out; `return_copies`: it gives up its copies after it has left, or had to.
 */
export type ObligationCode = (typeof OBLIGATION_CODES)[number];

/** What a member says to meet an obligation that the system cannot see it meet. */
export const REPORTABLE = {
  status_report: ['under_investigation', 'affected', 'not_affected', 'fixed', 'protected'],
  protection_report: ['in_work', 'tested', 'ready', 'shipped'],
  post: ['posted'],
  return_copies: ['returned', 'deleted'],
} as const satisfies Partial<Record<ObligationCode, readonly string[]>>;
/** An obligation that is met by a report. */
export type ReportableCode = keyof typeof REPORTABLE;
/** One of the words with which it is. */
export type ReportWord = (typeof REPORTABLE)[ReportableCode][number];

/** Words that are kept and tell how far it is, and do not meet the obligation. */
const UNDER_WAY: readonly ReportWord[] = ['in_work', 'tested'];

/** Whether a report with this word meets its obligation. */
export function meets(says: ReportWord): boolean {
  return !UNDER_WAY.includes(says);
}

/** Longest name of a product that a report is about, in characters. */
export const MAX_PRODUCT = 200;
