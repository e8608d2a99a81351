import { Type } from 'typebox';
import { formatInstant } from '../../../domain/instant.ts';
import { readInvitations } from '../../../programme/alert/answer-invitation.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, InstantText } from '../../schemas/basic.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';

const InvitationText = Type.Object({
  id: IdText,
  terms: Type.Object({ until: InstantText }),
  deadline: InstantText,
});

export function listInvitations(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/invitations',
    {
      config: { audience: ['reader'] },
      schema: {
        summary: 'Embargoes that the participant is asked to keep: until when, and no more',
        querystring: PageQuery,
        response: { 200: pageOf(InvitationText) },
      },
    },
    async (request) => {
      const { after, limit } = rangeOf<'invitation'>('invitations', request.query);
      const now = deps.clock.now();
      const page = await readInvitations(deps.context, readerOf(request), after, limit, now);
      return presentPage('invitations', page, ({ invitation, terms, deadline }) => ({
        id: invitation,
        terms: { until: formatInstant(terms.until) },
        deadline: formatInstant(deadline),
      }));
    },
  );
}
