import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import { HAPPENING_KINDS } from '../../../domain/vulnerability.ts';
import { recordAlertEvent } from '../../../programme/alert/record-alert-event.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { ChangeText, presentChange } from '../../schemas/alert-change.ts';
import {
  Count,
  closed,
  IdText,
  InstantText,
  instantOrNull,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

export function recordEvent(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/events',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Records what has happened to it, or on the way to its disclosure',
        description:
          'Everybody is decided again; what would open something of an alert that was approved ' +
          'waits for a second person, as `change`. `public` ends the embargo at once, by one ' +
          'person, and another confirms it by `confirmBy`; `exploited` asks the issuer whether ' +
          'to, and where the pack opens waves earlier then, `proposal` is to be approved. What ' +
          'only the clock turns on (`reported`, `candidate_patch`, `release_start`, ' +
          '`final_text`, `pre_announced`) decides nothing.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ kind: oneOf(HAPPENING_KINDS), at: Type.Optional(InstantText) }, closed),
        response: {
          200: Type.Object({
            version: Count,
            proposal: nullable(IdText),
            confirmBy: nullable(InstantText),
            change: nullable(ChangeText),
          }),
        },
      },
    },
    async (request) => {
      const now = deps.clock.now();
      const { kind, at } = request.body;
      const { confirmBy, change, ...recorded } = await recordAlertEvent(
        deps.context,
        personOf(request),
        parseId<'alert'>(request.params.alert, 'alert'),
        { kind, at: at === undefined ? now : parseInstant(at, 'at') },
        now,
        request.repeat,
      );
      return {
        ...recorded,
        confirmBy: instantOrNull(confirmBy),
        change: change && presentChange(change),
      };
    },
  );
}
