import { ARTIFACT_KINDS, type ArtifactKind } from '../domain/artifact.ts';
import { REASON_CODES, type ReasonCode } from '../domain/decision.ts';
import type { Tier } from '../domain/enrolment.ts';
import { refusePack } from './refuse.ts';
import type { DecisionTable } from './table.ts';
import { fields, parseYaml, text, type Yaml } from './yaml.ts';

/** What people read for the words of a pack: `words.yaml`. */
export type Words = {
  readonly tiers: Readonly<Record<Tier, string>>;
  readonly kinds: Readonly<Record<ArtifactKind, string>>;
  readonly reasons: Readonly<Record<ReasonCode, string>>;
  readonly products: Readonly<Record<string, string>>;
  readonly criteria: Readonly<Record<string, string>>;
  /** Why each named exception of the table is there. */
  readonly exceptions: Readonly<Record<string, string>>;
};

/**
 * @throws POLICY_INVALID unless every tier, kind and reason code, and whatever else the table
 * names, has its word, and no other.
 */
export function parseWords(file: string, source: string, table: DecisionTable): Words {
  const root = fields(
    parseYaml(file, source),
    ['tiers', 'kinds', 'reasons'],
    ['products', 'criteria', 'exceptions'],
  );
  const exceptions = table.exceptions.map(({ id }) => id);
  return {
    tiers: allOf(root.tiers, table.tiers),
    kinds: allOf(root.kinds, ARTIFACT_KINDS),
    reasons: reasonsOf(root.reasons),
    products: namedOf(root.products, table.products, 'products', file),
    criteria: namedOf(root.criteria, table.criteria, 'criteria', file),
    exceptions: namedOf(root.exceptions, exceptions, 'exceptions', file),
  };
}

/** What a pack need not have words for: it is younger than packs that are in force. */
const YOUNGER = { TRANSITION_LAPSED: 'facts taken over with the programme were not shown in time' };

function reasonsOf(yaml: Yaml): Record<ReasonCode, string> {
  const younger = Object.keys(YOUNGER) as (keyof typeof YOUNGER)[];
  const older = REASON_CODES.filter((code) => !younger.some((each) => each === code));
  const found: Record<string, Yaml | undefined> = fields(yaml, older, younger);
  const words = Object.entries(found).flatMap(([code, word]) =>
    word === undefined ? [] : [[code, text(word)] as const],
  );
  return { ...YOUNGER, ...Object.fromEntries(words) } as Record<ReasonCode, string>;
}

/** A section that a pack without such names does not have. */
function namedOf(
  yaml: Yaml | undefined,
  names: readonly string[],
  section: string,
  file: string,
): Record<string, string> {
  if (yaml !== undefined) return allOf(yaml, names);
  if (names.length === 0) return {};
  throw refusePack({ file, line: null }, `missing ${section}.${names[0]}`);
}

function allOf<K extends string>(yaml: Yaml, names: readonly K[]): Record<K, string> {
  const found = fields(yaml, names);
  const words = names.map((name) => [name, text(found[name])] as const);
  return Object.fromEntries(words) as Record<K, string>;
}
