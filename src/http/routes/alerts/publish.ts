import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { BREAK_GLASS_REASONS } from '../../../programme/alert/break-glass.ts';
import { confirmPublication, publishNow } from '../../../programme/alert/publish-now.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, InstantText, oneOf } from '../../schemas/basic.ts';

export function publish(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/publication',
    {
      config: { audience: ['person:author', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'Publishes an approved alert now, by one person; a second is to confirm it',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ reason: oneOf(BREAK_GLASS_REASONS) }, closed),
        response: { 200: Type.Object({ disclosureAt: InstantText, confirmBy: InstantText }) },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const { reason } = request.body;
      const now = deps.clock.now();
      const caller = personOf(request);
      const done = await publishNow(deps.context, caller, alert, reason, now, request.repeat);
      return {
        disclosureAt: formatInstant(done.disclosureAt),
        confirmBy: formatInstant(done.confirmBy),
      };
    },
  );
}

export function confirmPublished(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/publication/confirmation',
    {
      config: { audience: ['person:approver', 'person:author'], repeat: 'key' },
      schema: {
        summary: 'A second person confirms that an alert was published at once',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({}, closed),
        response: { 200: Type.Object({ inTime: Type.Boolean() }) },
      },
    },
    async (request) =>
      confirmPublication(
        deps.context,
        personOf(request),
        parseId<'alert'>(request.params.alert, 'alert'),
        deps.clock.now(),
        request.repeat,
      ),
  );
}
