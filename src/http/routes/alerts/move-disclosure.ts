import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import { moveDisclosure } from '../../../programme/alert/draft-alert.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { MustMatch, versionOf } from '../../if-match.ts';
import { Count, closed, IdText, InstantText } from '../../schemas/basic.ts';
import { ANSWERS, answersOf } from '../../schemas/timing.ts';

export function setDisclosure(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/disclosure',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Moves T0 before any wave has begun; an approval is void',
        description: 'If-Match with the version that was seen is required.',
        headers: MustMatch,
        params: Type.Object({ alert: IdText }),
        body: Type.Object({ disclosureAt: InstantText, ...ANSWERS }, closed),
        response: { 200: Type.Object({ version: Count }) },
      },
    },
    async (request) =>
      moveDisclosure(
        deps.context,
        personOf(request),
        parseId<'alert'>(request.params.alert, 'alert'),
        versionOf(request.headers['if-match']),
        parseInstant(request.body.disclosureAt, 'disclosureAt'),
        deps.clock.now(),
        request.repeat,
        answersOf(request.body),
      ),
  );
}
