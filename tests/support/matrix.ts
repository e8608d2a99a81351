import type { Consent, DutyFacts, Enrolment } from '../../src/domain/enrolment.ts';
import { STANDINGS } from '../../src/domain/enrolment.ts';
import { DAY_MS, parseInstant, plus } from '../../src/domain/instant.ts';
import { enrolment, REPORTS_TO_GOVERNMENT, T0 } from './house.ts';

/** One state a participant may be in, by name. */
export type State = {
  readonly name: string;
  readonly enrolment: Enrolment;
  readonly consent: Consent | null;
};

const TIERS = ['validate', 'ans', 'entry'] as const;

const YEARS = parseInstant('2027-01-01T00:00:00Z');
const STATED = { status: 'stated', duties: [], provenance: 'attested', expiresAt: YEARS } as const;

const DUTIES: Readonly<Record<string, DutyFacts>> = {
  unknown: { status: 'unknown' },
  government: REPORTS_TO_GOVERNMENT,
  incident: {
    ...STATED,
    duties: [
      { law: 'Act 9', trigger: 'incident', scope: 'any', recipient: 'government', clockMs: null },
    ],
  },
  unattested: { ...STATED, provenance: 'none' },
  expiring: { ...STATED, expiresAt: plus(T0, -3 * DAY_MS) },
};

const SIGNED = parseInstant('2025-01-01T00:00:00Z');
const AGREEMENTS: Readonly<Record<string, Enrolment['agreement']>> = {
  none: null,
  lapsed: { signedAt: SIGNED, expiresAt: plus(T0, -30 * DAY_MS) },
  lapsing: { signedAt: SIGNED, expiresAt: plus(T0, -3 * DAY_MS) },
};

const CONSENTS: readonly (readonly [Enrolment['consentMode'], Consent | null])[] = [
  ['standing', 'declined'],
  ['standing', 'invited'],
  ['per_alert', null],
  ['per_alert', 'invited'],
  ['per_alert', 'signatory'],
  ['per_alert', 'declined'],
  ['per_alert', 'lapsed'],
];

/** Every tier with every single deviation from the ordinary, and the ordinary. */
export function participantStates(): State[] {
  return TIERS.flatMap((tier) => {
    const state = (name: string, change: Partial<Enrolment>, consent: Consent | null = null) => ({
      name: `${tier}, ${name}`,
      enrolment: enrolment({ tier, ...change }),
      consent,
    });
    return [
      ...STANDINGS.map((standing) => state(standing, { standing })),
      ...Object.entries(DUTIES).map(([name, duty]) => state(`duty ${name}`, { duty })),
      ...Object.entries(AGREEMENTS).map(([name, agreement]) =>
        state(`agreement ${name}`, { agreement }),
      ),
      ...CONSENTS.map(([consentMode, consent]) =>
        state(`${consentMode} consent, ${consent}`, { consentMode }, consent),
      ),
    ];
  });
}
