import { type Static, Type } from 'typebox';
import {
  ADDENDA,
  CONSENT_MODES,
  DUTY_PROVENANCES,
  DUTY_RECIPIENTS,
  DUTY_SCOPES,
  DUTY_TRIGGERS,
  type DutyFacts,
  type Enrolment,
  type Profile,
  ROLES,
  STANDINGS,
} from '../../domain/enrolment.ts';
import { formatInstant, parseInstant } from '../../domain/instant.ts';
import type { Transition } from '../../domain/transition.ts';
import type { StatedEnrolment } from '../../programme/member/change-participant.ts';
import { closed, InstantText, listOf, nullable, oneOf } from './basic.ts';

/** One legal duty, with the law cited. */
export const Duty = Type.Object(
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

/** What is known of legal duties. */
export const DutyText = Type.Unsafe<Static<typeof DutyUnknown> | Static<typeof DutyStated>>({
  type: 'object',
  discriminator: { propertyName: 'status' },
  oneOf: [DutyUnknown, DutyStated],
});

const ProfileText = Type.Object(
  {
    roles: Type.Array(oneOf(ROLES), { uniqueItems: true }),
    products: Type.Array(Type.String({ maxLength: 64 }), {
      uniqueItems: true,
      maxItems: 64,
      description: 'products or platforms, by their codes in the pack',
    }),
    criteria: Type.Record(Type.String({ maxLength: 64 }), InstantText, {
      description: 'until when each criterion of the pack is shown by evidence',
    }),
    addenda: Type.Array(oneOf(ADDENDA), { uniqueItems: true }),
    maxEmbargoMs: Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0 }),
  },
  closed,
);

const FACTS = {
  tier: Type.String({ minLength: 1, maxLength: 64 }),
  standing: oneOf(STANDINGS),
  duty: DutyText,
  agreement: nullable(Type.Object({ signedAt: InstantText, expiresAt: InstantText }, closed)),
  consentMode: oneOf(CONSENT_MODES),
};

/** The facts of an enrolment, instants as text. */
export const EnrolmentText = Type.Object({ ...FACTS, profile: ProfileText }, closed);

/** The same as somebody states them: a profile that is not stated stays as it is. */
export const StatedEnrolmentText = Type.Object(
  { ...FACTS, profile: Type.Optional(ProfileText) },
  closed,
);

/** @throws INVALID_INPUT naming the instant that is none. */
export function parseEnrolment(text: Static<typeof StatedEnrolmentText>): StatedEnrolment {
  const { tier, standing, duty, agreement, consentMode } = text;
  return {
    tier,
    standing,
    duty: parseDuty(duty, 'enrolment.duty'),
    agreement: agreement && {
      signedAt: parseInstant(agreement.signedAt, 'enrolment.agreement.signedAt'),
      expiresAt: parseInstant(agreement.expiresAt, 'enrolment.agreement.expiresAt'),
    },
    consentMode,
    profile: text.profile === undefined ? null : parseProfile(text.profile),
  };
}

/** @throws INVALID_INPUT naming the instant that is none. */
export function parseDuty(duty: Static<typeof DutyText>, field: string): DutyFacts {
  if (duty.status === 'unknown') return { status: 'unknown' };
  return { ...duty, expiresAt: parseInstant(duty.expiresAt, `${field}.expiresAt`) };
}

/** What stands in for facts of which nothing is known. */
export const TransitionText = Type.Object({
  accepts: listOf(Type.String()),
  from: InstantText,
  expiresAt: InstantText,
});

export function presentTransition(transition: Transition | null | undefined) {
  if (!transition) return null;
  const { accepts, from, expiresAt } = transition;
  return { accepts, from: formatInstant(from), expiresAt: formatInstant(expiresAt) };
}

function parseProfile({ criteria, ...rest }: Static<typeof ProfileText>): Profile {
  const until = Object.entries(criteria).map(
    ([name, at]) => [name, parseInstant(at, `enrolment.profile.criteria.${name}`)] as const,
  );
  return { ...rest, criteria: Object.fromEntries(until) };
}

function presentProfile(profile: Profile): Static<typeof ProfileText> {
  const { roles, products, criteria, addenda, maxEmbargoMs } = profile;
  const until = Object.entries(criteria).map(([name, at]) => [name, formatInstant(at)] as const);
  return {
    roles: [...roles],
    products: [...products],
    criteria: Object.fromEntries(until),
    addenda: [...addenda],
    maxEmbargoMs,
  };
}

export function presentEnrolment(facts: Enrolment): Static<typeof EnrolmentText> {
  const { tier, standing, duty, agreement, consentMode, profile } = facts;
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
    profile: presentProfile(profile),
  };
}
