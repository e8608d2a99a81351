import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { assessAlert } from '../../../programme/alert/assess-alert.ts';
import { personOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { MayMatch, versionOf } from '../../if-match.ts';
import { ChangeText, presentChange } from '../../schemas/alert-change.ts';
import { Count, IdText, nullable } from '../../schemas/basic.ts';
import { AssessmentText } from '../../schemas/vulnerability.ts';

export function assess(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/assessment',
    {
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Changes what is known of the vulnerability; whoever does is an author',
        description:
          'Before waves have begun an approval is void; afterwards everybody is decided again, ' +
          'unless something would open to somebody: then it is kept as `proposal` for a second ' +
          'person. With If-Match only at that version of the alert, without at the newest.',
        headers: MayMatch,
        params: Type.Object({ alert: IdText }),
        body: AssessmentText,
        response: { 200: Type.Object({ version: Count, proposal: nullable(ChangeText) }) },
      },
    },
    async (request) => {
      const ifMatch = request.headers['if-match'];
      const { version, proposal } = await assessAlert(
        deps.context,
        personOf(request),
        parseId<'alert'>(request.params.alert, 'alert'),
        ifMatch === undefined ? null : versionOf(ifMatch),
        request.body,
        deps.clock.now(),
        request.repeat,
      );
      return { version, proposal: proposal && presentChange(proposal) };
    },
  );
}
