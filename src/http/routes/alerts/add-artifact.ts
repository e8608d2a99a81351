import { Type } from 'typebox';
import { parseId } from '../../../domain/ids.ts';
import { addArtifact } from '../../../programme/alert/draft-alert.ts';
import { personOf } from '../../auth/audience.ts';
import { BODY_LIMITS } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { MayMatch, versionOf } from '../../if-match.ts';
import { ArtifactBody, DroppedText, parseArtifact } from '../../schemas/artifact.ts';
import { Count, IdText } from '../../schemas/basic.ts';

const Added = Type.Object({
  artifact: IdText,
  version: Count,
  slots: Count,
  dropped: DroppedText,
});

export function addAlertArtifact(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/artifacts',
    {
      bodyLimit: BODY_LIMITS.artifact,
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Adds an artifact and freezes its slots; an approval is void',
        description:
          'With If-Match only to that version of the alert, without to the newest. `reducedBy` ' +
          'names a summary of the alert in the variant `reduced`: the general description to be ' +
          'given in its place. `revises` names one whose place it takes, of the same kind and ' +
          'variant: nobody is given that any more.',
        headers: MayMatch,
        params: Type.Object({ alert: IdText }),
        body: ArtifactBody,
        response: { 201: Added },
      },
    },
    async (request, reply) => {
      const ifMatch = request.headers['if-match'];
      const added = await addArtifact(
        deps.context,
        personOf(request),
        parseId<'alert'>(request.params.alert, 'alert'),
        ifMatch === undefined ? null : versionOf(ifMatch),
        parseArtifact(request.body),
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(added);
    },
  );
}
