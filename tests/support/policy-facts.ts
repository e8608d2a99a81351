import type { PrincipalFacts, ReleaseFacts } from '../../src/domain/decision.ts';
import { type Consent, type Enrolment, NO_PROFILE } from '../../src/domain/enrolment.ts';
import { type Instant, parseInstant } from '../../src/domain/instant.ts';
import type { Schedule } from '../../src/domain/schedule.ts';
import { UNASSESSED } from '../../src/domain/vulnerability.ts';

/** The waves of the pack `mapp` for a disclosure on 8 July 2025 at 17:00 UTC. */
export const SCHEDULE: Schedule = {
  disclosureAt: parseInstant('2025-07-08T17:00:00Z'),
  opensAt: {
    validate: parseInstant('2025-06-24T17:00:00Z'),
    ans: parseInstant('2025-07-03T17:00:00Z'),
    entry: parseInstant('2025-07-07T17:00:00Z'),
  },
};

export const T0: Instant = SCHEDULE.disclosureAt;
const LONG_AGO = parseInstant('2020-01-01T00:00:00Z');
export const FAR_AHEAD: Instant = parseInstant('2030-01-01T00:00:00Z');

/** An enrolment in good standing in every respect, tier `entry`, without legal duties. */
export const GOOD: Enrolment = {
  tier: 'entry',
  standing: 'active',
  duty: { status: 'stated', duties: [], provenance: 'attested', expiresAt: FAR_AHEAD },
  agreement: { signedAt: LONG_AGO, expiresAt: FAR_AHEAD },
  consentMode: 'standing',
  profile: NO_PROFILE,
};

/** A participant that is nothing special to the alert. */
export function participantWith(enrolment: Enrolment, consent: Consent): PrincipalFacts {
  return { kind: 'participant', enrolment, consent, involvement: 'none', doubted: false };
}

/** A duty to report any known vulnerability to a government. */
export const BOUND: Enrolment['duty'] = {
  status: 'stated',
  provenance: 'attested',
  expiresAt: FAR_AHEAD,
  duties: [
    {
      law: 'Act 7 of Norrland',
      trigger: 'any_known',
      scope: 'any',
      recipient: 'government',
      clockMs: null,
    },
  ],
};

/** A proof of concept, sealed, for an enrolment like `GOOD` with some things changed. */
export function factsOf(
  changed: Partial<Enrolment> = {},
  artifact: ReleaseFacts['artifact'] = { kind: 'poc', variant: 'full' },
  consent: Consent = 'signatory',
): ReleaseFacts {
  return {
    principal: participantWith({ ...GOOD, ...changed }, consent),
    artifact,
    vulnerability: UNASSESSED,
    schedule: SCHEDULE,
    assurance: 'sealed',
    platform: 'sound',
  };
}
