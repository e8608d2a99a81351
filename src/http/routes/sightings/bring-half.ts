import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { bringHalf } from '../../../programme/trace/open-mark-key.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  Count,
  closed,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  nullable,
} from '../../schemas/basic.ts';
import { OFFICERS } from '../custody/propose.ts';

export function bring(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sightings/:sighting/halves',
    {
      config: { audience: OFFICERS, repeat: 'key' },
      schema: {
        summary: 'Brings half of a sealed mark key back, for the trace of this sighting alone',
        description:
          'With the other half, brought by another person, the key is open until the trace is ' +
          'done, and no longer than to `openUntil`.',
        params: Type.Object({ sighting: IdText }),
        body: Type.Object({ alert: IdText, half: Hex32 }, closed),
        response: { 200: Type.Object({ half: Count, openUntil: nullable(InstantText) }) },
      },
    },
    async (request) => {
      const { alert, half } = request.body;
      const brought = await bringHalf(
        deps.context,
        personOf(request),
        parseId<'sighting'>(request.params.sighting, 'sighting'),
        { alert: parseId<'alert'>(alert, 'alert'), half: Buffer.from(half, 'hex') },
        deps.clock.now(),
        request.repeat,
      );
      return { ...brought, openUntil: instantOrNull(brought.openUntil) };
    },
  );
}
