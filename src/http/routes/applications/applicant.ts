import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { APPLICATION_STATES } from '../../../domain/application.ts';
import { ROLES } from '../../../domain/enrolment.ts';
import { DAY_MS } from '../../../domain/instant.ts';
import {
  amendApplication,
  appealRefusal,
  apply,
  readCriteria,
  readOwnApplication,
} from '../../../programme/member/applications.ts';
import { attemptLimit } from '../../attempt-limit.ts';
import { bearerToken } from '../../auth/bearer.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { failureLimit } from '../../failure-limit.ts';
import { AnswersText, ApplicationBody, parseAnswers } from '../../schemas/application.ts';
import { closed, IdText, knownId, listOf, nullable, oneOf } from '../../schemas/basic.ts';

/** Applications that one address may leave in an hour. */
const PER_HOUR = 10;

const Criterion = Type.Object({
  code: Type.String(),
  kind: Type.String(),
  says: Type.String(),
  words: listOf(Type.String()),
  least: nullable(Type.Number()),
  askedOf: listOf(oneOf(ROLES)),
  evidence: nullable(Type.Object({ checkedBy: Type.String(), validDays: nullable(Type.Number()) })),
});

export function showCriteria(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/public/programmes/:programme/criteria',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'What a programme asks of whoever wants to join',
        params: Type.Object({ programme: IdText }),
        response: {
          200: Type.Object({ classes: listOf(oneOf(ROLES)), criteria: listOf(Criterion) }),
        },
      },
    },
    async ({ params }) => {
      const section = await readCriteria(deps.context, knownId<'programme'>(params.programme));
      return {
        classes: [...section.seats.keys()],
        criteria: section.criteria.map((each) => ({
          ...{ code: each.code, kind: each.kind, says: each.says, askedOf: each.of },
          words: 'words' in each ? each.words : [],
          least: 'least' in each ? each.least : null,
          evidence: each.evidence && {
            checkedBy: each.evidence.checkedBy,
            validDays: each.evidence.validMs === null ? null : each.evidence.validMs / DAY_MS,
          },
        })),
      };
    },
  );
}

export function applyToJoin(app: App, deps: HttpDeps): void {
  const limit = attemptLimit(PER_HOUR);
  app.post(
    '/v1/public/programmes/:programme/applications',
    {
      // Whoever loses the answer applies again: a stranger has no token to find the first one by.
      config: { audience: ['public'], repeat: 'natural' },
      schema: {
        summary: 'Applies to join; tells the code by which the application is followed, this once',
        description: 'The id is for whoever vouches. A member’s name is taken like any other.',
        params: Type.Object({ programme: IdText }),
        body: ApplicationBody,
        response: { 201: Type.Object({ application: IdText, code: Type.String() }) },
      },
    },
    async (request, reply) => {
      const now = deps.clock.now();
      limit(request.ip, now);
      const programme = knownId<'programme'>(request.params.programme);
      const { answers, ...rest } = request.body;
      const stated = { ...rest, answers: parseAnswers(answers) };
      return reply.code(201).send(await apply(deps.context, programme, stated, now));
    },
  );
}

const Own = Type.Object({
  application: IdText,
  name: Type.String(),
  state: oneOf(APPLICATION_STATES),
  missing: listOf(
    Type.Object({
      criterion: Type.String(),
      needs: oneOf(['answer', 'evidence', 'check', 'vouch']),
    }),
  ),
  reason: nullable(Type.String()),
  appeal: nullable(oneOf(['open', 'granted', 'dismissed'])),
  appealReason: nullable(Type.String()),
});

const CODE = 'With the application’s code as the bearer token.';

export function followApplication(app: App, deps: HttpDeps): void {
  const limit = failureLimit();
  const byCode = async <T>(request: FastifyRequest, act: (code: string) => Promise<T>) => {
    const code = bearerToken(request.headers.authorization);
    return limit.guard(request.ip, deps.clock.reading().wall, () => act(code));
  };
  const config = { audience: ['public'], repeat: 'natural' } as const;
  app.get(
    '/v1/application',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'What has become of one’s own application, and what it still lacks',
        description: CODE,
        response: { 200: Own },
      },
    },
    async (request) =>
      byCode(request, (code) => readOwnApplication(deps.context, code, deps.clock.now())),
  );
  app.post(
    '/v1/application/answers',
    {
      config,
      schema: {
        summary: 'Gives answers anew: what was checked of them is to be checked again',
        description: CODE,
        body: Type.Object({ answers: AnswersText }, closed),
        response: { 200: Type.Object({ changed: Type.Boolean() }) },
      },
    },
    async (request) => {
      const answers = parseAnswers(request.body.answers);
      const now = deps.clock.now();
      await byCode(request, (code) => amendApplication(deps.context, code, answers, now));
      return { changed: true };
    },
  );
  app.post(
    '/v1/application/appeal',
    {
      config,
      schema: {
        summary: 'What the applicant has to say against a refusal, once',
        description: CODE,
        body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 4_000 }) }, closed),
        response: { 200: Type.Object({ appealed: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { text } = request.body;
      const now = deps.clock.reading().wall;
      await byCode(request, (code) => appealRefusal(deps.context, code, text, now));
      return { appealed: true };
    },
  );
}
