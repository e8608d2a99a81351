import { invalid } from '../../../domain/errors.ts';
import type { SigmaNode } from './node.ts';
import { readYaml } from './yaml/read.ts';

/** One Sigma detection rule. */
export type SigmaRule = {
  readonly root: SigmaNode & { readonly kind: 'map' };
  readonly detection: SigmaNode & { readonly kind: 'map' };
  readonly condition: SigmaNode;
};

/** Longest rule in UTF-16 units: rules are short. */
const MAX_SOURCE = 256 * 1024;

/**
 * Parses a Sigma detection rule (Sigma rule specification 2.0): one YAML document with `detection`
 * and a `condition` in it. Rules are hostile input. Correlations, collections of several documents,
 * anchors and aliases are other languages than the one whose order is known to mean nothing, and so
 * is whatever `readYaml` does not read.
 * @throws INVALID_INPUT naming what was found instead.
 */
export function parseSigma(source: string): SigmaRule {
  if (source.length > MAX_SOURCE) {
    throw invalid('rule', `at most ${MAX_SOURCE} characters`, source.length);
  }
  const root = readYaml(source);
  if (root.kind !== 'map') throw invalid('rule', 'a map', root.kind);
  const foreign = ['correlation', 'filter', 'action'].find((key) => find(root, key) !== null);
  if (foreign !== undefined) throw invalid('rule', 'a detection rule', `a rule with ${foreign}`);
  const detection = find(root, 'detection');
  if (detection?.kind !== 'map') throw invalid('detection', 'a map', detection?.kind);
  const condition = find(detection, 'condition');
  if (condition === null) throw invalid('detection.condition', 'a condition', null);
  return { root, detection, condition };
}

/** The value of a key of a map. */
export function find(map: SigmaNode & { kind: 'map' }, key: string): SigmaNode | null {
  return map.entries.find((entry) => entry.key === key)?.value ?? null;
}
