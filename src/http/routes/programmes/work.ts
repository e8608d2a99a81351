import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { listWorkItems, PROPOSED } from '../../../programme/alert/work-items.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { IdText, InstantText, instantOrNull, listOf, nullable } from '../../schemas/basic.ts';

const WorkItem = Type.Object({
  id: IdText,
  code: Type.String({
    description:
      'why it is held: a reason code, or MARK_FAILED; what is asked: EXPLOITED, BREAK_GLASS; or ' +
      `what waits for a second person: ${PROPOSED.join(', ')}`,
  }),
  alert: nullable(IdText),
  artifact: nullable(IdText),
  participant: nullable(IdText),
  reader: nullable(IdText),
  proposer: nullable(IdText),
  at: InstantText,
  dueAt: nullable(InstantText),
  overdue: Type.Boolean(),
});

export function showWork(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/programmes/:programme/work-items',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What waits for a person: what was held, and why, and what is proposed',
        description:
          'One for each cause, artifact and participant; what is overdue stands first. ' +
          '`reader` is whose fetch met it first, null where a wave did. Where there is a ' +
          '`proposer`, `id` is that of the proposal, which leaves the list by being decided.',
        params: Type.Object({ programme: IdText }),
        response: { 200: Type.Object({ items: listOf(WorkItem) }) },
      },
    },
    async (request) => {
      const programme = parseId<'programme'>(request.params.programme, 'programme');
      const rows = await listWorkItems(deps.context, programme, deps.clock.now());
      const items = rows.map((row) => ({
        ...row,
        at: formatInstant(row.at),
        dueAt: instantOrNull(row.dueAt),
      }));
      return { items };
    },
  );
}
