import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { formatInstant } from '../../../domain/instant.ts';
import { readDuties } from '../../../programme/alert/alert-duties.ts';
import { ANY_PERSON } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import {
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const DutyText = Type.Object({
  code: Type.String(),
  rule: Type.String({ description: 'a rule of the catalogue, or the clause of a law' }),
  owner: oneOf(['issuer', 'participant']),
  participant: nullable(IdText),
  awareness: nullable(IdText),
  dueAt: InstantText,
  doneAt: nullable(InstantText),
  state: oneOf(['open', 'done', 'overdue', 'late']),
  consequence: oneOf(['hold_disclosure', 'violation', 'breach', 'regulator']),
});

export function showDuties(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/alerts/:alert/duties',
    {
      config: { audience: ANY_PERSON },
      schema: {
        summary: 'What is owed because of the alert, and until when; earliest first',
        params: Type.Object({ alert: IdText }),
        response: { 200: Type.Object({ items: listOf(DutyText) }) },
      },
    },
    async (request) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const duties = await readDuties(deps.context, alert, deps.clock.now());
      const items = duties.map(({ subject, dueAt, doneAt, ...duty }) => ({
        ...duty,
        participant: subject.participant,
        awareness: subject.awareness,
        dueAt: formatInstant(dueAt),
        doneAt: instantOrNull(doneAt),
      }));
      return { items };
    },
  );
}
