import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { issuerKeys } from '../../../programme/ledger/issuer-keys.ts';
import { decideMemberChange } from '../../../programme/member/member-change.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, Hex32, IdText, nullable, oneOf } from '../../schemas/basic.ts';
import { IssuerText } from '../../schemas/issuer.ts';

const Invited = Type.Object(
  { reader: IdText, invitation: Type.String(), issuer: IssuerText },
  {
    description:
      'of a report of keys, this once: the reader joins with it and the code, which was told to ' +
      'who proposed the report',
  },
);

export function decideMember(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/member-changes/:change/decision',
    {
      config: { audience: ['person:manager', 'person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person puts a proposal about participants in force, or refuses it',
        description: 'Who proposed it may take it back by refusing, and never confirms it.',
        params: Type.Object({ change: IdText }),
        body: Type.Object({ decision: oneOf(['confirm', 'refuse']), digest: Hex32 }, closed),
        response: {
          200: Type.Object({
            outcome: oneOf(['confirmed', 'refused']),
            invited: nullable(Invited),
          }),
        },
      },
    },
    async (request) => {
      const { outcome, invited } = await decideMemberChange(
        deps.context,
        personOf(request),
        parseId<'member_change'>(request.params.change, 'change'),
        request.body,
        deps.clock.now(),
        request.repeat,
      );
      const issuer = issuerKeys(deps.context);
      return { outcome, invited: invited === null ? null : { ...invited, issuer } };
    },
  );
}
