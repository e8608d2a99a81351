import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant, parseInstant } from '../../../domain/instant.ts';
import { KNOWERS, OTHER_CHANNELS } from '../../../domain/knowledge.ts';
import {
  exposureBefore,
  type Outsider,
  RIVAL_HYPOTHESES,
  recordKnowledge,
} from '../../../programme/trace/exposure.ts';
import { personOf } from '../../auth/audience.ts';
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

const Exposure = Type.Object({
  held: listOf(
    Type.Object({ participant: IdText, reader: IdText, first: InstantText, copies: Count }),
  ),
  others: listOf(
    Type.Object({
      id: IdText,
      since: InstantText,
      channel: nullable(oneOf(OTHER_CHANNELS)),
      participant: nullable(IdText),
      role: nullable(oneOf(KNOWERS)),
      who: nullable(Type.String()),
    }),
  ),
  alike: listOf(IdText),
  rivalHypotheses: listOf(oneOf(RIVAL_HYPOTHESES)),
});

export function showExposure(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/exposure',
    {
      config: { audience: ['person:investigator', 'person:auditor'] },
      schema: {
        summary: 'Who held copies before an instant, and what else may explain a find',
        description:
          '`others` had a copy by another channel, or knew without being participants. `alike`: ' +
          'artifacts whose copies carry no marks, so that nobody’s can be told from another’s.',
        params: Type.Object({ alert: IdText }),
        querystring: Type.Object({ before: InstantText }, closed),
        response: { 200: Exposure },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const before = parseInstant(request.query.before, 'before');
      const caller = personOf(request);
      const { held, others, alike } = await exposureBefore(deps.context, caller, alert, before);
      return {
        held: held.map((row) => ({ ...row, first: formatInstant(row.first) })),
        others: others.map(present),
        alike: [...alike],
        rivalHypotheses: RIVAL_HYPOTHESES,
      };
    },
  );
}

function present(row: Outsider) {
  const head = { id: row.id, since: formatInstant(row.since) };
  const nothing = { channel: null, participant: null, role: null, who: null };
  if (row.kind === 'knowledge') return { ...head, ...nothing, role: row.role, who: row.who };
  return { ...head, ...nothing, channel: row.channel, participant: row.participant };
}

const Recorded = Type.Object({ knowledge: IdText });

export function recordOutsideDelivery(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/outside-deliveries',
    {
      config: { audience: ['person:manager', 'person:investigator'], repeat: 'key' },
      schema: {
        summary: 'Records a copy that a participant had by another channel; unmarked, in no ledger',
        params: Type.Object({ alert: IdText }),
        body: Type.Object(
          { participant: IdText, channel: oneOf(OTHER_CHANNELS), at: InstantText },
          closed,
        ),
        response: { 201: Recorded },
      },
    },
    async (request, answer) => {
      const { participant, channel, at } = request.body;
      const recorded = await recordKnowledge(
        deps.context,
        personOf(request),
        parseId<'alert'>(request.params.alert, 'alert'),
        {
          kind: 'delivery',
          channel,
          participant: parseId<'participant'>(participant, 'participant'),
          since: parseInstant(at, 'at'),
        },
        deps.clock.now(),
        request.repeat,
      );
      return answer.code(201).send(recorded);
    },
  );
}

export function recordOutsideKnowledge(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/knowledge',
    {
      config: { audience: ['person:manager', 'person:investigator'], repeat: 'key' },
      schema: {
        summary: 'Records who knew of the alert without being a participant, and since when',
        params: Type.Object({ alert: IdText }),
        body: Type.Object(
          {
            role: oneOf(KNOWERS),
            who: Type.String({ minLength: 1, maxLength: 200 }),
            since: InstantText,
          },
          closed,
        ),
        response: { 201: Recorded },
      },
    },
    async (request, answer) => {
      const { role, who, since } = request.body;
      const recorded = await recordKnowledge(
        deps.context,
        personOf(request),
        parseId<'alert'>(request.params.alert, 'alert'),
        { kind: 'knowledge', role, who, since: parseInstant(since, 'since') },
        deps.clock.now(),
        request.repeat,
      );
      return answer.code(201).send(recorded);
    },
  );
}
