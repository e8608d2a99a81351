import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { proposePolicy } from '../../../programme/policy/change-policy.ts';
import { personOf } from '../../auth/audience.ts';
import { BODY_LIMITS } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText } from '../../schemas/basic.ts';
import { PackFilesText, ProposedText, presentComparison } from '../../schemas/policy.ts';

export function proposePack(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/policy/proposals',
    {
      bodyLimit: BODY_LIMITS.pack,
      config: { audience: ['person:author', 'person:manager'], repeat: 'key' },
      schema: {
        summary: 'Proposes a policy: it is checked, compared with the one in force, and kept',
        params: Type.Object({ programme: IdText }),
        body: Type.Object(
          { pack: Type.String({ pattern: '^[a-z][a-z0-9-]{0,40}$' }), files: PackFilesText },
          closed,
        ),
        response: { 200: ProposedText },
      },
    },
    async (request) => {
      const { comparison, ...proposed } = await proposePolicy(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        request.body,
        deps.clock.now(),
        request.repeat,
      );
      return { ...proposed, comparison: presentComparison(comparison) };
    },
  );
}
