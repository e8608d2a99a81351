import type { Format } from '../domain/artifact.ts';
import type { ArtifactId } from '../domain/ids.ts';
import type { Frozen } from '../marking/freeze.ts';
import type { Earlier } from '../marking/passage.ts';
import { inThread } from './thread.ts';

/** An artifact to be marked, as its author sent it. */
export type Freezing = {
  readonly artifact: ArtifactId;
  readonly format: Format;
  readonly marking: 'canary' | 'full';
  readonly content: Uint8Array;
  /** YAML; null for none. */
  readonly sidecar: string | null;
  /** The tables of this alert so far that have slots, with their masters. */
  readonly earlier: readonly Earlier[];
};

const THREAD = new URL('./freeze-artifact-thread.ts', import.meta.url);

/**
 * Freezes the first version of an artifact, in a thread: every slot of a rule is compiled and
 * tried, which takes seconds for a long file.
 * @throws as `parseSidecar` and `freezeSlots`; INVALID_INPUT for content that is not UTF-8;
 *   LIMIT_EXCEEDED, see `inThread`.
 */
export async function freezeArtifact(name: string, input: Freezing): Promise<Frozen> {
  return inThread<Frozen>(THREAD, `artifact ${name}`, input);
}
