import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { STANDINGS } from '../../../domain/enrolment.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { APPEAL_OUTCOMES } from '../../../domain/standing.ts';
import { beHeard, readOwnHearings } from '../../../programme/member/hearings.ts';
import { appeal, readOwnStanding } from '../../../programme/member/standing-appeals.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  IdText,
  InstantText,
  instantOrNull,
  knownId,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const OwnStep = Type.Object({
  id: IdText,
  from: oneOf(STANDINGS),
  to: oneOf(STANDINGS),
  reason: Type.String(),
  at: InstantText,
  appeal: nullable(oneOf([...APPEAL_OUTCOMES, 'open'])),
});

const OwnHearing = Type.Object({
  step: IdText,
  to: oneOf(STANDINGS),
  reason: Type.String(),
  until: InstantText,
  heardAt: nullable(InstantText),
});

export function listOwnSteps(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/standing',
    {
      config: { audience: ['reader'] },
      schema: {
        summary: 'What was decided about the reader’s own participant, and what it is heard on',
        response: {
          200: Type.Object({ steps: listOf(OwnStep), hearings: listOf(OwnHearing) }),
        },
      },
    },
    async (request) => {
      const reader = readerOf(request);
      const steps = await readOwnStanding(deps.context, reader);
      const hearings = await readOwnHearings(deps.context, reader);
      return {
        steps: steps.map((step) => ({ ...step, at: formatInstant(step.at) })),
        hearings: hearings.map(({ until, heardAt, ...hearing }) => ({
          ...hearing,
          until: formatInstant(until),
          heardAt: instantOrNull(heardAt),
        })),
      };
    },
  );
}

/** What a participant says of a step of its standing, in words. */
const ofStep = {
  params: Type.Object({ step: IdText }),
  body: Type.Object({ text: Type.String({ minLength: 1, maxLength: 4_000 }) }, closed),
};

export function beHeardOnStep(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/standing/:step/statement',
    {
      config: { audience: ['reader'], repeat: 'key', binds: true },
      schema: {
        summary: 'What the participant has to say to a step that is proposed, once',
        ...ofStep,
        response: { 200: Type.Object({ heard: Type.Boolean() }) },
      },
    },
    async (request) => beHeard(...saidOf(deps, request)),
  );
}

export function appealStep(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/standing/:step/appeal',
    {
      config: { audience: ['reader'], repeat: 'key', binds: true },
      schema: {
        summary: 'What the participant has to say against a step down, once for each',
        ...ofStep,
        response: { 200: Type.Object({ appealed: Type.Boolean() }) },
      },
    },
    async (request) => appeal(...saidOf(deps, request)),
  );
}

type Said = Pick<FastifyRequest, 'caller' | 'repeat'> & {
  readonly params: { readonly step: string };
  readonly body: { readonly text: string };
};

function saidOf({ context, clock }: HttpDeps, request: Said): Parameters<typeof appeal> {
  const step = knownId<'step'>(request.params.step);
  // As with what it is against: not to wait for a doubted clock.
  const now = clock.reading().wall;
  return [context, readerOf(request), step, request.body.text, now, request.repeat];
}
