import type { Role, Standing } from '../../src/domain/enrolment.ts';
import type { ParticipantId, PersonId } from '../../src/domain/ids.ts';
import { type Instant, parseInstant } from '../../src/domain/instant.ts';
import type {
  Answer,
  Application,
  Evidence,
  Roll,
  Said,
} from '../../src/policy/eligibility/application.ts';
import { type Approver, assess } from '../../src/policy/eligibility/assess.ts';
import { parseEligibility } from '../../src/policy/eligibility/parse.ts';
import type { MemberFacts } from '../../src/policy/eligibility/review.ts';
import type { EligibilitySection } from '../../src/policy/eligibility/section.ts';
import { parseYaml } from '../../src/policy/yaml.ts';

/** Readable stand-ins for ids: rules compare them and nothing else. */
export const firm = (name: string) => name as ParticipantId;
export const person = (name: string) => name as PersonId;

export const SINCE = parseInstant('2025-01-01T00:00:00Z');
export const NOBODY: Roll = { members: [], waiting: [] };
/** A person of the issuer. */
export const ISSUER: Approver = { person: person('ines'), sides: new Set() };

/** The section of a pack as written there. */
export function eligibility(yaml: string): EligibilitySection {
  return parseEligibility(parseYaml('programme.yaml', yaml));
}

export function answer(said: Said, evidence: Evidence | null = null): Answer {
  return { said, evidence };
}

export function shown(expiresAt: Instant | null, from: Partial<Evidence> = {}): Evidence {
  return { shownAt: SINCE, expiresAt, checkedBy: 'reviewer', ...from };
}

/** An application of an end user with these answers. */
export function application(
  answers: Readonly<Record<string, Answer>>,
  rest: Partial<Application> = {},
): Application {
  return {
    applicant: firm('applicant'),
    roles: ['end_user'],
    since: SINCE,
    answers,
    exceptions: {},
    ...rest,
  };
}

export function member(name: string, standing: Standing = 'active', roles: Role[] = []) {
  return { participant: firm(name), standing, roles };
}

/** A member that is in order, apart from `rest`. */
export function memberFacts(of: Application, rest: Partial<MemberFacts> = {}): MemberFacts {
  return {
    standing: 'active',
    application: of,
    qualifiedAt: SINCE,
    scores: [],
    openReviews: [],
    ...rest,
  };
}

/** An assessment in words: its verdict, then each finding. */
export function verdict(
  section: EligibilitySection,
  of: Application,
  roll: Roll = NOBODY,
  now: Instant = SINCE,
): string {
  const { verdict: word, findings } = assess(section, of, roll, now);
  return [word, ...findings.map(({ code }) => code)].join(' ');
}
