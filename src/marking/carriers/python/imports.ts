import type { PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import { QUIET_MODULES } from './quiet-modules.ts';
import { listSwaps, statementSwaps, type Unit } from './swap.ts';
import { betweenCommas, type Source } from './syntax.ts';

/** One name that an import binds, to what, and where it says so. */
type Imported = Unit & { readonly binds: string; readonly to: string };

/**
 * Order of neighbouring imports, and of the names of one, at the top of a script: of modules of the
 * standard library that do nothing when imported, and of names that do not hide one another.
 */
export function importSlots(source: Source): ProposedBit[] {
  const family = 'python.import-order';
  const within = source.root.children.flatMap((node) => {
    const imported = quietly(node) ?? [];
    const distinct = new Set(imported.map(({ binds }) => binds)).size === imported.length;
    return distinct ? listSwaps(source, imported, family) : [];
  });
  const between = statementSwaps(source, source.root, {
    family,
    weight: 1,
    spaced: false,
    mayChange(first, second) {
      const [one, other] = [quietly(first), quietly(second)];
      return one !== null && other !== null && canChange(one, other);
    },
  });
  return [...within, ...between];
}

/** A name bound by both is bound to the same thing. */
function canChange(one: readonly Imported[], other: readonly Imported[]): boolean {
  return one.every(({ binds, to }) => other.every((two) => two.binds !== binds || two.to === to));
}

/** What an import binds; null for anything else, and for modules that may do something. */
function quietly(node: PythonNode): Imported[] | null {
  if (node.name !== 'ImportStatement') return null;
  const words = node.children.filter(({ name }) => name !== 'Comment');
  const [keyword] = words;
  const at = words.findIndex(({ name }) => name === 'import');
  const from = keyword?.name === 'from' ? textOf(words.slice(1, at)) : null;
  if (from !== null && !QUIET_MODULES.has(from)) return null;
  const listed = words.slice(at + 1).filter(({ name }) => name !== '(' && name !== ')');
  const imported = betweenCommas(listed).map((part) => importedBy(part, from));
  return imported.every((one) => one !== null) ? imported : null;
}

/** `os.path`, `os.path as p`, `b as c`. */
function importedBy(part: readonly PythonNode[], from: string | null): Imported | null {
  const as = part.findIndex(({ name }) => name === 'as');
  const path = textOf(as === -1 ? part : part.slice(0, as));
  const [first, last] = [part[0], part.at(-1)];
  if (first === undefined || last === undefined || path === '*') return null;
  if (from === null && !QUIET_MODULES.has(path)) return null;
  const root = path.split('.')[0] ?? path;
  const bound = as !== -1 ? { binds: last.text, to: path } : { binds: root, to: root };
  const to = from === null ? bound.to : `${from}.${path}`;
  return { start: first.start, end: last.end, binds: bound.binds, to };
}

function textOf(nodes: readonly PythonNode[]): string {
  return nodes.map(({ text }) => text).join('');
}
