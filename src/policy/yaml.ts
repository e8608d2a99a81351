import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { TocsinError } from '../domain/errors.ts';
import { type Place, refusePack } from './refuse.ts';

/**
 * A piece of a YAML file together with where it stands, so that a refusal can name the line. Only
 * plain data is admitted: no aliases, anchors or duplicate keys.
 */
export type Yaml = {
  readonly place: Place;
  readonly path: string;
  readonly node: Node | null;
  readonly lines: LineCounter;
};

/** @throws POLICY_INVALID with the line of the first syntax error. */
export function parseYaml(file: string, source: string): Yaml {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: true, schema: 'core' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.pos[0]);
    throw refusePack({ file, line }, problem.message.split('\n')[0] ?? 'not valid YAML');
  }
  return { place: { file, line: 1 }, path: '', node: document.contents, lines };
}

/**
 * Reads a mapping with exactly the expected keys: all of `names`, and any of `optional`.
 * @throws POLICY_INVALID
 */
export function fields<K extends string, O extends string = never>(
  yaml: Yaml,
  names: readonly K[],
  optional: readonly O[] = [],
): Record<K, Yaml> & Partial<Record<O, Yaml>> {
  const found = entries(yaml);
  const known: readonly string[] = [...names, ...optional];
  for (const [name, value] of found) {
    if (!known.includes(name)) {
      throw refusePack(value.place, `unknown key ${value.path}`, `known: ${known.join(', ')}`);
    }
  }
  const missing = names.find((name) => !found.has(name));
  if (missing !== undefined) throw refusePack(yaml.place, `missing ${below(yaml.path, missing)}`);
  return Object.fromEntries(found) as Record<K, Yaml> & Partial<Record<O, Yaml>>;
}

/** Parses the value of a key that may be absent. */
export function optional<T>(yaml: Yaml | undefined, parse: (yaml: Yaml) => T, otherwise: T): T {
  return yaml === undefined ? otherwise : parse(yaml);
}

/** Reads a mapping with text keys, in the order of the file. @throws POLICY_INVALID */
export function entries(yaml: Yaml): Map<string, Yaml> {
  const { node } = yaml;
  if (!isMap(node)) throw unexpected(yaml, 'a mapping');
  const found = new Map<string, Yaml>();
  for (const { key, value } of node.items) {
    if (!isScalar(key) || typeof key.value !== 'string') throw unexpected(yaml, 'text keys');
    found.set(key.value, child(yaml, key.value, value, key.range?.[0]));
  }
  return found;
}

/** Reads a list. @throws POLICY_INVALID */
export function list(yaml: Yaml): Yaml[] {
  const { node } = yaml;
  if (!isSeq(node)) throw unexpected(yaml, 'a list');
  return node.items.map((item, i) =>
    child(yaml, String(i), item, isNode(item) ? item.range?.[0] : undefined),
  );
}

/** Reads a non-empty text. @throws POLICY_INVALID */
export function text(yaml: Yaml): string {
  const { node } = yaml;
  if (isScalar(node) && typeof node.value === 'string' && node.value !== '') return node.value;
  throw unexpected(yaml, 'a text');
}

/** Reads a text of a form; `expected` names it with an example. @throws POLICY_INVALID */
export function form(yaml: Yaml, pattern: RegExp, expected: string): RegExpExecArray {
  const { node } = yaml;
  const value = isScalar(node) && typeof node.value === 'string' ? node.value : '';
  const found = pattern.exec(value);
  if (found === null) throw unexpected(yaml, expected);
  return found;
}

/** Reads one of `words`. @throws POLICY_INVALID */
export function word<W extends string>(yaml: Yaml, words: readonly W[]): W {
  const value = isScalar(yaml.node) ? yaml.node.value : undefined;
  const found = words.find((each) => each === value);
  if (found === undefined) throw unexpected(yaml, `one of ${words.join(', ')}`);
  return found;
}

/** The refusal of a value: what was expected there and what was found. */
export function unexpected({ place, path, node }: Yaml, expected: string): TocsinError {
  const found = node === null ? 'nothing' : describe(node);
  return refusePack(place, `${path || 'the file'}: expected ${expected}, found ${found}`);
}

function describe(node: Node): string {
  if (isScalar(node)) return JSON.stringify(node.value);
  return isMap(node) ? 'a mapping' : 'a list';
}

function child(parent: Yaml, name: string, value: unknown, offset: number | undefined): Yaml {
  const { lines } = parent;
  const line = offset === undefined ? parent.place.line : lines.linePos(offset).line;
  const place = { file: parent.place.file, line };
  const path = below(parent.path, name);
  const node = isNode(value) ? value : null;
  if (isAlias(node) || (node !== null && 'anchor' in node && node.anchor !== undefined)) {
    throw refusePack(place, `${path}: aliases and anchors are not taken`, 'write the value out');
  }
  return { place, path, node, lines };
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
