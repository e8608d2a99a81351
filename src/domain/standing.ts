import type { Standing } from './enrolment.ts';

/** Why somebody changes a standing, as the ledger keeps it: a word, never prose. */
export const STANDING_REASONS = [
  'breach_suspected',
  'breach_confirmed',
  'ownership_changed',
  'agreement_ended',
  'own_request',
  'reinstated',
  'other',
] as const;
/** One of them, or what follows from a decision about an earlier step. */
export type StandingReason = (typeof STANDING_REASONS)[number] | 'appeal_granted' | 'not_confirmed';

/**
 * How a step needs its second person: it is in force at once and to be confirmed, or is nothing but
 * a proposal until it is.
 */
export type StepForm = 'one_then_confirm' | 'two_persons';

/**
 * How a step ended. Superseded: a proposal that was overtaken, or an emergency that two persons
 * settled. Lapsed: a proposal whose proposer's access has ended.
 */
export const STEP_OUTCOMES = ['confirmed', 'refused', 'superseded', 'lapsed'] as const;
/** One of `STEP_OUTCOMES`. */
export type StepOutcome = (typeof STEP_OUTCOMES)[number];

/** What comes of an appeal. */
export const APPEAL_OUTCOMES = ['granted', 'dismissed'] as const;
/** One of `APPEAL_OUTCOMES`. */
export type AppealOutcome = (typeof APPEAL_OUTCOMES)[number];

const RUNGS: Readonly<Record<Standing, number>> = {
  active: 3,
  restricted: 2,
  applicant: 1,
  suspended: 0,
  withdrawn: 0,
  removed: -1,
};

/** Standings that one person may bring about, as far as they are a step down. */
const AT_ONCE: readonly Standing[] = ['restricted', 'suspended', 'withdrawn'];

/** Whether a step leads down the ladder: it takes something away. */
export function narrows(from: Standing, to: Standing): boolean {
  return RUNGS[to] < RUNGS[from];
}

/**
 * The form of a step. Down, it does not wait for a second person, save to `removed`: a suspension
 * shuts the same at once, and removing is for good.
 */
export function formOf(from: Standing, to: Standing): StepForm {
  return narrows(from, to) && AT_ONCE.includes(to) ? 'one_then_confirm' : 'two_persons';
}
