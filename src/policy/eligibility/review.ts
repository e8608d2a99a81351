import type { Standing } from '../../domain/enrolment.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import type { Application, Roll } from './application.ts';
import { checkAll } from './assess.ts';
import { FINDINGS, type Finding } from './criterion.ts';
import type { EligibilitySection, Lapse, ReviewRule } from './section.ts';

/** Why a standing changes, or persons look at a member. */
export const REVIEW_REASONS = [
  'EVIDENCE_EXPIRED',
  'CRITERION_FAILED',
  'CRITERION_NOT_SHOWN',
  'REQUALIFICATION_DUE',
  'REQUALIFICATION_OVERDUE',
  'NO_VALUE_ADDED',
] as const;
/** One of `REVIEW_REASONS`. */
export type ReviewReason = (typeof REVIEW_REASONS)[number];

/** One cause, with the criterion it is about. */
export type ReviewCause = { readonly reason: ReviewReason; readonly criterion: string | null };

/** What a review run knows of a member. */
export type MemberFacts = {
  readonly standing: Standing;
  /** What it says and shows at present. */
  readonly application: Application;
  /** When it last qualified: its admission, or its last re-qualification. */
  readonly qualifiedAt: Instant;
  /** Its value scores, one per closed alert that it received, oldest first. */
  readonly scores: readonly number[];
  /** Reviews that are open already; they are not opened again. */
  readonly openReviews: readonly ReviewCause[];
};

/** A standing that is proposed, for which causes. */
export type StandingChange = {
  readonly to: 'restricted' | 'removed';
  readonly causes: readonly ReviewCause[];
};

/** What the member is told: its standing from now on, or null where only a review opens. */
export type ReviewNotice = ReviewCause & { readonly standing: StandingChange['to'] | null };

/** What a review run comes to. */
export type StandingReview = {
  readonly change: StandingChange | null;
  readonly opens: readonly ReviewCause[];
  readonly notices: readonly ReviewNotice[];
};

type Consequence = ReviewCause & { readonly lapse: Lapse };

/** A change only ever goes up this ladder; whoever is not on it is not reviewed. */
const STRICTNESS: Readonly<Partial<Record<Standing, number>>> = {
  active: 0,
  restricted: 1,
  suspended: 2,
  removed: 3,
};

/**
 * What follows for a member at `now`: a stricter standing, reviews that open, and what it is told.
 * Repeated with the outcome in force, it comes to nothing.
 */
export function reviewStanding(
  section: EligibilitySection,
  member: MemberFacts,
  roll: Roll,
  now: Instant,
): StandingReview {
  const all = [
    ...criteriaConsequences(section, member, roll, now),
    ...(section.review === null ? [] : calendarConsequences(section.review, member, now)),
  ];
  const change = strictest(member.standing, all);
  const opens = change?.to === 'removed' ? [] : reviewsToOpen(member, all);
  const notices = [
    ...(change?.causes ?? []).map((cause) => ({ ...cause, standing: change?.to ?? null })),
    ...opens.map((cause) => ({ ...cause, standing: null })),
  ];
  return { change, opens, notices };
}

function criteriaConsequences(
  section: EligibilitySection,
  { application }: MemberFacts,
  roll: Roll,
  now: Instant,
): Consequence[] {
  const lapses = new Map(section.criteria.map(({ code, evidence }) => [code, evidence?.onExpiry]));
  return (
    checkAll(section, application, roll, now)
      // A sponsor vouches once, for the admission; it may leave afterwards.
      .filter(({ code }) => code !== 'SPONSOR_NOT_ACTIVE')
      .flatMap((finding) => findingConsequence(finding, lapses, now))
  );
}

function findingConsequence(
  { criterion, code, until }: Finding,
  lapses: ReadonlyMap<string, Lapse | undefined>,
  now: Instant,
): Consequence[] {
  if (FINDINGS[code] === 'met') return [];
  // [R28] What has changed since the admission is a question to persons, not yet an answer.
  if (FINDINGS[code] === 'failed')
    return [{ reason: 'CRITERION_FAILED', criterion, lapse: 'review' }];
  if (code !== 'EVIDENCE_EXPIRED') {
    return [{ reason: 'CRITERION_NOT_SHOWN', criterion, lapse: 'review' }];
  }
  // [R31] Releases that ask for the criterion stop at the end itself; the standing follows once the
  // end lies in the past.
  if (until === null || until >= now) return [];
  const lapse = lapses.get(criterion ?? '') ?? 'review';
  return [{ reason: 'EVIDENCE_EXPIRED', criterion, lapse }];
}

function calendarConsequences(
  rule: ReviewRule,
  { qualifiedAt, scores }: MemberFacts,
  now: Instant,
): Consequence[] {
  // [R64] Due, then over, at exactly these instants.
  const dueAt = plus(qualifiedAt, rule.everyMs);
  const overAt = plus(dueAt, rule.graceMs);
  const found: Consequence[] = [];
  if (now >= overAt) {
    found.push({ reason: 'REQUALIFICATION_OVERDUE', criterion: null, lapse: 'removed' });
  } else if (now >= dueAt) {
    found.push({ reason: 'REQUALIFICATION_DUE', criterion: null, lapse: 'restricted' });
  }
  if (addsNoValue(rule, scores)) {
    found.push({ reason: 'NO_VALUE_ADDED', criterion: null, lapse: 'review' });
  }
  return found;
}

/** [R62] Below the bar in each of the last alerts; fewer alerts than that say nothing. */
function addsNoValue({ value }: ReviewRule, scores: readonly number[]): boolean {
  if (value === null || scores.length < value.alerts) return false;
  return scores.slice(-value.alerts).every((score) => score < value.least);
}

function strictest(standing: Standing, all: readonly Consequence[]): StandingChange | null {
  const rank = STRICTNESS[standing];
  if (rank === undefined) return null;
  for (const to of ['removed', 'restricted'] as const) {
    const causes = all.filter(({ lapse }) => lapse === to).map(causeOf);
    if (causes.length > 0 && rank < (STRICTNESS[to] ?? 0)) return { to, causes };
  }
  return null;
}

function reviewsToOpen({ standing, openReviews }: MemberFacts, all: readonly Consequence[]) {
  if (STRICTNESS[standing] === undefined || standing === 'removed') return [];
  return all
    .filter(({ lapse }) => lapse === 'review')
    .map(causeOf)
    .filter((cause) => !openReviews.some((open) => same(open, cause)));
}

function causeOf({ reason, criterion }: ReviewCause): ReviewCause {
  return { reason, criterion };
}

function same(one: ReviewCause, other: ReviewCause): boolean {
  return one.reason === other.reason && one.criterion === other.criterion;
}
