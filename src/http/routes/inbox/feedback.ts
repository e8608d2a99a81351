import { Type } from 'typebox';
import { FEEDBACK_WORDS } from '../../../domain/feedback.ts';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { giveFeedback, readFeedback } from '../../../programme/release/feedback.ts';
import { readerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  Count,
  closed,
  IdText,
  InstantText,
  knownId,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const details = {
  rule: nullable(Type.String({ minLength: 1, maxLength: 200 })),
  note: nullable(Type.String({ minLength: 1, maxLength: 4_000 })),
};

export function giveOwnFeedback(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/inbox/:alert/artifacts/:artifact/feedback',
    {
      config: { audience: ['reader'], repeat: 'key' },
      schema: {
        summary: 'What the participant found when it tried an artifact of which it has a copy',
        description: '`rule` is which of several, `note` what the author should know.',
        params: Type.Object({ alert: IdText, artifact: IdText }),
        body: Type.Object({ says: oneOf(FEEDBACK_WORDS), ...details }, closed),
        response: { 201: Type.Object({ feedback: IdText }) },
      },
    },
    async (request, answer) => {
      const { params, body, repeat } = request;
      const of = {
        alert: knownId<'alert'>(params.alert),
        artifact: knownId<'artifact'>(params.artifact),
      };
      const now = deps.clock.now();
      const given = { ...of, ...body };
      return answer
        .code(201)
        .send(await giveFeedback(deps.context, readerOf(request), given, now, repeat));
    },
  );
}

const CountsText = Type.Object({
  artifact: IdText,
  says: oneOf(FEEDBACK_WORDS),
  participants: Count,
});

const FeedbackText = Type.Object({
  id: IdText,
  artifact: IdText,
  participant: IdText,
  reader: IdText,
  says: oneOf(FEEDBACK_WORDS),
  ...details,
  at: InstantText,
});

export function listFeedback(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/feedback',
    {
      config: { audience: ['person:author', 'person:approver'] },
      schema: {
        summary: 'What participants found when they tried its artifacts; newest first',
        description:
          '`counts` is of what each participant said last of an artifact; at most 1 000 are ' +
          'listed.',
        params: Type.Object({ alert: IdText }),
        response: {
          200: Type.Object({ counts: listOf(CountsText), items: listOf(FeedbackText) }),
        },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const { counts, items } = await readFeedback(deps.context, alert);
      return { counts, items: items.map((each) => ({ ...each, at: formatInstant(each.at) })) };
    },
  );
}
