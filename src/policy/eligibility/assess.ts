import type { ParticipantId, PersonId } from '../../domain/ids.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import type { Application, Roll } from './application.ts';
import { checkCriterion, FINDINGS, type Finding, isAsked, sponsorsOf } from './criterion.ts';
import { type Wait, waits } from './seats.ts';
import type { EligibilitySection } from './section.ts';

/** What an application comes to, the worst first. */
export const VERDICTS = ['refused', 'incomplete', 'waiting', 'acceptable'] as const;
/** One of `VERDICTS`. */
export type Verdict = (typeof VERDICTS)[number];

/** A verdict with all its causes: one finding per criterion that was asked, then others. */
export type Assessment = {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Where it stands in each class without a free seat. */
  readonly waiting: readonly Wait[];
};

/** Evidence without an end of its own is good until the last instant there is. */
const NO_END = instant(Date.UTC(9999, 11, 31, 23, 59, 59, 999));

/** What an application shows at `now`, criterion by criterion. */
export function assess(
  section: EligibilitySection,
  application: Application,
  roll: Roll,
  now: Instant,
): Assessment {
  const whole = (code: 'CLASS_NOT_ADMITTED' | 'SEATS_FULL') => ({
    criterion: null,
    code,
    until: null,
  });
  const waiting = waits(section, application, roll);
  const findings = [
    ...checkAll(section, application, roll, now),
    ...(isAdmitted(section, application) ? [] : [whole('CLASS_NOT_ADMITTED')]),
    ...(waiting.length === 0 ? [] : [whole('SEATS_FULL')]),
  ];
  return { verdict: verdictOf(findings), findings, waiting };
}

/** One finding for each criterion that is asked of the applicant, in the pack's order. */
export function checkAll(
  section: EligibilitySection,
  application: Application,
  roll: Roll,
  now: Instant,
): Finding[] {
  return section.criteria
    .filter((criterion) => isAsked(criterion, application))
    .map((criterion) => checkCriterion(criterion, application, roll, now));
}

/**
 * `Profile.criteria`: until when (exclusive) each criterion is shown. What is not met is absent.
 * What is not asked of its classes stands in nobody's way; whoever has none of the pack's classes
 * has shown nothing. To be asked again whenever roles or answers change.
 */
export function shownCriteria(
  section: EligibilitySection,
  application: Application,
  roll: Roll,
  now: Instant,
): Record<string, Instant> {
  if (!isAdmitted(section, application)) return {};
  const shown = section.criteria.flatMap((criterion) => {
    if (!isAsked(criterion, application)) return [[criterion.code, NO_END] as const];
    const { code, until } = checkCriterion(criterion, application, roll, now);
    return FINDINGS[code] === 'met' ? [[criterion.code, until ?? NO_END] as const] : [];
  });
  return Object.fromEntries(shown);
}

/** Whether it is of a class that may apply. */
function isAdmitted({ seats }: EligibilitySection, { roles }: Application): boolean {
  return roles.some((role) => seats.has(role));
}

function verdictOf(findings: readonly Finding[]): Verdict {
  const counts = new Set(findings.map(({ code }) => FINDINGS[code]));
  if (counts.has('failed')) return 'refused';
  // [R33] Nothing that follows can make up for a criterion nobody has shown.
  if (counts.has('missing')) return 'incomplete';
  return counts.has('waiting') ? 'waiting' : 'acceptable';
}

/** Who accepts: a person, and the participants on whose sides it stands. */
export type Approver = {
  readonly person: PersonId;
  readonly sides: ReadonlySet<ParticipantId>;
};

/** Why an application is not accepted. */
export type Refusal =
  | Exclude<Verdict, 'acceptable'>
  | 'approver_is_applicant'
  | 'approver_is_sponsor';

/** The answer to an acceptance; `assessment` is what it was decided on. */
export type Acceptance = {
  readonly refused: Refusal | null;
  readonly assessment: Assessment;
};

/**
 * Whether an approver may accept an application at `now`. It is assessed here and now, and there is
 * no argument that could set the assessment aside: the rules are the same for every approver.
 */
export function accept(
  section: EligibilitySection,
  application: Application,
  roll: Roll,
  approver: Approver,
  now: Instant,
): Acceptance {
  const assessment = assess(section, application, roll, now);
  const { verdict } = assessment;
  if (verdict !== 'acceptable') return { refused: verdict, assessment };
  if (approver.sides.has(application.applicant)) {
    return { refused: 'approver_is_applicant', assessment };
  }
  if (isSponsor(approver, application)) return { refused: 'approver_is_sponsor', assessment };
  return { refused: null, assessment };
}

/** [R32] Neither the person who vouches nor anybody else of the member it vouches for decides. */
function isSponsor({ person, sides }: Approver, application: Application): boolean {
  return sponsorsOf(application).some(
    (sponsor) => sponsor.person === person || sides.has(sponsor.member),
  );
}
