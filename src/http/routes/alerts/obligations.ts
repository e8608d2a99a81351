import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { OBLIGATION_CODES, REPORTABLE, type ReportWord } from '../../../domain/obligation.ts';
import { readObligations } from '../../../programme/member-obligations.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, IdText, listOf, nullable, oneOf } from '../../schemas/basic.ts';
import { ObligationText, presentObligation } from '../../schemas/obligation.ts';

const WORDS: readonly ReportWord[] = Object.values(REPORTABLE).flat();

const CountsText = Type.Object({
  code: oneOf(OBLIGATION_CODES),
  open: Count,
  done: Count,
  late: Count,
  overdue: Count,
  binding: Count,
});

const MemberText = Type.Object({
  participant: IdText,
  obligations: listOf(Type.Object({ ...ObligationText.properties, says: nullable(oneOf(WORDS)) })),
});

export function showObligations(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/obligations',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What those owe who were given something of the alert; who is overdue first',
        description: '`counts` is of all; at most 2 000 members are listed.',
        params: Type.Object({ alert: IdText }),
        response: {
          200: Type.Object({ counts: listOf(CountsText), members: listOf(MemberText) }),
        },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const found = await readObligations(deps.context, alert, deps.clock.now());
      const members = found.members.map(({ participant, obligations }) => ({
        participant,
        obligations: obligations.map(({ says, ...each }) => ({
          ...presentObligation(each),
          says,
        })),
      }));
      return { counts: found.counts, members };
    },
  );
}
