import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { changeCalendar } from '../../../programme/member/change-calendar.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, nullable } from '../../schemas/basic.ts';

export function setCalendar(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/participants/:participant/calendar',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'By which of the policy’s calendars a participant’s holidays are kept',
        params: Type.Object({ programme: IdText, participant: IdText }),
        body: Type.Object({ calendar: nullable(Type.String({ maxLength: 40 })) }, closed),
        response: { 200: Type.Object({ calendar: nullable(Type.String()) }) },
      },
    },
    async (request) =>
      changeCalendar(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        parseId<'participant'>(request.params.participant, 'participant'),
        request.body.calendar,
        deps.clock.now(),
        request.repeat,
      ),
  );
}
