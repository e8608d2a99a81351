import type { Assurance } from '../../domain/artifact.ts';
import type { PlatformState } from '../../domain/decision.ts';
import {
  type Consent,
  type Enrolment,
  type Involvement,
  type LegalDuty,
  NO_PROFILE,
  type Profile,
} from '../../domain/enrolment.ts';
import { DAY_MS, type Instant, instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import { NO_EVENTS, type VulnerabilityFacts } from '../../domain/vulnerability.ts';
import { NEVER } from '../vocabulary.ts';

/** Everything that a decision may depend on but tier, kind and instant. */
export type Circumstances = {
  readonly enrolment: Omit<Enrolment, 'tier' | 'duty' | 'profile'>;
  readonly duties: readonly LegalDuty[];
  /** What is known of the duties. */
  readonly dutyFacts: {
    readonly known: boolean;
    readonly current: boolean;
    readonly provenance: 'attested' | 'assessed' | 'disputed' | 'none';
  };
  readonly profile: Profile;
  readonly consent: Consent;
  readonly involvement: Involvement;
  readonly doubted: boolean;
  readonly vulnerability: VulnerabilityFacts;
  readonly assurance: Assurance;
  readonly platform: PlatformState;
};

/** Long before every wave, and past. */
export const PAST: Instant = instant(1);
/** What does not come to an end, or has not come. */
export const FOREVER: Instant = instant(NEVER);

/** A participant and an alert of which nothing is said yet: axes say the rest. */
export const BLANK: Circumstances = {
  enrolment: {
    standing: 'active',
    agreement: { signedAt: PAST, expiresAt: FOREVER },
    consentMode: 'standing',
  },
  duties: [],
  dutyFacts: { known: true, current: true, provenance: 'attested' },
  profile: NO_PROFILE,
  consent: 'signatory',
  involvement: 'none',
  doubted: false,
  vulnerability: {
    severity: 'critical',
    vector: 'network',
    impacts: [],
    score: 10,
    products: [],
    discovery: 'human',
    events: NO_EVENTS,
  },
  assurance: 'sealed',
  platform: 'sound',
};

/** Where the explanation puts disclosure: past every fixed date that a rule may name. */
export const DISCLOSURE: Instant = instant(Date.UTC(2200, 0, 1));

/** Before every wave: no lead of a pack is longer than 9999 days. */
export const START: Instant = instant(DISCLOSURE - 10_000 * DAY_MS);

/** The longest embargo that somebody keeps who keeps shorter ones only: ends after every lead. */
export function shortLimitMs({ opensAt }: Schedule): number {
  const early = Object.values(opensAt).filter((at) => at < DISCLOSURE);
  return Math.floor((DISCLOSURE - Math.max(DISCLOSURE - DAY_MS, ...early)) / 2);
}
