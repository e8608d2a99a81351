import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import { ALERT_EVENT_KINDS } from '../../../domain/vulnerability.ts';
import { recordAlertEvent } from '../../../programme/record-alert-event.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, closed, IdText, InstantText, oneOf } from '../../schemas/basic.ts';

export function recordEvent(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/events',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Records that it is exploited, public, published by others, or fixed',
        description:
          'Everybody is decided again. `public` ends the embargo at once, by one person; ' +
          '`exploited` asks the issuer whether to.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object(
          { kind: oneOf(ALERT_EVENT_KINDS), at: Type.Optional(InstantText) },
          closed,
        ),
        response: { 200: Type.Object({ version: Count }) },
      },
    },
    async (request) => {
      const now = deps.clock.now();
      const { kind, at } = request.body;
      return recordAlertEvent(
        deps.context,
        personOf(request),
        parseId<'alert'>(request.params.alert, 'alert'),
        { kind, at: at === undefined ? now : parseInstant(at, 'at') },
        now,
        request.repeat,
      );
    },
  );
}
