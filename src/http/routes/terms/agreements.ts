import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { AGREEMENT_ANSWERS } from '../../../domain/terms.ts';
import {
  answerAgreement,
  listAgreements,
  readOwnTerms,
  signTerms,
} from '../../../programme/member/agreements.ts';
import { ANY_PERSON, personOf, readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  knownId,
  listOf,
  nullable,
  oneOf,
  parseBase64,
} from '../../schemas/basic.ts';
import { AgreementTold, presentAgreement, presentTerms, TermsTold } from '../../schemas/terms.ts';

const OwnAgreement = Type.Object({
  agreement: IdText,
  at: InstantText,
  answer: nullable(oneOf(AGREEMENT_ANSWERS)),
  expiresAt: nullable(InstantText),
});

export function showOwnTerms(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/terms',
    {
      config: { audience: ['reader'] },
      schema: {
        summary: 'The terms of the reader’s programmes, and what its organisation signed of them',
        response: {
          200: Type.Object({
            officer: Type.Boolean({ description: 'whether the reader’s own signature binds' }),
            items: listOf(Type.Object({ ...TermsTold.properties, signed: listOf(OwnAgreement) })),
          }),
        },
      },
    },
    async (request) => {
      const { officer, items } = await readOwnTerms(deps.context, readerOf(request));
      return {
        officer,
        items: items.map(({ terms, signed }) => ({
          ...presentTerms(terms),
          signed: signed.map(({ id, at, answer, expiresAt }) => ({
            ...{ agreement: id, at: formatInstant(at), answer },
            expiresAt: instantOrNull(expiresAt),
          })),
        })),
      };
    },
  );
}

export function signOwnTerms(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/terms/:terms/signature',
    {
      config: { audience: ['reader'], repeat: 'key' },
      schema: {
        summary: 'An officer signs terms for its organisation; the issuer answers',
        params: Type.Object({ terms: IdText }),
        body: Type.Object(
          { signature: Type.String({ format: 'byte', description: 'docs/formats/terms.md' }) },
          closed,
        ),
        response: { 201: Type.Object({ agreement: IdText }) },
      },
    },
    async (request, reply) => {
      const signed = await signTerms(
        deps.context,
        readerOf(request),
        knownId<'terms'>(request.params.terms),
        parseBase64(request.body.signature, 'signature'),
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(signed);
    },
  );
}

export function showAgreements(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/agreements',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Signatures under the terms and how they were answered; the last 1000',
        params: Type.Object({ programme: IdText }),
        response: { 200: Type.Object({ items: listOf(AgreementTold) }) },
      },
    },
    async (request) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      return { items: (await listAgreements(deps.context, programme)).map(presentAgreement) };
    },
  );
}

export function answerSigned(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/agreements/:agreement/answer',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Countersigns an agreement, which is in force from then on, or refuses it',
        params: Type.Object({ agreement: IdText }),
        body: Type.Object({ answer: oneOf(AGREEMENT_ANSWERS), sha256: Hex32 }, closed),
        response: { 200: Type.Object({ expiresAt: nullable(InstantText) }) },
      },
    },
    async (request) => {
      const { expiresAt } = await answerAgreement(
        deps.context,
        personOf(request),
        parseId<'agreement'>(request.params.agreement, 'agreement'),
        request.body,
        deps.clock.now(),
        request.repeat,
      );
      return { expiresAt: instantOrNull(expiresAt) };
    },
  );
}
