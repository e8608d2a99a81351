import { Type } from 'typebox';
import { listProgrammes } from '../../../programme/policy/list-programmes.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, IdText, listOf } from '../../schemas/basic.ts';

const Programme = Type.Object({
  id: IdText,
  name: Type.String(),
  pack: Type.String(),
  readerCap: Count,
});

export function showProgrammes(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Programmes of this issuer',
        response: { 200: Type.Object({ items: listOf(Programme) }) },
      },
    },
    async () => ({ items: await listProgrammes(deps.context) }),
  );
}
