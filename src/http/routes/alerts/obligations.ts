import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { OBLIGATION_CODES, REPORTABLE, type ReportWord } from '../../../domain/obligation.ts';
import { readObligations } from '../../../programme/release/member-obligations.ts';
import { ANY_PERSON, personOf, seesContent } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, IdText, InstantText, listOf, nullable, oneOf } from '../../schemas/basic.ts';
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
  obligations: listOf(
    Type.Object({
      ...ObligationText.properties,
      says: nullable(oneOf(WORDS)),
      products: listOf(
        Type.Object({ product: Type.String(), says: oneOf(WORDS), at: InstantText }),
      ),
    }),
  ),
});

export function showObligations(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/obligations',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What those owe who were given something of the alert; who is overdue first',
        description:
          '`counts` is of all; at most 2 000 members are listed. An auditor sees no `products`.',
        params: Type.Object({ alert: IdText }),
        response: {
          200: Type.Object({ counts: listOf(CountsText), members: listOf(MemberText) }),
        },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const found = await readObligations(deps.context, alert, deps.clock.now());
      // Which products are affected is content of the alert.
      const content = seesContent(personOf(request));
      const members = found.members.map(({ participant, obligations }) => ({
        participant,
        obligations: obligations.map(({ says, products, ...each }) => ({
          ...presentObligation(each),
          says,
          products: content
            ? products.map(({ at, ...one }) => ({ ...one, at: formatInstant(at) }))
            : [],
        })),
      }));
      return { counts: found.counts, members };
    },
  );
}
