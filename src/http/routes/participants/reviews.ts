import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { DAY_MS, parseInstant, plus } from '../../../domain/instant.ts';
import {
  dueReviews,
  REVIEW_CAUSES,
  recordReview,
} from '../../../programme/member/review-members.ts';
import { ANY_PERSON, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  closed,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const DueText = Type.Object({
  participant: IdText,
  name: Type.String(),
  lastAt: nullable(InstantText),
  causes: listOf(
    Type.Object({
      code: oneOf(REVIEW_CAUSES),
      what: nullable(Type.String()),
      alert: nullable(IdText),
      at: nullable(InstantText),
    }),
  ),
});

export function showReviews(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/reviews',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Participants that somebody is to look at, and why',
        description:
          'Facts that end within `days`; since the last review what became overdue, leaks ' +
          'reported, facts stated and copies identified by a released report; and who was never ' +
          'reviewed or is due again.',
        params: Type.Object({ programme: IdText }),
        querystring: Type.Object(
          { days: Type.Optional(Type.Integer({ minimum: 0, maximum: 400, default: 30 })) },
          closed,
        ),
        response: { 200: Type.Object({ items: listOf(DueText) }) },
      },
    },
    async (request) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const now = deps.clock.now();
      const until = plus(now, (request.query.days ?? 30) * DAY_MS);
      const due = await dueReviews(deps.context, personOf(request), programme, until, now);
      return {
        items: due.map(({ causes, lastAt, ...rest }) => ({
          ...rest,
          lastAt: instantOrNull(lastAt),
          causes: causes.map((cause) => ({ ...cause, at: instantOrNull(cause.at) })),
        })),
      };
    },
  );
}

export function review(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/reviews',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Records that a participant was reviewed, and by when it is to be again',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Type.Object(
          {
            nextAt: InstantText,
            note: nullable(Type.String({ minLength: 1, maxLength: 4_000 })),
          },
          closed,
        ),
        response: { 201: Type.Object({ review: IdText }) },
      },
    },
    async (request, answer) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const reviewed = {
        participant: parseId<'participant'>(request.params.participant, 'participant'),
        nextAt: parseInstant(request.body.nextAt, 'nextAt'),
        note: request.body.note,
      };
      const now = deps.clock.now();
      const by = personOf(request);
      return answer
        .code(201)
        .send(await recordReview(deps.context, by, programme, reviewed, now, request.repeat));
    },
  );
}
