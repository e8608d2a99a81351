import { type Static, Type } from 'typebox';
import type { ApplicationContent } from '../../domain/application.ts';
import { ROLES } from '../../domain/enrolment.ts';
import { formatInstant, parseInstant } from '../../domain/instant.ts';
import type { GivenAnswer } from '../../programme/member/applications.ts';
import { closed, InstantText, instantOrNull, listOf, nullable, oneOf } from './basic.ts';

const Code = Type.String({ pattern: '^[a-z][a-z0-9_]{0,59}$', description: 'a word of the pack' });

const Said = Type.Unsafe<GivenAnswer['said']>({
  type: 'object',
  discriminator: { propertyName: 'form' },
  oneOf: [
    Type.Object({ form: oneOf(['number']), value: Type.Number() }, closed),
    Type.Object({ form: oneOf(['words']), words: Type.Array(Code, { maxItems: 30 }) }, closed),
    Type.Object({ form: oneOf(['yes']), value: Type.Boolean() }, closed),
    Type.Object(
      { form: oneOf(['rebuild']), of: nullable(Type.String({ minLength: 1, maxLength: 200 })) },
      closed,
    ),
    Type.Object(
      {
        form: oneOf(['address']),
        address: Type.String({ minLength: 1, maxLength: 254 }),
        notForwarded: Type.Boolean(),
      },
      closed,
    ),
  ],
});

const EvidenceText = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 2_000 }),
    link: nullable(Type.String({ maxLength: 500, description: 'an https URL' })),
    expiresAt: nullable(InstantText),
  },
  closed,
);

/** Answers by criterion, as an applicant gives them. */
export const AnswersText = Type.Record(
  Type.String({ maxLength: 60 }),
  Type.Object({ said: Said, evidence: nullable(EvidenceText) }, closed),
  { maxProperties: 40 },
);

/** An application as an organisation makes it. */
export const ApplicationBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    contact: Type.String({ minLength: 3, maxLength: 254, description: 'a mail address' }),
    roles: Type.Array(oneOf(ROLES), { minItems: 1, uniqueItems: true }),
    products: Type.Array(Type.String({ maxLength: 64 }), { uniqueItems: true, maxItems: 64 }),
    answers: AnswersText,
  },
  closed,
);

/** @throws INVALID_INPUT naming the instant that is none. */
export function parseAnswers(text: Static<typeof AnswersText>): Record<string, GivenAnswer> {
  const parsed = Object.entries(text).map(([code, { said, evidence }]) => {
    const field = `answers.${code}.evidence.expiresAt`;
    const shown = evidence && {
      ...evidence,
      expiresAt: evidence.expiresAt === null ? null : parseInstant(evidence.expiresAt, field),
    };
    return [code, { said, evidence: shown }] as const;
  });
  return Object.fromEntries(parsed);
}

/** What is known of an application, for persons of the issuer. */
export const ContentText = Type.Object({
  name: Type.String(),
  contact: Type.String(),
  roles: listOf(oneOf(ROLES)),
  products: listOf(Type.String()),
  answers: listOf(
    Type.Object({
      criterion: Type.String(),
      digest: Type.String({ description: 'of answer and evidence: a check is of exactly that' }),
      said: Said,
      evidence: nullable(
        Type.Object({
          ...EvidenceText.properties,
          shownAt: InstantText,
          checkedBy: nullable(Type.String()),
          by: nullable(Type.String()),
        }),
      ),
    }),
  ),
  exceptions: listOf(
    Type.Object({ criterion: Type.String(), approver: Type.String(), reason: Type.String() }),
  ),
  vouches: listOf(Type.Object({ member: Type.String(), reader: Type.String(), at: InstantText })),
});

/** An application's content as an answer has it: lists in place of what is keyed by criterion. */
export function presentContent(
  content: ApplicationContent,
  digests: Readonly<Record<string, string>>,
): Static<typeof ContentText> {
  const { answers, exceptions, vouches, ...rest } = content;
  return {
    ...rest,
    answers: Object.entries(answers).map(([criterion, { said, evidence }]) => ({
      criterion,
      digest: digests[criterion] ?? '',
      said,
      evidence: evidence && {
        ...evidence,
        expiresAt: instantOrNull(evidence.expiresAt),
        shownAt: formatInstant(evidence.shownAt),
      },
    })),
    exceptions: Object.entries(exceptions).map(([criterion, each]) => ({ criterion, ...each })),
    vouches: vouches.map(({ member, reader, at }) => ({ member, reader, at: formatInstant(at) })),
  };
}
