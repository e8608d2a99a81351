import { type Static, Type } from 'typebox';
import {
  CONSENT_MODES,
  DUTY_PROVENANCES,
  DUTY_RECIPIENTS,
  DUTY_SCOPES,
  DUTY_TRIGGERS,
  type Enrolment,
  NO_PROFILE,
  STANDINGS,
} from '../../domain/enrolment.ts';
import { formatInstant, parseInstant } from '../../domain/instant.ts';
import { closed, InstantText, nullable, oneOf } from './basic.ts';

const Duty = Type.Object(
  {
    law: Type.String({ minLength: 1, maxLength: 300, description: 'the law, cited' }),
    trigger: oneOf(DUTY_TRIGGERS),
    scope: oneOf(DUTY_SCOPES),
    recipient: oneOf(DUTY_RECIPIENTS),
    clockMs: Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0 }),
  },
  closed,
);

const DutyUnknown = Type.Object({ status: oneOf(['unknown']) }, closed);
const DutyStated = Type.Object(
  {
    status: oneOf(['stated']),
    duties: Type.Array(Duty, { maxItems: 50 }),
    provenance: oneOf(DUTY_PROVENANCES),
    expiresAt: InstantText,
  },
  closed,
);

const DutyText = Type.Unsafe<Static<typeof DutyUnknown> | Static<typeof DutyStated>>({
  type: 'object',
  discriminator: { propertyName: 'status' },
  oneOf: [DutyUnknown, DutyStated],
});

/** The facts of an enrolment, instants as text. */
export const EnrolmentText = Type.Object(
  {
    tier: Type.String({ minLength: 1, maxLength: 64 }),
    standing: oneOf(STANDINGS),
    duty: DutyText,
    agreement: nullable(Type.Object({ signedAt: InstantText, expiresAt: InstantText }, closed)),
    consentMode: oneOf(CONSENT_MODES),
  },
  closed,
);

/** @throws INVALID_INPUT naming the instant that is none. */
export function parseEnrolment(text: Static<typeof EnrolmentText>): Enrolment {
  const { tier, standing, duty, agreement, consentMode } = text;
  return {
    tier,
    standing,
    duty:
      duty.status === 'unknown'
        ? { status: 'unknown' }
        : { ...duty, expiresAt: parseInstant(duty.expiresAt, 'enrolment.duty.expiresAt') },
    agreement: agreement && {
      signedAt: parseInstant(agreement.signedAt, 'enrolment.agreement.signedAt'),
      expiresAt: parseInstant(agreement.expiresAt, 'enrolment.agreement.expiresAt'),
    },
    consentMode,
    profile: NO_PROFILE,
  };
}

export function presentEnrolment(facts: Enrolment): Static<typeof EnrolmentText> {
  const { tier, standing, duty, agreement, consentMode } = facts;
  return {
    tier,
    standing,
    duty:
      duty.status === 'unknown'
        ? duty
        : { ...duty, duties: [...duty.duties], expiresAt: formatInstant(duty.expiresAt) },
    agreement: agreement && {
      signedAt: formatInstant(agreement.signedAt),
      expiresAt: formatInstant(agreement.expiresAt),
    },
    consentMode,
  };
}
