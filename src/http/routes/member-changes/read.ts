import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { readMemberChange } from '../../../programme/member/member-change.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText } from '../../schemas/basic.ts';
import { MemberChangeText, presentMemberChange } from '../../schemas/member-change.ts';

export function showMemberChange(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/member-changes/:change',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What a proposal about participants says, and the digest of it',
        params: Type.Object({ change: IdText }),
        response: { 200: MemberChangeText },
      },
    },
    async ({ params }) => {
      const id = parseId<'member_change'>(params.change, 'change');
      return presentMemberChange(await readMemberChange(deps.context, id));
    },
  );
}
