import { ARTIFACT_KINDS, type ArtifactKind } from '../domain/artifact.ts';
import { REASON_CODES, type ReasonCode } from '../domain/decision.ts';
import type { Tier } from '../domain/enrolment.ts';
import { fields, parseYaml, text, type Yaml } from './yaml.ts';

/** What people read for the words of a pack: `words.yaml`. */
export type Words = {
  readonly tiers: Readonly<Record<Tier, string>>;
  readonly kinds: Readonly<Record<ArtifactKind, string>>;
  readonly reasons: Readonly<Record<ReasonCode, string>>;
};

/** @throws POLICY_INVALID unless every tier, kind and reason code has its word, and no other. */
export function parseWords(file: string, source: string, tiers: readonly Tier[]): Words {
  const root = fields(parseYaml(file, source), ['tiers', 'kinds', 'reasons']);
  return {
    tiers: allOf(root.tiers, tiers),
    kinds: allOf(root.kinds, ARTIFACT_KINDS),
    reasons: allOf(root.reasons, REASON_CODES),
  };
}

function allOf<K extends string>(yaml: Yaml, names: readonly K[]): Record<K, string> {
  const found = fields(yaml, names);
  const words = names.map((name) => [name, text(found[name])] as const);
  return Object.fromEntries(words) as Record<K, string>;
}
