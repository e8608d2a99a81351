import { dirname, join } from 'node:path/posix';
import { isTest, type SourceFile, type Violation } from './sources.ts';
import { tokenize } from './tokens.ts';

export type Import = {
  /** As written: `./x.ts`, `node:fs`, `pg`; null when it is computed. */
  readonly specifier: string | null;
  readonly line: number;
};

/** Static, type-only, dynamic and re-exporting imports alike. */
export function importsOf(text: string): Import[] {
  const tokens = tokenize(text).filter((token) => token.kind !== 'comment');
  const found: Import[] = [];
  let code = '';
  for (const token of tokens) {
    if (token.kind === 'code') {
      code += token.text;
      const computed = /(?<![.\w])(?:import|require)\s*\(\s*[^\s)]/.exec(token.text);
      if (computed)
        found.push({ specifier: null, line: lineAt(token.line, token.text, computed.index) });
      continue;
    }
    if (
      token.kind === 'string' &&
      token.part !== 'rest' &&
      /(?<![.\w])(?:from|import|import\s*\(|require\s*\()\s*$/.test(code)
    ) {
      found.push({ specifier: token.part === 'whole' ? token.text : null, line: token.line });
    }
    code = '';
  }
  return found;
}

function lineAt(first: number, text: string, offset: number): number {
  return first + text.slice(0, offset).split('\n').length - 1;
}

/** Which folder of src/ may import which: ARCHITECTURE's table, read from left to right. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  crypto: [],
  ledger: ['crypto'],
  policy: ['domain'],
  formats: ['domain'],
  marking: ['domain', 'crypto', 'formats'],
  store: ['domain', 'crypto', 'ledger'],
  programme: ['domain', 'policy', 'marking', 'crypto', 'ledger', 'formats', 'store'],
  delivery: ['domain', 'formats', 'crypto'],
  worker: ['domain', 'programme', 'delivery'],
  http: ['domain', 'programme', 'formats', 'ledger'],
  participant: ['crypto', 'ledger', 'formats'],
  config: ['domain'],
  main: [
    ...['domain', 'crypto', 'policy', 'marking', 'ledger', 'formats', 'store', 'programme'],
    ...['delivery', 'worker', 'http', 'participant', 'config'],
  ],
  cli: ['participant', 'domain', 'config', 'main'],
};

/**
 * Which part of programme/ may import which, beside the files that lie in none: those are for all,
 * and import no part.
 */
export const PARTS: Readonly<Record<string, readonly string[]>> = {
  ledger: [],
  people: ['ledger'],
  alert: ['ledger', 'people'],
  policy: ['people', 'alert'],
  release: ['ledger', 'alert'],
  trace: ['alert'],
  member: ['people', 'alert', 'release', 'trace'],
  due: ['people', 'alert', 'policy', 'release', 'trace', 'member'],
};

/** The one module that every folder may import. */
const FOR_ALL = 'src/domain/errors.ts';

/** The file an import names, from the repository's root; null for a package. */
export function targetOf(path: string, specifier: string): string | null {
  if (!/^\.{1,2}\//.test(specifier)) return null;
  return join(dirname(path), specifier);
}

export function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** Imports that leave the table. Tests may import what they test with. */
export function illegalImports(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => !isTest(file.path))
    .flatMap(({ path, text }) =>
      importsOf(text).flatMap(({ specifier, line }) => {
        const problem = illegal(path, specifier);
        return problem ? [`${path}:${line}: ${problem}`] : [];
      }),
    );
}

function illegal(path: string, specifier: string | null): string | null {
  if (specifier === null) return 'a computed import: what it names cannot be checked';
  const target = targetOf(path, specifier);
  if (target === null) return specifier.startsWith('/') ? 'an absolute import' : null;
  if (target === FOR_ALL) return null;
  const [from, to] = [folderOf(path), folderOf(target)];
  if (!target.startsWith('src/')) return `src/ may not import ${target}`;
  if (isTest(target)) return `imports a test, ${target}`;
  const allowed = ALLOWED[from];
  if (!allowed) return `src/${from}/ is not a folder of the table`;
  if (from === to) return from === 'programme' ? illegalPart(partOf(path), partOf(target)) : null;
  return allowed.includes(to) ? null : refusal(from, to, allowed);
}

/** The part of programme/ that a file lies in; empty: in none. */
function partOf(path: string): string {
  const [, , part = '', file] = path.split('/');
  return file === undefined ? '' : part;
}

function illegalPart(from: string, to: string): string | null {
  const allowed = from === '' ? [] : PARTS[from];
  if (!allowed) return `src/programme/${from}/ is not a part of the table`;
  if (from === to || to === '' || allowed.includes(to)) return null;
  return refusal(`programme/${from}`, to, allowed);
}

function refusal(from: string, to: string, allowed: readonly string[]): string {
  return `${from}/ may not import ${to}/ (allowed: ${allowed.join(', ') || 'nothing'})`;
}

/**
 * Cycles in a graph, each named once as the path that closes it. Deterministic: nodes are visited
 * in the order given.
 */
export function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (node: string, path: readonly string[]) => {
    if (state.get(node) === 'done') return;
    if (state.get(node) === 'open') {
      cycles.push([...path.slice(path.indexOf(node)), node].join(' → '));
      return;
    }
    state.set(node, 'open');
    for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
    state.set(node, 'done');
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}

/** The graph of the folders (`src/a/b`) that files import from one another. */
export function folderGraph(files: readonly SourceFile[]): Map<string, string[]> {
  return graphOf(files, (path) => path.split('/').slice(0, 2).join('/'), [FOR_ALL]);
}

/** The graph of the files themselves. */
export function fileGraph(files: readonly SourceFile[]): Map<string, string[]> {
  return graphOf(files, (path) => path);
}

function graphOf(
  files: readonly SourceFile[],
  node: (path: string) => string,
  left: readonly string[] = [],
) {
  const graph = new Map<string, string[]>();
  for (const { path, text } of files) {
    if (isTest(path)) continue;
    const edges = graph.get(node(path)) ?? [];
    for (const { specifier } of importsOf(text)) {
      const target = specifier === null ? null : targetOf(path, specifier);
      if (target === null || left.includes(target)) continue;
      if (node(target) !== node(path)) edges.push(node(target));
    }
    graph.set(node(path), edges);
  }
  return graph;
}

/** Every file reachable by imports from `entries`, for what a bundle of them would hold. */
export function reachable(files: readonly SourceFile[], entries: readonly string[]): Set<string> {
  const graph = fileGraph(files);
  const seen = new Set<string>();
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    queue.push(...(graph.get(path) ?? []));
  }
  return seen;
}
