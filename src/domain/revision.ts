import type { ArtifactId } from './ids.ts';

type Revisable = {
  readonly id: ArtifactId;
  /** The artifact that this one takes the place of; null: it is the first of its kind. */
  readonly revises: ArtifactId | null;
  readonly reducedBy: ArtifactId | null;
};

/**
 * Those artifacts of an alert that stand: without what a later one revises, and with the newest
 * revision of each reduced one that stands in for another. Copies of the rest are out, and traced
 * as before; nobody is given another.
 */
export function standing<A extends Revisable>(artifacts: readonly A[]): A[] {
  const next = new Map<ArtifactId, ArtifactId>();
  for (const { id, revises } of artifacts) if (revises !== null) next.set(revises, id);
  const newest = (id: ArtifactId): ArtifactId => {
    const later = next.get(id);
    return later === undefined ? id : newest(later);
  };
  return artifacts
    .filter(({ id }) => !next.has(id))
    .map((artifact) => {
      const { reducedBy } = artifact;
      const moved = reducedBy !== null && next.has(reducedBy);
      return moved ? { ...artifact, reducedBy: newest(reducedBy) } : artifact;
    });
}
