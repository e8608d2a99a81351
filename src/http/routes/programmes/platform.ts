import { Type } from 'typebox';
import { PLATFORM_STATES } from '../../../domain/decision.ts';
import { parseId } from '../../../domain/ids.ts';
import { changePlatform } from '../../../programme/release/change-platform.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, oneOf } from '../../schemas/basic.ts';

export function setPlatform(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/platform',
    {
      config: { audience: ['person:operator', 'person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Declares what Tocsin runs on compromised; two persons say that it is sound again',
        description:
          '`state` is the one in force: still `compromised` after the first person. `ruled` says ' +
          'whether a rule of the policy turns on it; without one nothing is held.',
        params: Type.Object({ programme: IdText }),
        body: Type.Object({ state: oneOf(PLATFORM_STATES) }, closed),
        response: { 200: Type.Object({ state: oneOf(PLATFORM_STATES), ruled: Type.Boolean() }) },
      },
    },
    async (request) =>
      changePlatform(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        request.body.state,
        deps.clock.now(),
        request.repeat,
      ),
  );
}
