import { Type } from 'typebox';
import { CONSENTS } from '../../../domain/enrolment.ts';
import { parseId } from '../../../domain/ids.ts';
import { changeConsent } from '../../../programme/alert/change-consent.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { ChangeText, presentChange } from '../../schemas/alert-change.ts';
import { closed, IdText, nullable, oneOf } from '../../schemas/basic.ts';

export function setConsent(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/consents',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'Records a participant’s consent to the embargo of one alert',
        description:
          'What it opens of an alert that was approved waits for a second person, as `proposal`; ' +
          'then it is decided at once, for what is due already. A refusal holds at once.',
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ participant: IdText, consent: oneOf(CONSENTS) }, closed),
        response: {
          200: Type.Object({ consent: oneOf(CONSENTS), proposal: nullable(ChangeText) }),
        },
      },
    },
    async (request) => {
      const { consent, proposal } = await changeConsent(
        deps.context,
        personOf(request),
        {
          alert: parseId<'alert'>(request.params.alert, 'alert'),
          participant: parseId<'participant'>(request.body.participant, 'participant'),
          consent: request.body.consent,
        },
        deps.clock.now(),
        request.repeat,
      );
      return { consent, proposal: proposal && presentChange(proposal) };
    },
  );
}
