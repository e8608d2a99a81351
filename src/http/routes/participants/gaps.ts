import { Type } from 'typebox';
import { ARTIFACT_KINDS } from '../../../domain/artifact.ts';
import { STANDINGS } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { listGaps } from '../../../programme/release/list-gaps.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, IdText, listOf, nullable, oneOf } from '../../schemas/basic.ts';
import { presentTransition, TransitionText } from '../../schemas/enrolment.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';

const Gaps = Type.Object({
  participant: IdText,
  name: Type.String(),
  standing: oneOf(STANDINGS),
  gaps: listOf(
    Type.Object({
      fact: Type.String(),
      state: oneOf(['unknown', 'ended']),
      before: listOf(oneOf(ARTIFACT_KINDS)),
      after: listOf(oneOf(ARTIFACT_KINDS)),
    }),
  ),
  transition: nullable(TransitionText),
  readers: Type.Object({ joined: Count, invited: Count }),
});

export function showGaps(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/gaps',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Which facts of each participant are missing, and what is denied for that',
        description:
          '`before` and `after` are the kinds that the policy in force denies for a missing fact ' +
          'before and after disclosure, whatever else may shut them.',
        params: Type.Object({ programme: IdText }),
        querystring: PageQuery,
        response: { 200: pageOf(Gaps) },
      },
    },
    async ({ params, query }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const range = rangeOf<'participant'>('gaps', query);
      const page = await listGaps(deps.context, programme, range, deps.clock.now());
      return presentPage('gaps', page, ({ transition, ...gaps }) => ({
        ...gaps,
        transition: presentTransition(transition),
      }));
    },
  );
}
