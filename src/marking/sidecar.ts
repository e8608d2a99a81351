import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import { invalid, TocsinError } from '../domain/errors.ts';

/** What an alternate exchanges: the finer the kind, the sooner a paraphrase loses it. */
export const ALTERNATE_FAMILIES = ['word', 'phrase', 'sentence'] as const;
export type AlternateFamily = (typeof ALTERNATE_FAMILIES)[number];

/** How a canary looks: `slot-table.ts`, `CanarySlot.form`. */
export const CANARY_FORMS = ['guid', 'hex'] as const;
export type CanaryForm = (typeof CANARY_FORMS)[number];

/**
 * Two texts that mean the same, approved by standing in the sidecar. `text` is what the file has.
 */
export type Alternate = {
  readonly text: string;
  readonly other: string;
  readonly family: AlternateFamily;
  /** Which occurrence of `text`, counted from 1; null: it occurs exactly once. */
  readonly occurrence: number | null;
};

/** Two adjacent items of a list, or columns of a table by their heads, that may change places. */
export type OrderPair = { readonly first: string; readonly second: string };

/**
 * A placeholder that is replaced by a value of the reader's own, wherever it stands in the file.
 */
export type CanaryMark = { readonly text: string; readonly form: CanaryForm };

/** What the author allows to differ between copies of one file (docs/formats/slot-table.md). */
export type Sidecar = {
  readonly alternates: readonly Alternate[];
  readonly orders: readonly OrderPair[];
  readonly columns: readonly OrderPair[];
  readonly canaries: readonly CanaryMark[];
  /** Program and arguments that try a script, there is no shell; empty for none. */
  readonly test: readonly string[];
};

/** Most words of a test command. */
const MAX_WORDS = 100;

/**
 * Largest sidecar in UTF-16 units, and most entries of one list: a 16 MiB artifact needs far less.
 */
const MAX_TEXT = 4 * 1024 * 1024;
const MAX_ENTRIES = 20_000;

/**
 * Reads the YAML of an `X.alternates.yaml` file. The file comes from an author's machine; every
 * key, type and word is checked, and nothing is defaulted but an absent list.
 * @throws INVALID_INPUT naming the entry as a path (`alternates[3].family`), or the line that is
 *   not YAML.
 * @throws LIMIT_EXCEEDED for more than 4 Mi characters or 20 000 entries in a list.
 */
export function parseSidecar(text: string): Sidecar {
  if (text.length > MAX_TEXT) throw tooMany('sidecar', `${MAX_TEXT} characters`, text.length);
  const root = parseRoot(text);
  const entries = root === null ? new Map<string, Node>() : fieldsOf(root, 'sidecar');
  refuseOthers(entries, ['alternates', 'orders', 'columns', 'canaries', 'test'], 'sidecar');
  return {
    alternates: list(entries, 'alternates').map(alternate),
    orders: list(entries, 'orders').map(order),
    columns: list(entries, 'columns').map(order),
    canaries: list(entries, 'canaries').map(canary),
    test: command(list(entries, 'test', MAX_WORDS)),
  };
}

function parseRoot(text: string): Node | null {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw invalid('sidecar', 'one YAML document', `${error.code} in line ${line}`);
  }
  return document.contents;
}

function alternate(entry: Entry): Alternate {
  const fields = entryFields(entry, ['text', 'other', 'family', 'occurrence']);
  return {
    text: textOf(fields, 'text', entry.path),
    other: textOf(fields, 'other', entry.path),
    family: wordOf(fields, 'family', ALTERNATE_FAMILIES, entry.path),
    occurrence: countOf(fields, 'occurrence', entry.path),
  };
}

function order(entry: Entry): OrderPair {
  const fields = entryFields(entry, ['first', 'second']);
  return {
    first: textOf(fields, 'first', entry.path),
    second: textOf(fields, 'second', entry.path),
  };
}

function canary(entry: Entry): CanaryMark {
  const fields = entryFields(entry, ['text', 'form']);
  return {
    text: textOf(fields, 'text', entry.path),
    form: wordOf(fields, 'form', CANARY_FORMS, entry.path),
  };
}

function command(entries: readonly Entry[]): string[] {
  const words = entries.map(wordOfCommand);
  // Neither an option nor a variable to those who start it.
  if (/^-|=/.test(words[0] ?? ''))
    throw invalid('test[0]', 'the name of a program', 'another word');
  return words;
}

function wordOfCommand({ node, path }: Entry): string {
  const word = isScalar(node) ? node.value : undefined;
  // A zero byte ends an argument, whatever stands after it.
  const fits = typeof word === 'string' && word.isWellFormed() && !word.includes('\0');
  if (fits && word !== '') return word;
  throw invalid(path, 'a word of a command, in quotes where it could be a number', kindOf(node));
}

type Entry = { readonly node: Node; readonly path: string };
type Fields = ReadonlyMap<string, Node>;

function list(fields: Fields, name: string, most = MAX_ENTRIES): Entry[] {
  const node = fields.get(name);
  if (node === undefined || isEmpty(node)) return [];
  if (!isSeq<Node>(node)) throw invalid(name, 'a list', kindOf(node));
  if (node.items.length > most) throw tooMany(name, `${most}`, node.items.length);
  return node.items.map((item, index) => ({ node: item, path: `${name}[${index}]` }));
}

function entryFields({ node, path }: Entry, known: readonly string[]): Fields {
  const fields = fieldsOf(node, path);
  refuseOthers(fields, known, path);
  return fields;
}

function fieldsOf(node: Node, path: string): Fields {
  if (!isMap(node)) throw invalid(path, 'a map', kindOf(node));
  const pairs = (node as YAMLMap<Node, Node | null>).items;
  return new Map(
    pairs.flatMap(({ key, value }): [string, Node][] => {
      if (!isScalar(key)) throw invalid(path, 'plain keys', kindOf(key));
      return value === null ? [] : [[String(key.value), value]];
    }),
  );
}

function refuseOthers(fields: Fields, known: readonly string[], path: string): void {
  const stranger = [...fields.keys()].find((key) => !known.includes(key));
  if (stranger !== undefined) throw invalid(path, `only the keys ${known.join(', ')}`, stranger);
}

function textOf(fields: Fields, key: string, path: string): string {
  const value = scalar(fields, key);
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) {
    throw invalid(`${path}.${key}`, 'a text that is not empty', value === '' ? '' : typeof value);
  }
  return value;
}

function wordOf<W extends string>(
  fields: Fields,
  key: string,
  words: readonly W[],
  path: string,
): W {
  const value = scalar(fields, key);
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw invalid(`${path}.${key}`, words.join(' | '), value);
  return word;
}

function countOf(fields: Fields, key: string, path: string): number | null {
  if (!fields.has(key)) return null;
  const value = scalar(fields, key);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw invalid(`${path}.${key}`, 'a whole number from 1', value);
}

function scalar(fields: Fields, key: string): unknown {
  const node = fields.get(key);
  return isScalar(node) ? node.value : undefined;
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

function kindOf(node: Node | null): string {
  return isMap(node) ? 'a map' : isSeq(node) ? 'a list' : isScalar(node) ? 'a scalar' : 'an alias';
}

function tooMany(field: string, limit: string, found: number): TocsinError {
  return new TocsinError('LIMIT_EXCEEDED', `${field}: expected at most ${limit}, found ${found}`, {
    field,
  });
}
