import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { comparePolicies } from '../../../programme/policy/compare-policies.ts';
import { ACTING_PERSON } from '../../auth/audience.ts';
import { BODY_LIMITS } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, nullable } from '../../schemas/basic.ts';
import { ComparisonText, PackFilesText, presentComparison } from '../../schemas/policy.ts';

export function comparePacks(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/policy/comparisons',
    {
      bodyLimit: 2 * BODY_LIMITS.pack,
      config: { audience: ACTING_PERSON, repeat: 'natural' },
      schema: {
        summary: 'Whom a change of policy would touch; changes nothing',
        description: 'Over all enrolments and open alerts, from now on. before null: in force.',
        params: Type.Object({ programme: IdText }),
        body: Type.Object({ before: nullable(PackFilesText), after: PackFilesText }, closed),
        response: { 200: ComparisonText },
      },
    },
    async ({ params, body }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const { before, after } = body;
      const policies = { before, after };
      return presentComparison(
        await comparePolicies(deps.context, programme, policies, deps.clock.now()),
      );
    },
  );
}
