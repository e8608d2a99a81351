/**
 * What a participant that has tried an artifact says of it. `does_not_parse`: its tool refuses it;
 * `false_positives`: it hits what is harmless; `too_slow`: it cannot be deployed as it is;
 * `missed_sample`: it does not hit what it should.
 */
export const FEEDBACK_WORDS = [
  'works',
  'does_not_parse',
  'false_positives',
  'too_slow',
  'missed_sample',
] as const;
export type FeedbackWord = (typeof FEEDBACK_WORDS)[number];

/** Details of it: which rule of several, and what its author should know. */
export type FeedbackDetails = { readonly rule: string | null; readonly note: string | null };
