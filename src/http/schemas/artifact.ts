import { type Static, Type } from 'typebox';
import { ARTIFACT_KINDS, FORMATS, MARKINGS, VARIANTS } from '../../domain/artifact.ts';
import { parseId } from '../../domain/ids.ts';
import { parseInstant } from '../../domain/instant.ts';
import type { ArtifactInput } from '../../programme/alert/new-artifact.ts';
import { closed, IdText, InstantText, listOf, nullable, oneOf, parseBase64 } from './basic.ts';

/** An artifact as its author sends it. */
export const ArtifactBody = Type.Object(
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
    revises: Type.Optional(nullable(IdText)),
    sourcePublishedAt: nullable(InstantText),
  },
  closed,
);

/** Slots that were proposed and did not pass the equivalence gate. */
export const DroppedText = listOf(
  Type.Object({ family: Type.String(), what: Type.String(), reason: Type.String() }),
);

/** @throws INVALID_INPUT naming the field. */
export function parseArtifact(body: Static<typeof ArtifactBody>): ArtifactInput {
  const { content, reducedBy, revises = null, sourcePublishedAt, ...rest } = body;
  return {
    ...rest,
    content: parseBase64(content, 'content'),
    reducedBy: reducedBy === null ? null : parseId<'artifact'>(reducedBy, 'reducedBy'),
    revises: revises === null ? null : parseId<'artifact'>(revises, 'revises'),
    sourcePublishedAt:
      sourcePublishedAt === null ? null : parseInstant(sourcePublishedAt, 'sourcePublishedAt'),
  };
}
