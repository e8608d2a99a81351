import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { readCustody } from '../../../programme/trace/custody.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, nullable } from '../../schemas/basic.ts';
import { CustodyText, presentCustody } from '../../schemas/custody.ts';

export function showCustody(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/custody',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'The custody of the mark keys in force, and one proposed since',
        params: Type.Object({ programme: IdText }),
        response: {
          200: Type.Object({ inForce: nullable(CustodyText), proposed: nullable(CustodyText) }),
        },
      },
    },
    async ({ params }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const { inForce, proposed } = await readCustody(deps.context, programme);
      return {
        inForce: inForce && presentCustody(inForce),
        proposed: proposed && presentCustody(proposed),
      };
    },
  );
}
