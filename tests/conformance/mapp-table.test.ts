/**
 * The default pack against a table written by hand from the programme's prose, over its whole
 * enumeration. Nothing here is taken from the pack or from the evaluator: each value carries what
 * it means for the rules in plain words, each instant carries which waves are open at it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '../../src/crypto/hash.ts';
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
import { changesAt, compilePolicy, decideRelease } from '../../src/policy/decide.ts';
import { parsePack } from '../../src/policy/pack.ts';
import { packFiles } from '../support/packs.ts';
import { participantWith } from '../support/policy-facts.ts';

const AT = (text: string): Instant => parseInstant(text);
const NEVER_ENDS = AT('2030-01-01T00:00:00Z');

/** Disclosure on 8 July 2025, 17:00 UTC: the waves of the real case, by the calendar. */
const SCHEDULE: Schedule = {
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
type Stage = (typeof INSTANTS)[number][1];
const DISCLOSED = 4;
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
const CONSENTING: Readonly<Record<ConsentMode, readonly Consent[]>> = {
  standing: ['no_embargo', 'invited', 'signatory'],
  per_alert: ['signatory'],
};

const SEALED_ONLY = ['poc', 'repro_steps', 'patch'];
const PUBLIC_KINDS = ['advisory', 'summary'];

type Meaning = {
  readonly active: boolean;
  readonly wave: Stage;
  readonly inForce: readonly Stage[];
  readonly restriction: (stage: Stage) => ReasonCode | null;
  readonly consents: boolean;
};
type Expected = { readonly outcome: Outcome; readonly codes: readonly ReasonCode[] };

function expectedFor(
  { artifact: { kind, variant }, assurance }: ReleaseFacts,
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

type Asking = { readonly principal: PrincipalFacts; readonly meaning: Meaning };

function* participants(): Generator<Asking> {
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

function* requests(principal: PrincipalFacts): Generator<ReleaseFacts> {
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

const policy = compilePolicy(parsePack(packFiles('mapp')), (text) => sha256Hex(Buffer.from(text)));
const AXIS = INSTANTS.map(([text, stage]) => [AT(text), stage] as const);

test('every participant, artifact, channel and instant is decided as the table says', () => {
  let cases = 0;
  for (const { principal, meaning } of participants()) {
    for (const facts of requests(principal)) {
      const outcomes: Outcome[] = [];
      for (const [now, stage] of AXIS) {
        const expected = expectedFor(facts, meaning, stage);
        const decision = decideRelease(policy, facts, now);
        if (!agrees(decision, expected)) {
          assert.deepEqual({ decision, facts, now }, { decision: expected, facts, now });
        }
        outcomes.push(expected.outcome);
        cases += 1;
      }
      checkChanges(facts, outcomes);
    }
  }
  assert.equal(cases, 6 * 3 * 4 * 11 * 2 * 5 * 10 * 2 * 2 * 12);
});

test('the public gets advisory and summary from disclosure on, and nothing else ever', () => {
  for (const facts of requests({ kind: 'public' })) {
    for (const [now, stage] of AXIS) {
      const open = stage === DISCLOSED && PUBLIC_KINDS.includes(facts.artifact.kind);
      const decision = decideRelease(policy, facts, now);
      assert.equal(decision.outcome, open ? 'allow' : 'deny');
      assert.equal(decision.reasons[0]?.code, open ? 'PUBLIC_DOCUMENT' : 'NOT_PUBLIC');
    }
  }
});

function agrees({ outcome, reasons }: Decision, expected: Expected): boolean {
  return (
    outcome === expected.outcome &&
    reasons.length === expected.codes.length &&
    reasons.every(({ code }, i) => code === expected.codes[i])
  );
}

/** From the first instant on, `changesAt` names the next at which the table's outcome differs. */
function checkChanges(facts: ReleaseFacts, outcomes: readonly Outcome[]): void {
  const [first, last] = [AXIS[0]?.[0], AXIS.at(-1)?.[0]];
  const changed = outcomes.findIndex((outcome) => outcome !== outcomes[0]);
  assert.ok(first !== undefined && last !== undefined);
  const found = changesAt(policy, facts, first);
  if (changed >= 0) assert.equal(found, AXIS[changed]?.[0]);
  else assert.ok(found === null || found > last);
}
