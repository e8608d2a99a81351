import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { decideMemberChange } from '../../../programme/member/member-change.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, Hex32, IdText, oneOf } from '../../schemas/basic.ts';

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
        response: { 200: Type.Object({ outcome: oneOf(['confirmed', 'refused']) }) },
      },
    },
    async (request) =>
      decideMemberChange(
        deps.context,
        personOf(request),
        parseId<'member_change'>(request.params.change, 'change'),
        request.body,
        deps.clock.now(),
        request.repeat,
      ),
  );
}
