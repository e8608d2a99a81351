import { parseCedar } from './cedar.ts';
import type { Claim } from './duties/claims.ts';
import { type Invariant, readInvariant } from './invariant.ts';
import { refusePack } from './refuse.ts';
import { type Rule, readRule } from './rule.ts';
import { type DecisionTable, parseTable } from './table.ts';
import { cedarOfTable, GENERATED } from './table-cedar.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';
import { parseWords, type Words } from './words.ts';

/**
 * A policy pack as parsed: a folder with `programme.yaml` (the decision table), any number of
 * `*.cedar` files (what the table cannot say), `words.yaml`, and perhaps `invariants.cedar` (what
 * must hold of all of it).
 */
export type PolicyPack = {
  readonly table: DecisionTable;
  readonly vocabulary: Vocabulary;
  readonly words: Words;
  /** Hand-written rules in the order of files and lines, then those generated from the table. */
  readonly rules: readonly Rule[];
  /** What its owner claims of it, and what its sections presuppose; no rules. */
  readonly invariants: readonly Invariant[];
  /** The Cedar text of each file, the generated one included, to validate against the schema. */
  readonly cedar: ReadonlyMap<string, string>;
  /** All files in one text with one meaning: what the pack's digest is taken over. */
  readonly source: string;
};

/** Largest file of a pack, in UTF-16 units; the shipped ones have a hundredth of it. */
const MAX_FILE = 256 * 1024;

const TABLE = 'programme.yaml';
const WORDS = 'words.yaml';
const INVARIANTS = 'invariants.cedar';
/** The page that `explain` makes of the pack: it lies in the folder and is no part of the pack. */
const PAGE = 'README.md';

/**
 * Parses a pack from its files by name (`programme.yaml`, not a path), passing over a `README.md`.
 * @throws POLICY_INVALID naming file, line and remedy: a missing or unknown file, a kind without a
 * row, a policy without annotation, an unknown reason code, an id used twice.
 */
export function parsePack(folder: ReadonlyMap<string, string>): PolicyPack {
  const files = new Map([...folder].filter(([name]) => name !== PAGE));
  checkFiles(files);
  const table = parseTable(TABLE, file(files, TABLE));
  const vocabulary = vocabularyOf({ ...table, leads: Object.keys(table.leads) });
  const words = parseWords(WORDS, file(files, WORDS), table);
  const own = [...files].filter(([name]) => name.endsWith('.cedar')).sort(byName);
  const cedar = new Map([...own, [GENERATED, cedarOfTable(table, vocabulary)]]);
  const parsed = [...cedar].map(([name, text]) => [name, parseCedar(name, text)] as const);
  const rules = parsed.flatMap(([name, found]) => (name === INVARIANTS ? [] : found.map(readRule)));
  const written = parsed.flatMap(([name, found]) => (name === INVARIANTS ? found : []));
  const invariants = [
    ...written.map((each) => readInvariant(each)),
    ...table.claims.flatMap(readClaim),
  ];
  checkIds([...rules, ...invariants.map(({ rule }) => rule)]);
  return { table, vocabulary, words, rules, invariants, cedar, source: sourceOf(files) };
}

/** An invariant that nobody wrote down as one; it is found where the section demands it. */
function readClaim({ place, cedar }: Claim): Invariant[] {
  return parseCedar(GENERATED, cedar).map((each) => readInvariant({ ...each, place }, true));
}

function checkFiles(files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) {
    const place = { file: name, line: null };
    if (name !== TABLE && name !== WORDS && !/^[a-z0-9-]+\.cedar$/.test(name)) {
      throw refusePack(place, `unknown file, expected ${TABLE}, ${WORDS} or *.cedar`);
    }
    if (text.length > MAX_FILE) {
      throw refusePack(place, `expected at most ${MAX_FILE} characters, found ${text.length}`);
    }
  }
}

function file(files: ReadonlyMap<string, string>, name: string): string {
  const text = files.get(name);
  if (text === undefined) throw refusePack({ file: name, line: null }, 'the pack has no such file');
  return text;
}

function checkIds(rules: readonly Rule[]): void {
  const seen = new Map<string, Rule>();
  for (const rule of rules) {
    const first = seen.get(rule.id);
    if (first !== undefined) {
      const { file: name, line } = first.place;
      throw refusePack(rule.place, `@id "${rule.id}" is used twice, first at ${name}:${line}`);
    }
    seen.set(rule.id, rule);
  }
}

/** JSON of the sorted name and text pairs: no two packs share it. */
function sourceOf(files: ReadonlyMap<string, string>): string {
  return JSON.stringify([...files].sort(byName));
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
