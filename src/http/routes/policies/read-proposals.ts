import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { listProposals, readProposal } from '../../../programme/policy/change-policy.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Hex32, IdText, InstantText, listOf } from '../../schemas/basic.ts';
import { ProposedText, presentComparison } from '../../schemas/policy.ts';

export function showProposals(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/policy/proposals',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Proposed policies that wait for a second person',
        params: Type.Object({ programme: IdText }),
        response: {
          200: Type.Object({
            items: listOf(
              Type.Object({
                id: IdText,
                pack: Type.String(),
                sha256: Hex32,
                base: Hex32,
                proposer: IdText,
                at: InstantText,
              }),
            ),
          }),
        },
      },
    },
    async ({ params }) => {
      const programme = parseId<'programme'>(params.programme, 'programme');
      const found = await listProposals(deps.context, programme);
      return { items: found.map((each) => ({ ...each, at: formatInstant(each.at) })) };
    },
  );
}

export function showProposal(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/policy-proposals/:proposal',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What a proposed policy would change as things are now, and the digest for that',
        params: Type.Object({ proposal: IdText }),
        response: { 200: ProposedText },
      },
    },
    async ({ params }) => {
      const id = parseId<'proposal'>(params.proposal, 'proposal');
      const { comparison, ...rest } = await readProposal(deps.context, id, deps.clock.now());
      return { ...rest, comparison: presentComparison(comparison) };
    },
  );
}
