import {
  ARTIFACT_KINDS,
  type ArtifactKind,
  MARKINGS,
  type Marking,
  NEVER_MARKED,
} from '../domain/artifact.ts';
import { fields, unexpected, word, type Yaml } from './yaml.ts';

/** How a programme marks copies, by kind; of a kind that it does not name, as each author says. */
export type MarkingRules = Readonly<Partial<Record<ArtifactKind, Marking>>>;

/** Section `marking:` of `programme.yaml`. @throws POLICY_INVALID naming file and line. */
export function parseMarking(yaml: Yaml): MarkingRules {
  const rules: Partial<Record<ArtifactKind, Marking>> = {};
  const found = fields(yaml, [], ARTIFACT_KINDS);
  for (const kind of ARTIFACT_KINDS) {
    const stated = found[kind];
    if (stated === undefined) continue;
    const marking = word(stated, MARKINGS);
    if (NEVER_MARKED.includes(kind) && marking !== 'none') throw unexpected(stated, 'none');
    rules[kind] = marking;
  }
  return rules;
}
