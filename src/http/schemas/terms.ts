import { type Static, Type } from 'typebox';
import { USE_PERMISSIONS } from '../../domain/artifact.ts';
import { formatInstant } from '../../domain/instant.ts';
import {
  AGREEMENT_ANSWERS,
  AI_LIMITS,
  MAX_TERMS_LENGTH,
  MAX_VALID_DAYS,
  SHARING_LIMITS,
} from '../../domain/terms.ts';
import type { StoredAgreement } from '../../programme/member/agreements.ts';
import type { StoredTerms } from '../../programme/member/terms.ts';
import {
  Count,
  closed,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from './basic.ts';

/** What terms say beside their version. */
export const TermsContent = {
  text: Type.String({
    minLength: 1,
    maxLength: MAX_TERMS_LENGTH,
    description: 'lines ended by LF',
  }),
  clauses: Type.Object(
    {
      noOffensiveUse: Type.Boolean(),
      usePermissions: nullable(listOf(oneOf(USE_PERMISSIONS))),
      sharingLimit: nullable(oneOf(SHARING_LIMITS)),
      aiProcessing: nullable(oneOf(AI_LIMITS)),
      individualCopies: Type.Boolean(),
    },
    closed,
  ),
  validDays: Type.Integer({ minimum: 1, maximum: MAX_VALID_DAYS }),
};

/** A version of a programme's terms. */
export const TermsTold = Type.Object({
  terms: IdText,
  programme: IdText,
  version: Count,
  ...TermsContent,
  sha256: Hex32,
  publishedAt: InstantText,
  signBy: nullable(InstantText),
});

export function presentTerms(stored: StoredTerms): Static<typeof TermsTold> {
  const { id: terms, publishedAt, signBy, ...rest } = stored;
  const at = formatInstant(publishedAt);
  return { ...rest, terms, publishedAt: at, signBy: instantOrNull(signBy) };
}

/** An officer's signature, and the issuer's answer to it. */
export const AgreementTold = Type.Object({
  agreement: IdText,
  participant: IdText,
  reader: IdText,
  terms: IdText,
  version: Count,
  sha256: Hex32,
  signature: Type.String({ format: 'byte' }),
  at: InstantText,
  answer: nullable(oneOf(AGREEMENT_ANSWERS)),
  answeredAt: nullable(InstantText),
  expiresAt: nullable(InstantText),
});

export function presentAgreement(stored: StoredAgreement): Static<typeof AgreementTold> {
  const { id: agreement, signature, at, answeredAt, expiresAt, ...rest } = stored;
  return {
    ...rest,
    agreement,
    signature: signature.toString('base64'),
    at: formatInstant(at),
    answeredAt: instantOrNull(answeredAt),
    expiresAt: instantOrNull(expiresAt),
  };
}
