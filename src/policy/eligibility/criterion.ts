import { type Instant, instant, plus } from '../../domain/instant.ts';
import { addressFault } from './address.ts';
import type { Answer, Application, Evidence, Roll, Said } from './application.ts';
import { type Criterion, type EvidenceRule, SEATED } from './section.ts';

/** How each finding counts. `waiting`: nothing is wrong, but there is no seat. */
export const FINDINGS = {
  MET: 'met',
  EXCEPTION: 'met',
  UNANSWERED: 'missing',
  EVIDENCE_MISSING: 'missing',
  EVIDENCE_UNCHECKED: 'missing',
  EVIDENCE_EXPIRED: 'missing',
  BELOW_MINIMUM: 'failed',
  EXCLUDED_ACTIVITY: 'failed',
  NOT_ONE_OF: 'failed',
  NOT_ATTESTED: 'failed',
  SPONSOR_NOT_ACTIVE: 'failed',
  REBUILD_OF_MEMBER: 'failed',
  ADDRESS_MALFORMED: 'failed',
  ADDRESS_PERSONAL: 'failed',
  FORWARDING_NOT_ATTESTED: 'failed',
  CLASS_NOT_ADMITTED: 'failed',
  SEATS_FULL: 'waiting',
} as const satisfies Record<string, 'met' | 'missing' | 'failed' | 'waiting'>;
/** One of `FINDINGS`. */
export type FindingCode = keyof typeof FINDINGS;

/** What was found of one criterion; `criterion`: null for what concerns all of the application. */
export type Finding = {
  readonly criterion: string | null;
  readonly code: FindingCode;
  /** For what is met, or was: until when (exclusive) evidence shows it; null: no end. */
  readonly until: Instant | null;
};

/** Whether a criterion is asked of an applicant: of its classes, or of everybody. */
export function isAsked(criterion: Criterion, { roles }: Pick<Application, 'roles'>): boolean {
  return criterion.of.length === 0 || criterion.of.some((role) => roles.includes(role));
}

/** What an application shows of one criterion at `now`. */
export function checkCriterion(
  criterion: Criterion,
  application: Application,
  roll: Roll,
  now: Instant,
): Finding {
  const finding = (code: FindingCode, until: Instant | null = null): Finding => ({
    criterion: criterion.code,
    code,
    until,
  });
  const answer = application.answers[criterion.code];
  if (answer === undefined) return finding('UNANSWERED');
  const fault = answerFault(criterion, answer.said, roll);
  if (fault === 'UNANSWERED') return finding(fault);
  if (fault !== null) return finding(excused(criterion, application) ? 'EXCEPTION' : fault);
  if (criterion.evidence === null) return finding('MET');
  return evidenceFinding(criterion.evidence, answer, finding, now);
}

/** What is wrong with an answer, whatever was shown for it; null: nothing. */
function answerFault(criterion: Criterion, said: Said, roll: Roll): FindingCode | null {
  switch (criterion.kind) {
    case 'minimum':
      // [R26] [R27] So many guests, or protected users, are enough.
      if (said.form !== 'number') return 'UNANSWERED';
      return said.value >= criterion.least ? null : 'BELOW_MINIMUM';
    case 'must_not':
      // [R28] Not a word of what it does may be among those.
      if (said.form !== 'words') return 'UNANSWERED';
      return said.words.some((each) => criterion.words.includes(each)) ? 'EXCLUDED_ACTIVITY' : null;
    case 'one_of':
      // [R29] All that it says must be among those: a maker who also buys in is not in-house.
      if (said.form !== 'words' || said.words.length === 0) return 'UNANSWERED';
      return said.words.every((each) => criterion.words.includes(each)) ? null : 'NOT_ONE_OF';
    case 'attestation':
      if (said.form !== 'yes') return 'UNANSWERED';
      return said.value ? null : 'NOT_ATTESTED';
    case 'sponsor': {
      if (said.form !== 'sponsor') return 'UNANSWERED';
      // [R32] Only a member that is served now can vouch.
      const sponsor = roll.members.find((each) => each.participant === said.member);
      return sponsor?.standing === 'active' ? null : 'SPONSOR_NOT_ACTIVE';
    }
    case 'not_rebuild': {
      if (said.form !== 'rebuild') return 'UNANSWERED';
      // [R30] A member that is suspended for a while is still the origin of its rebuilds.
      const origin = roll.members.find((each) => each.participant === said.of);
      return origin && SEATED.includes(origin.standing) ? 'REBUILD_OF_MEMBER' : null;
    }
    case 'role_address':
      if (said.form !== 'address') return 'UNANSWERED';
      return (
        addressFault(said.address, criterion.words) ??
        (said.notForwarded ? null : 'FORWARDING_NOT_ATTESTED')
      );
  }
}

/** Who vouches for an applicant. */
export function sponsorsOf({ answers }: Application) {
  return Object.values(answers).flatMap(({ said }) => (said.form === 'sponsor' ? [said] : []));
}

/** An exception says why, and is not of the person who vouches; else it is none. */
function excused(criterion: Criterion, application: Application): boolean {
  const exception = application.exceptions[criterion.code];
  if (!criterion.exceptions || exception === undefined) return false;
  const vouches = sponsorsOf(application).some(({ person }) => person === exception.approver);
  return !vouches && exception.reason.trim() !== '';
}

function evidenceFinding(
  rule: EvidenceRule,
  { evidence }: Answer,
  finding: (code: FindingCode, until?: Instant | null) => Finding,
  now: Instant,
): Finding {
  if (evidence === null) return finding('EVIDENCE_MISSING');
  if (evidence.checkedBy !== rule.checkedBy) return finding('EVIDENCE_UNCHECKED');
  const until = evidenceEnd(rule, evidence);
  if (until !== null && now >= until) return finding('EVIDENCE_EXPIRED', until);
  return finding('MET', until);
}

/** The earlier of the evidence's own end and the time the pack takes it for; null: neither. */
function evidenceEnd(rule: EvidenceRule, evidence: Evidence): Instant | null {
  const aged = rule.validMs === null ? null : plus(evidence.shownAt, rule.validMs);
  if (aged === null || evidence.expiresAt === null) return aged ?? evidence.expiresAt;
  return instant(Math.min(aged, evidence.expiresAt));
}
