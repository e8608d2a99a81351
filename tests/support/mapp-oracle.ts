/**
 * What the pack `mapp` should decide: a table written by hand from the programme's prose, over its
 * whole enumeration. Nothing here is taken from the pack or from the evaluator: each value carries
 * what it means for the rules in plain words, each instant carries which waves are open at it.
 */
import { ARTIFACT_KINDS, ASSURANCES, VARIANTS } from '../../src/domain/artifact.ts';
import type {
  Decision,
  Outcome,
  PrincipalFacts,
  ReasonCode,
  ReleaseFacts,
} from '../../src/domain/decision.ts';
import {
  type AgreementFacts,
  CONSENT_MODES,
  CONSENTS,
  type Consent,
  type ConsentMode,
  type DutyFacts,
  type LegalDuty,
  NO_PROFILE,
  STANDINGS,
} from '../../src/domain/enrolment.ts';
import { type Instant, parseInstant } from '../../src/domain/instant.ts';
import type { Schedule } from '../../src/domain/schedule.ts';
import { UNASSESSED } from '../../src/domain/vulnerability.ts';
import { participantWith } from './policy-facts.ts';

const AT = (text: string): Instant => parseInstant(text);
const NEVER_ENDS = AT('2030-01-01T00:00:00Z');

/** Disclosure on 8 July 2025, 17:00 UTC: the waves of the real case, by the calendar. */
export const SCHEDULE: Schedule = {
  disclosureAt: AT('2025-07-08T17:00:00Z'),
  opensAt: {
    validate: AT('2025-06-24T17:00:00Z'),
    ans: AT('2025-07-03T17:00:00Z'),
    entry: AT('2025-07-07T17:00:00Z'),
  },
};

/** How far time has come: nothing open, then the waves of validate, ans, entry, then disclosure. */
const INSTANTS: readonly (readonly [string, 0 | 1 | 2 | 3 | 4])[] = [
  ['2025-06-24T16:59:59.999Z', 0],
  ['2025-06-24T17:00:00.000Z', 1],
  ['2025-06-24T17:00:00.001Z', 1],
  ['2025-07-03T16:59:59.999Z', 1],
  ['2025-07-03T17:00:00.000Z', 2],
  ['2025-07-03T17:00:00.001Z', 2],
  ['2025-07-07T16:59:59.999Z', 2],
  ['2025-07-07T17:00:00.000Z', 3],
  ['2025-07-07T17:00:00.001Z', 3],
  ['2025-07-08T16:59:59.999Z', 3],
  ['2025-07-08T17:00:00.000Z', 4],
  ['2025-07-08T17:00:00.001Z', 4],
];
/** How far time has come. */
export type Stage = (typeof INSTANTS)[number][1];
export const DISCLOSED: Stage = 4;
const TIERS = [
  ['validate', 1],
  ['ans', 2],
  ['entry', 3],
] as const;

/** An agreement, and at which stages it is in force. */
const AGREEMENTS: readonly (readonly [AgreementFacts, readonly Stage[]])[] = [
  [null, []],
  [{ signedAt: AT('2020-01-01T00:00:00Z'), expiresAt: NEVER_ENDS }, [0, 1, 2, 3, 4]],
  [{ signedAt: AT('2025-07-03T17:00:00Z'), expiresAt: NEVER_ENDS }, [2, 3, 4]],
  [{ signedAt: AT('2020-01-01T00:00:00Z'), expiresAt: AT('2025-07-07T17:00:00Z') }, [0, 1, 2]],
];

function law(trigger: LegalDuty['trigger'], recipient: LegalDuty['recipient']): LegalDuty {
  return { law: 'Act 7 of Norrland', trigger, scope: 'own_product', recipient, clockMs: null };
}

function stated(
  duties: readonly LegalDuty[],
  provenance: 'attested' | 'assessed' | 'disputed' | 'none' = 'attested',
  expiresAt: Instant = NEVER_ENDS,
): DutyFacts {
  return { status: 'stated', duties, provenance, expiresAt };
}

const BINDING = law('any_known', 'government');
/** What is known of legal duties, and for what reason it restricts the firm at each stage. */
const DUTIES: readonly (readonly [DutyFacts, (stage: Stage) => ReasonCode | null])[] = [
  [{ status: 'unknown' }, () => 'DUTY_FACTS_UNKNOWN'],
  [stated([]), () => null],
  [stated([BINDING]), () => 'LEGAL_DUTY'],
  [stated([{ ...BINDING, scope: 'any' }], 'assessed'), () => 'LEGAL_DUTY'],
  [stated([law('incident', 'csirt'), BINDING], 'disputed'), () => 'LEGAL_DUTY'],
  [stated([law('actively_exploited', 'government'), law('any_known', 'csirt')]), () => null],
  [stated([law('any_known', 'regulator')], 'disputed'), () => null],
  [stated([], 'none'), () => 'DUTY_FACTS_UNATTESTED'],
  [stated([BINDING], 'none'), () => 'DUTY_FACTS_UNATTESTED'],
  [
    stated([], 'attested', AT('2025-07-07T17:00:00Z')),
    (stage) => (stage >= 3 ? 'DUTY_FACTS_EXPIRED' : null),
  ],
  [
    stated([BINDING], 'attested', AT('2025-07-08T17:00:00Z')),
    (stage) => (stage >= 4 ? 'DUTY_FACTS_EXPIRED' : 'LEGAL_DUTY'),
  ],
];

/** The consents that count, by mode: standing consent lies in the agreement unless refused. */
export const CONSENTING: Readonly<Record<ConsentMode, readonly Consent[]>> = {
  standing: ['no_embargo', 'invited', 'signatory'],
  per_alert: ['signatory'],
};

const SEALED_ONLY = ['poc', 'repro_steps', 'patch'];

export const PUBLIC_KINDS: readonly string[] = ['advisory', 'summary'];

/** What a participant's facts mean for the rules. */
export type Meaning = {
  readonly active: boolean;
  readonly wave: Stage;
  readonly inForce: readonly Stage[];
  readonly restriction: (stage: Stage) => ReasonCode | null;
  readonly consents: boolean;
};
/** Outcome and reason codes in their order. */
export type Expected = { readonly outcome: Outcome; readonly codes: readonly ReasonCode[] };

/** What the prose says. */
export function expectedFor(
  { artifact: { kind, variant }, assurance }: Pick<ReleaseFacts, 'artifact' | 'assurance'>,
  meaning: Meaning,
  stage: Stage,
): Expected {
  const disclosed = stage === DISCLOSED;
  const restriction = meaning.restriction(stage);
  const refusals: ReasonCode[] = [];
  if (!meaning.active) refusals.push('STANDING');
  if (!meaning.inForce.includes(stage)) refusals.push('AGREEMENT_NOT_IN_FORCE');
  if (!meaning.consents) refusals.push('NO_CONSENT');
  const restOpen = disclosed && refusals.length === 0;
  if (restriction !== null && !(disclosed && kind === 'summary')) refusals.push(restriction);
  if (stage < meaning.wave) refusals.push('TOO_EARLY');
  if (!disclosed && assurance === 'transport' && SEALED_ONLY.includes(kind)) {
    refusals.push('NOT_SEALED');
  }
  if (refusals.length === 0) {
    return { outcome: 'allow', codes: disclosed ? ['LEAD_OPEN', 'DISCLOSED'] : ['LEAD_OPEN'] };
  }
  if (restOpen && variant === 'full' && kind !== 'summary') {
    return { outcome: 'allow_reduced', codes: [...refusals, 'REDUCED_VARIANT'] };
  }
  return { outcome: 'deny', codes: refusals };
}

/** A participant, and what its facts mean. */
export type Asking = { readonly principal: PrincipalFacts; readonly meaning: Meaning };

/** Every participant that the prose tells apart. */
export function* participants(): Generator<Asking> {
  for (const standing of STANDINGS)
    for (const [tier, wave] of TIERS)
      for (const [agreement, inForce] of AGREEMENTS)
        for (const [duty, restriction] of DUTIES)
          for (const consentMode of CONSENT_MODES)
            for (const consent of CONSENTS) {
              const enrolment = {
                tier,
                standing,
                duty,
                agreement,
                consentMode,
                profile: NO_PROFILE,
              };
              const consents = CONSENTING[consentMode].includes(consent);
              yield {
                principal: participantWith(enrolment, consent),
                meaning: { active: standing === 'active', wave, inForce, restriction, consents },
              };
            }
}

/** Every artifact and channel that the prose tells apart. */
export function* requests(principal: PrincipalFacts): Generator<ReleaseFacts> {
  for (const kind of ARTIFACT_KINDS)
    for (const variant of VARIANTS)
      for (const assurance of ASSURANCES)
        yield {
          principal,
          artifact: { kind, variant },
          vulnerability: UNASSESSED,
          schedule: SCHEDULE,
          assurance,
          platform: 'sound',
        };
}

/** The instants in their order, each with how far time has come. */
export const AXIS: readonly (readonly [Instant, Stage])[] = INSTANTS.map(
  ([text, stage]) => [AT(text), stage] as const,
);

/** Whether a decision is the expected one, reasons included. */
export function agrees({ outcome, reasons }: Decision, expected: Expected): boolean {
  return (
    outcome === expected.outcome &&
    reasons.length === expected.codes.length &&
    reasons.every(({ code }, i) => code === expected.codes[i])
  );
}

/** What anybody gets at a stage. */
export function expectedForPublic({ artifact: { kind } }: ReleaseFacts, stage: Stage): Expected {
  const open = stage === DISCLOSED && PUBLIC_KINDS.includes(kind);
  return open
    ? { outcome: 'allow', codes: ['PUBLIC_DOCUMENT'] }
    : { outcome: 'deny', codes: ['NOT_PUBLIC'] };
}
