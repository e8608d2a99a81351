import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Scalar } from 'yaml';
import { invalid } from '../../src/domain/errors.ts';
import type { SigmaEntry, SigmaNode } from '../../src/formats/rules/sigma/node.ts';

/**
 * A rule as the `yaml` package reads it, with what it says of places: what our own reader is
 * compared with. `bare` is not known here, and null. @throws INVALID_INPUT for what is no YAML, and
 * for anchors, aliases, tags and keys that are no texts.
 */
export function readByPackage(source: string): SigmaNode {
  const documents = parseAllDocuments(source, { prettyErrors: false });
  if (!Array.isArray(documents) || documents.length !== 1) {
    throw invalid('rule', 'one YAML document', `${documents.length} documents`);
  }
  const [document] = documents;
  const fault = document?.errors[0] ?? document?.warnings[0];
  const other = spaced(source);
  if (fault !== undefined && other !== source) return readByPackage(other);
  if (fault !== undefined) throw invalid('rule', 'YAML', fault.code);
  return nodeOf(source, document?.contents);
}

/**
 * Version 2.9.1 refuses `a:\n#c\n  x\nb: y`, and no `# c` in the place of `#c`: a comment in the
 * first column, which YAML 1.2 (6.6, 8.2) allows in both forms.
 */
function spaced(source: string): string {
  return source.replace(/^#[^ \t\r\n]/gm, '# ');
}

function nodeOf(source: string, node: unknown): SigmaNode {
  if (isAlias(node)) throw invalid('rule', 'no alias', 'one');
  if (isScalar(node)) return scalarOf(source, node);
  if (!isMap(node) && !isSeq(node)) throw invalid('rule', 'a value', 'none');
  if (node.anchor !== undefined || node.tag !== undefined) throw invalid('rule', 'no tag', 'one');
  const [start = 0, valueEnd = 0] = node.range ?? [];
  if (isSeq(node)) {
    const items = node.items.map((item) => nodeOf(source, item));
    const end = node.flow === true ? valueEnd : (items.at(-1)?.end ?? valueEnd);
    return { kind: 'list', items, start, end };
  }
  const entries = node.items.map(({ key, value }) => entryOf(source, key, value));
  const end = node.flow === true ? valueEnd : (entries.at(-1)?.value.end ?? valueEnd);
  return { kind: 'map', entries, start, end };
}

function entryOf(source: string, key: unknown, value: unknown): SigmaEntry {
  if (!isScalar(key) || typeof key.value !== 'string')
    throw invalid('rule', 'text keys', 'another');
  return { start: key.range?.[0] ?? 0, key: key.value, value: nodeOf(source, value) };
}

function scalarOf(source: string, { value, range, type, anchor, tag }: Scalar): SigmaNode {
  if (anchor !== undefined || tag !== undefined) throw invalid('rule', 'no tag', 'one');
  const known = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  if (!known) throw invalid('rule', 'a text, a number, true or false', typeof value);
  const [start = 0, valueEnd = 0] = range ?? [];
  const end = start + source.slice(start, valueEnd).trimEnd().length;
  const plain = type === 'PLAIN' && source.slice(start, end) === value;
  return {
    ...{ kind: 'scalar', value: value as string | number | boolean | null, plain, bare: null },
    ...{ start, end },
  };
}
