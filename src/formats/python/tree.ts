import { parser } from '@lezer/python';
import { invalid, TocsinError } from '../../domain/errors.ts';

/**
 * A node of a Python script's concrete syntax tree, in the names of `@lezer/python`. `start` and
 * `end` are UTF-16 offsets of the script, end exclusive; `text` is what stands there.
 */
export type PythonNode = {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Null for the script itself. */
  readonly parent: PythonNode | null;
  readonly children: readonly PythonNode[];
};

/** A script, its tree, and the tree's leaves in the order of the text, comments left out. */
export type PythonScript = {
  readonly text: string;
  readonly root: PythonNode;
  readonly tokens: readonly PythonNode[];
  readonly comments: readonly PythonNode[];
};

/** How deep a tree may be; scripts that people write have a few dozen levels. */
const MAX_DEPTH = 200;

/** Ends at the first error: a text with one is not understood, and nobody mends it here. */
const strict = parser.configure({ strict: true });

/**
 * Parses a Python script (Python 3 language reference). The tree is of what the grammar of
 * `@lezer/python` takes the text to be; that gives `not` too loose a hold, so that nobody may rely
 * on what stands under it.
 * @throws INVALID_INPUT naming the line for another text, and for one nested deeper than 200
 *   levels.
 */
export function parsePython(text: string): PythonScript {
  const cursor = treeOf(text).cursor();
  const [tokens, comments]: [PythonNode[], PythonNode[]] = [[], []];
  let depth = 0;
  let open = begun(null, cursor, text);
  const root = open;
  // Iterative: what is nested deeply is refused, not run into.
  for (;;) {
    if (cursor.firstChild()) {
      if (++depth > MAX_DEPTH) throw invalid('script', `at most ${MAX_DEPTH} levels`, 'more');
      open = begun(open, cursor, text);
      continue;
    }
    if (open.children.length === 0) (open.name === 'Comment' ? comments : tokens).push(open);
    while (!cursor.nextSibling()) {
      if (!cursor.parent() || open.parent === null) return { text, root, tokens, comments };
      depth--;
      open = open.parent;
    }
    open = begun(open.parent, cursor, text);
  }
}

type Open = PythonNode & { readonly parent: Open | null; readonly children: PythonNode[] };
type Place = { readonly name: string; readonly from: number; readonly to: number };

function begun(parent: Open | null, { name, from, to }: Place, text: string): Open {
  const node: Open = {
    name,
    start: from,
    end: to,
    text: text.slice(from, to),
    parent,
    children: [],
  };
  parent?.children.push(node);
  return node;
}

function treeOf(text: string) {
  try {
    return strict.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const at = Number(/\d+$/.exec(error.message)?.[0] ?? 0);
    const line = text.slice(0, at).split('\n').length;
    throw new TocsinError('INVALID_INPUT', `script: expected Python, found none in line ${line}`, {
      field: 'script',
    });
  }
}

/** Where the last token below `node` ends: without the line break that ends a block. */
export function contentEnd(node: PythonNode): number {
  const last = node.children.findLast(({ name }) => name !== 'Comment');
  return last === undefined ? node.end : contentEnd(last);
}
