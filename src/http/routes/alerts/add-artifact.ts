import { type Static, Type } from 'typebox';
import { ARTIFACT_KINDS, FORMATS, MARKINGS, VARIANTS } from '../../../domain/artifact.ts';
import { parseId } from '../../../domain/ids.ts';
import { parseInstant } from '../../../domain/instant.ts';
import { type ArtifactInput, addArtifact } from '../../../programme/draft-alert.ts';
import { personOf } from '../../auth/audience.ts';
import { BODY_LIMITS } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { MayMatch, versionOf } from '../../if-match.ts';
import {
  Count,
  closed,
  IdText,
  InstantText,
  listOf,
  nullable,
  oneOf,
  parseBase64,
} from '../../schemas/basic.ts';

const ArtifactBody = Type.Object(
  {
    kind: oneOf(ARTIFACT_KINDS),
    variant: oneOf(VARIANTS),
    format: oneOf(FORMATS),
    marking: oneOf(MARKINGS),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    content: Type.String({
      format: 'byte',
      description: 'the bytes, base64; at most 16 MiB of them',
    }),
    sidecar: nullable(
      Type.String({ description: 'approved alternates: docs/formats/slot-table.md' }),
    ),
    reducedBy: nullable(IdText),
    sourcePublishedAt: nullable(InstantText),
  },
  closed,
);

const Added = Type.Object({
  artifact: IdText,
  version: Count,
  slots: Count,
  dropped: listOf(
    Type.Object({ family: Type.String(), what: Type.String(), reason: Type.String() }),
  ),
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
          'given in its place.',
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
        parse(request.body),
        deps.clock.now(),
        request.repeat,
      );
      return reply.code(201).send(added);
    },
  );
}

function parse(body: Static<typeof ArtifactBody>): ArtifactInput {
  const { content, reducedBy, sourcePublishedAt, ...rest } = body;
  return {
    ...rest,
    content: parseBase64(content, 'content'),
    reducedBy: reducedBy === null ? null : parseId<'artifact'>(reducedBy, 'reducedBy'),
    sourcePublishedAt:
      sourcePublishedAt === null ? null : parseInstant(sourcePublishedAt, 'sourcePublishedAt'),
  };
}
