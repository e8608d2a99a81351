import { Type } from 'typebox';
import { ALERT_MODES } from '../../../domain/alert.ts';
import { TLP_LABELS, USE_PERMISSIONS } from '../../../domain/artifact.ts';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import { BREAK_GLASS_REASONS } from '../../../programme/alert/break-glass.ts';
import { draftAlert } from '../../../programme/alert/draft-alert.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { Count, closed, IdText, InstantText, oneOf } from '../../schemas/basic.ts';
import { ANSWERS, HappenedText, happenedOf } from '../../schemas/timing.ts';
import { AssessmentText } from '../../schemas/vulnerability.ts';

const DraftBody = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 300 }),
    mode: Type.Optional(oneOf(ALERT_MODES)),
    disclosureAt: InstantText,
    tlp: oneOf(TLP_LABELS),
    usePermissions: Type.Array(oneOf(USE_PERMISSIONS), { uniqueItems: true }),
    assessment: Type.Optional(AssessmentText),
    happened: Type.Optional(Type.Array(HappenedText, { maxItems: 16 })),
    ...ANSWERS,
    emergency: Type.Optional(oneOf(BREAK_GLASS_REASONS)),
  },
  closed,
);

export function draft(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/alerts',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Opens an alert; nobody is told',
        description:
          'A drill is released to participants, who are told that it is one, and never to the ' +
          'public; of a rehearsal nobody but the issuer learns. ' +
          "T0 is held against the pack's clock. With `emergency` it is not: the alert can then " +
          'only be approved to be published at once.',
        params: Type.Object({ programme: IdText }),
        body: DraftBody,
        response: { 201: Type.Object({ alert: IdText, version: Count }) },
      },
    },
    async (request, reply) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const { disclosureAt, assessment, happened = [], ...body } = request.body;
      const { reasons = [], accept = {}, ...rest } = body;
      const drafted = await draftAlert(
        deps.context,
        personOf(request),
        programme,
        {
          ...rest,
          assessment: assessment ?? null,
          happened: happened.map((each, i) => happenedOf(each, `happened[${i}].at`)),
          answers: { reasons, accept },
          disclosureAt: parseInstant(disclosureAt, 'disclosureAt'),
        },
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(drafted);
    },
  );
}
