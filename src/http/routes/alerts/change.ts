import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { approveChange, readChange } from '../../../programme/alert/alert-change.ts';
import { ACTING_PERSON, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { ChangeText, presentChange } from '../../schemas/alert-change.ts';
import { closed, Hex32, IdText } from '../../schemas/basic.ts';

export function showChange(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alert-changes/:proposal',
    {
      config: { audience: ACTING_PERSON },
      schema: {
        summary: 'What a proposed change of an alert would open as things are now',
        description:
          '`difference` counts participants that get more or less from now on, and says whether ' +
          'something opens to everybody.',
        params: Type.Object({ proposal: IdText }),
        response: { 200: ChangeText },
      },
    },
    async ({ params }) => {
      const id = parseId<'change'>(params.proposal, 'proposal');
      return presentChange(await readChange(deps.context, id, deps.clock.now()));
    },
  );
}

export function approveAlertChange(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alert-changes/:proposal/approval',
    {
      config: { audience: ['person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person puts a proposed change of an alert in force',
        params: Type.Object({ proposal: IdText }),
        body: Type.Object({ digest: Hex32 }, closed),
        response: { 200: Type.Object({ alert: IdText }) },
      },
    },
    async (request) => {
      const id = parseId<'change'>(request.params.proposal, 'proposal');
      const { digest } = request.body;
      const caller = personOf(request);
      return approveChange(deps.context, caller, id, digest, deps.clock.now(), request.repeat);
    },
  );
}
