import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { acceptCustody, MAX_AFTER_DAYS, proposeCustody } from '../../../programme/trace/custody.ts';
import { type Audience, personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText } from '../../schemas/basic.ts';
import { CustodyText, presentCustody } from '../../schemas/custody.ts';

/** Officers are whoever has to do with traces, or keeps the keys of the installation. */
export const OFFICERS: readonly Audience[] = [
  'person:investigator',
  'person:approver',
  'person:operator',
];

export function propose(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/programmes/:programme/custody',
    {
      config: { audience: OFFICERS, repeat: 'key' },
      schema: {
        summary: 'Proposes custody of the mark keys, as its first officer; nothing changes yet',
        description:
          'Once another person has accepted, the mark key of each alert is sealed to both that ' +
          'many days of 24 hours after its disclosure, and taken away.',
        params: Type.Object({ programme: IdText }),
        body: Type.Object(
          {
            recipient: Type.String({ maxLength: 200 }),
            afterDays: Type.Integer({ minimum: 0, maximum: MAX_AFTER_DAYS }),
          },
          closed,
        ),
        response: { 201: CustodyText },
      },
    },
    async (request, answer) => {
      const custody = await proposeCustody(
        deps.context,
        personOf(request),
        parseId<'programme'>(request.params.programme, 'programme'),
        request.body,
        deps.clock.now(),
        request.repeat,
      );
      return answer.code(201).send(presentCustody(custody));
    },
  );
}

export function accept(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/custody/:custody/acceptance',
    {
      config: { audience: OFFICERS, repeat: 'key' },
      schema: {
        summary: 'The second officer accepts a custody, with a key of their own: it is in force',
        params: Type.Object({ custody: IdText }),
        body: Type.Object({ recipient: Type.String({ maxLength: 200 }) }, closed),
        response: { 200: CustodyText },
      },
    },
    async (request) =>
      presentCustody(
        await acceptCustody(
          deps.context,
          personOf(request),
          parseId<'custody'>(request.params.custody, 'custody'),
          request.body.recipient,
          deps.clock.now(),
          request.repeat,
        ),
      ),
  );
}
