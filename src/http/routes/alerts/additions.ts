import { type Static, Type } from 'typebox';
import { ARTIFACT_KINDS, FORMATS, MARKINGS, VARIANTS } from '../../../domain/artifact.ts';
import { parseId } from '../../../domain/ids.ts';
import {
  approveAddition,
  type ProposedAddition,
  proposeAddition,
  readAddition,
} from '../../../programme/alert/propose-addition.ts';
import { ACTING_PERSON, personOf } from '../../auth/audience.ts';
import { BODY_LIMITS } from '../../body.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { ArtifactBody, DroppedText, parseArtifact } from '../../schemas/artifact.ts';
import {
  Count,
  closed,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  nullable,
  oneOf,
} from '../../schemas/basic.ts';

const shown = {
  addition: IdText,
  alert: IdText,
  kind: oneOf(ARTIFACT_KINDS),
  variant: oneOf(VARIANTS),
  format: oneOf(FORMATS),
  marking: oneOf(MARKINGS),
  name: Type.String(),
  slots: Count,
  reducedBy: nullable(IdText),
  revises: nullable(IdText),
  sourcePublishedAt: nullable(InstantText),
  opens: Type.Object({ full: Count, reduced: Count, held: Count, later: Count, never: Count }),
  digest: Hex32,
};
const Addition = Type.Object(shown);

function present(addition: ProposedAddition): Static<typeof Addition> {
  return { ...addition, sourcePublishedAt: instantOrNull(addition.sourcePublishedAt) };
}

export function addLate(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/alerts/:alert/additions',
    {
      bodyLimit: BODY_LIMITS.artifact,
      config: { audience: ['person:author'], repeat: 'key' },
      schema: {
        summary: 'Proposes an artifact after waves have begun; nobody is given it yet',
        description:
          '`opens` counts participants by what they would be given of it: now whole, now the ' +
          'general description, now if a person says so, in a wave to come, never.',
        params: Type.Object({ alert: IdText }),
        body: ArtifactBody,
        response: { 201: Type.Object({ ...shown, dropped: DroppedText }) },
      },
    },
    async (request, reply) => {
      const alert = parseId<'alert'>(request.params.alert, 'alert');
      const artifact = parseArtifact(request.body);
      const caller = personOf(request);
      const now = deps.clock.now();
      const { dropped, ...addition } = await proposeAddition(
        deps.context,
        caller,
        alert,
        artifact,
        now,
        request.repeat,
      );
      return reply.code(201).send({ ...present(addition), dropped });
    },
  );
}

export function showLate(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/additions/:addition',
    {
      config: { audience: ACTING_PERSON },
      schema: {
        summary: 'What a proposed artifact would give to whom as things are now, and the digest',
        params: Type.Object({ addition: IdText }),
        response: { 200: Addition },
      },
    },
    async ({ params }) => {
      const id = parseId<'artifact'>(params.addition, 'addition');
      return present(await readAddition(deps.context, id, deps.clock.now()));
    },
  );
}

export function approveLate(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/additions/:addition/approval',
    {
      config: { audience: ['person:approver'], repeat: 'key' },
      schema: {
        summary: 'A second person puts a proposed artifact into its alert; all are decided again',
        params: Type.Object({ addition: IdText }),
        body: Type.Object({ digest: Hex32 }, closed),
        response: { 200: Type.Object({ artifact: IdText, version: Count }) },
      },
    },
    async (request) => {
      const id = parseId<'artifact'>(request.params.addition, 'addition');
      const { digest } = request.body;
      const caller = personOf(request);
      const now = deps.clock.now();
      return approveAddition(deps.context, caller, id, digest, now, request.repeat);
    },
  );
}
