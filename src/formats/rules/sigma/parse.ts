import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Scalar } from 'yaml';
import { invalid } from '../../../domain/errors.ts';

/**
 * A value of a rule with its place in the source: UTF-16 offsets, end exclusive, from the first
 * character of the value to its last, without a comment or line break that follows.
 */
export type SigmaNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'map'; readonly entries: readonly SigmaEntry[] }
  | { readonly kind: 'list'; readonly items: readonly SigmaNode[] }
  | {
      readonly kind: 'scalar';
      readonly value: string | number | boolean | null;
      /** Whether the source is the value itself, without quotes, folding or escapes. */
      readonly plain: boolean;
    }
);

/** `start` is where the key begins. */
export type SigmaEntry = {
  readonly start: number;
  readonly key: string;
  readonly value: SigmaNode;
};

/** One Sigma detection rule. */
export type SigmaRule = {
  readonly root: SigmaNode & { readonly kind: 'map' };
  readonly detection: SigmaNode & { readonly kind: 'map' };
  readonly condition: SigmaNode;
};

/** How deep values may nest; the deepest rules that circulate have 6 levels. */
const MAX_DEPTH = 32;

/** Longest rule in UTF-16 units: YAML is slow to parse, and rules are short. */
const MAX_SOURCE = 256 * 1024;

/**
 * Parses a Sigma detection rule (Sigma rule specification 2.0): one YAML document with `detection`
 * and a `condition` in it. Rules are hostile input. Correlations, collections of several documents,
 * anchors and aliases are other languages than the one whose order is known to mean nothing.
 * @throws INVALID_INPUT naming what was found instead.
 */
export function parseSigma(source: string): SigmaRule {
  if (source.length > MAX_SOURCE) {
    throw invalid('rule', `at most ${MAX_SOURCE} characters`, source.length);
  }
  const root = rootOf(source);
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

function rootOf(source: string): SigmaNode {
  const documents = parseAllDocuments(source, { prettyErrors: false });
  if (!Array.isArray(documents) || documents.length !== 1) {
    throw invalid('rule', 'one YAML document', `${documents.length} documents`);
  }
  const [document] = documents;
  const error = document?.errors[0];
  if (error !== undefined) {
    const line = source.slice(0, error.pos[0]).split('\n').length;
    throw invalid('rule', 'YAML', `${error.code} in line ${line}`);
  }
  return nodeOf(source, document?.contents, 0);
}

function nodeOf(source: string, node: unknown, depth: number): SigmaNode {
  if (depth > MAX_DEPTH) throw invalid('rule', `at most ${MAX_DEPTH} levels`, 'more');
  if (isAlias(node)) throw invalid('rule', 'no alias', 'one');
  if (isScalar(node)) return scalarOf(source, node);
  if (!isMap(node) && !isSeq(node)) throw invalid('rule', 'a value', 'none');
  if (node.anchor !== undefined || node.tag !== undefined) throw invalid('rule', 'no tag', 'one');
  const [start = 0, valueEnd = 0] = node.range ?? [];
  if (isSeq(node)) {
    const items = node.items.map((item) => nodeOf(source, item, depth + 1));
    const end = node.flow === true ? valueEnd : (items.at(-1)?.end ?? valueEnd);
    return { kind: 'list', items, start, end };
  }
  const entries = node.items.map(({ key, value }) => entryOf(source, key, value, depth));
  const end = node.flow === true ? valueEnd : (entries.at(-1)?.value.end ?? valueEnd);
  return { kind: 'map', entries, start, end };
}

function entryOf(source: string, key: unknown, value: unknown, depth: number): SigmaEntry {
  if (!isScalar(key) || typeof key.value !== 'string')
    throw invalid('rule', 'text keys', 'another');
  const start = key.range?.[0] ?? 0;
  return { start, key: key.value, value: nodeOf(source, value, depth + 1) };
}

function scalarOf(source: string, { value, range, type, anchor, tag }: Scalar): SigmaNode {
  if (anchor !== undefined || tag !== undefined) throw invalid('rule', 'no tag', 'one');
  const known = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  if (!known) throw invalid('rule', 'a text, a number, true or false', typeof value);
  const [start = 0, valueEnd = 0] = range ?? [];
  const end = start + source.slice(start, valueEnd).trimEnd().length;
  const plain = type === 'PLAIN' && source.slice(start, end) === value;
  return { kind: 'scalar', value: value as string | number | boolean | null, plain, start, end };
}
