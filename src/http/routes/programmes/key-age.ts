import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { limitKeyAge } from '../../../programme/member/reader-keys.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, nullable } from '../../schemas/basic.ts';

const Days = nullable(Type.Integer({ minimum: 1, maximum: 3_650 }));

export function setKeyAge(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/key-age',
    {
      config: { audience: ['person:manager'], repeat: 'key' },
      schema: {
        summary: 'How many days a reader’s key may be used that does not say when it ends',
        description: 'In force at once, counted from when each key came; null: for good.',
        params: Type.Object({ programme: IdText }),
        body: Type.Object({ days: Days }, closed),
        response: { 200: Type.Object({ days: Days }) },
      },
    },
    async (request) =>
      limitKeyAge(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        request.body.days,
        deps.clock.now(),
        request.repeat,
      ),
  );
}
