import { Type } from 'typebox';
import { INVITATION_ANSWERS } from '../../../domain/embargo.ts';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../../domain/instant.ts';
import { inviteToEmbargo } from '../../../programme/alert/invite-to-embargo.ts';
import { listAlertInvitations } from '../../../programme/alert/list-invitations.ts';
import { ANY_PERSON, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  Count,
  closed,
  IdText,
  InstantText,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';
import { PageQuery, pageOf, presentPage, rangeOf } from '../../schemas/page.ts';

const InviteBody = Type.Object(
  {
    deadline: Type.Optional(InstantText),
    participant: Type.Optional(IdText),
  },
  closed,
);

const InvitedText = Type.Object({
  terms: Type.Object({ until: InstantText }),
  deadline: InstantText,
  invited: listOf(IdText),
  passedOver: Count,
});

const AskedText = Type.Object({
  id: IdText,
  participant: IdText,
  name: Type.String(),
  terms: Type.Object({ until: InstantText }),
  invitedAt: InstantText,
  deadline: InstantText,
  answer: nullable(oneOf(INVITATION_ANSWERS)),
});

export function showInvited(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/invitations',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'Who was asked to keep an embargo, until when, and what it answered',
        description: '`answer` is null while an invitation is open.',
        params: Type.Object({ alert: IdText }),
        querystring: PageQuery,
        response: { 200: pageOf(AskedText) },
      },
    },
    async ({ params, query }) => {
      const alert = parseId<'alert'>(params.alert, 'alert');
      const { after, limit } = rangeOf<'invitation'>('alert-invitations', query);
      const page = await listAlertInvitations(deps.context, alert, after, limit);
      return presentPage('alert-invitations', page, ({ until, invitedAt, deadline, ...rest }) => ({
        ...rest,
        terms: { until: formatInstant(until) },
        invitedAt: formatInstant(invitedAt),
        deadline: formatInstant(deadline),
      }));
    },
  );
}

export function inviteAll(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/invitations',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Invites participants that consent per alert to its embargo',
        description:
          'Without a participant: everybody who has neither answered nor is being asked. Passed ' +
          'over is whom the rules would give nothing before disclosure.',
        params: Type.Object({ alert: IdText }),
        body: InviteBody,
        response: { 200: InvitedText },
      },
    },
    async (request) => {
      const { deadline, participant } = request.body;
      const { until, ...rest } = await inviteToEmbargo(
        deps.context,
        personOf(request),
        {
          alert: parseId<'alert'>(request.params.alert, 'alert'),
          deadline: deadline === undefined ? null : parseInstant(deadline, 'deadline'),
          participant:
            participant === undefined ? null : parseId<'participant'>(participant, 'participant'),
        },
        deps.clock.now(),
        request.repeat,
      );
      return {
        ...rest,
        terms: { until: formatInstant(until) },
        deadline: formatInstant(rest.deadline),
      };
    },
  );
}
