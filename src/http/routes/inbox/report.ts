import { Type } from 'typebox';
import { TocsinError } from '../../../domain/errors.ts';
import {
  MAX_PRODUCT,
  REPORTABLE,
  type ReportableCode,
  type ReportWord,
} from '../../../domain/obligation.ts';
import { reportObligation } from '../../../programme/release/report-obligation.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, knownId, nullable, oneOf } from '../../schemas/basic.ts';

const CODES = Object.keys(REPORTABLE) as ReportableCode[];
const Product = nullable(Type.String({ minLength: 1, maxLength: MAX_PRODUCT }));
const WORDS: readonly ReportWord[] = Object.values(REPORTABLE).flat();

export function report(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/inbox/:alert/obligations/:obligation/report',
    {
      config: { audience: ['reader'], repeat: 'key', binds: true },
      schema: {
        summary: 'A word by which the participant meets an obligation that nobody sees it meet',
        description:
          '`status_report` is met by how the participant is affected, `protection_report` once ' +
          'its protection is ready, `post` once it has published, `return_copies` by what became ' +
          'of its copies. The same word again, of the same product, changes nothing.',
        params: Type.Object({ alert: IdText, obligation: Type.String() }),
        body: Type.Object({ says: oneOf(WORDS), product: Type.Optional(Product) }, closed),
        response: { 200: Type.Object({ reported: Type.Boolean() }) },
      },
    },
    async (request) => {
      const now = deps.clock.now();
      const alert = knownId<'alert'>(request.params.alert);
      const obligation = CODES.find((code) => code === request.params.obligation);
      if (obligation === undefined) {
        throw new TocsinError('NOT_FOUND', 'expected something known to the caller');
      }
      const { says, product = null } = request.body;
      const said = { alert, obligation, says, product };
      return reportObligation(deps.context, readerOf(request), said, now, request.repeat);
    },
  );
}
