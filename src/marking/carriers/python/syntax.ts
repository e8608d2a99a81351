import { type PythonNode, type PythonScript, parsePython } from '../../../formats/python/tree.ts';
import { lineCounter } from '../lines.ts';

/** A script with what its carriers ask of it, looked up once. */
export type Source = PythonScript & {
  /** The place in `tokens` of the token that starts at an offset. */
  readonly tokenAt: ReadonlyMap<number, number>;
  readonly lineOf: (offset: number) => number;
};

/** @throws as `parsePython`. */
export function sourceOf(text: string): Source {
  const script = parsePython(text);
  const tokenAt = new Map(script.tokens.map(({ start }, index) => [start, index]));
  return { ...script, tokenAt, lineOf: lineCounter(text) };
}

/** Every node but those within formatted strings, where nothing is touched. */
export function* outsideStrings(node: PythonNode): Generator<PythonNode> {
  yield node;
  if (node.name === 'FormatString') return;
  for (const child of node.children) yield* outsideStrings(child);
}

const LITERALS = ['Number', 'String', 'None', 'Boolean', 'Ellipsis'];

/** What no neighbour can tear apart: names, literals, calls, whatever brackets enclose. */
const ATOMS = [
  ...LITERALS,
  ...['VariableName', 'FormatString', 'MemberExpression', 'CallExpression'],
  ...['ParenthesizedExpression', 'TupleExpression', 'ArrayExpression', 'DictionaryExpression'],
  ...['SetExpression', 'ArrayComprehensionExpression'],
];

/** Whether no neighbour can tear `node` apart. */
export function isAtom(node: PythonNode): boolean {
  return ATOMS.includes(node.name);
}

/** A literal of a built-in type, or a negative number. */
export function isConstant({ name, children }: PythonNode): boolean {
  if (LITERALS.includes(name)) return true;
  if (name === 'ContinuedString') return children.every((part) => part.name === 'String');
  const [sign, number] = children;
  return name === 'UnaryExpression' && sign?.text === '-' && number?.name === 'Number';
}

/**
 * Whether evaluating `node` can neither do anything nor fail: constants, and tuples, lists and
 * dicts of them.
 */
export function isInert(node: PythonNode): boolean {
  return isDisplayOf(node, isConstant);
}

/** Whether it makes no difference which of the two is evaluated first. */
export function areIndependent(one: PythonNode, other: PythonNode): boolean {
  return isInert(one) || isInert(other) || (isPure(one) && isPure(other));
}

/** As `isInert`, with names too, which at most are not defined. */
function isPure(node: PythonNode): boolean {
  return isDisplayOf(node, (leaf) => isConstant(leaf) || leaf.name === 'VariableName');
}

const SEQUENCES = ['TupleExpression', 'ArrayExpression', 'ParenthesizedExpression'];

function isDisplayOf(node: PythonNode, isLeaf: (node: PythonNode) => boolean): boolean {
  if (isLeaf(node)) return true;
  const parts = partsOf(node);
  if (SEQUENCES.includes(node.name)) {
    return parts.every(([only, ...more]) => {
      return only !== undefined && more.length === 0 && isDisplayOf(only, isLeaf);
    });
  }
  if (node.name !== 'DictionaryExpression') return false;
  return parts.every(([key, colon, value]) => {
    const isEntry = key !== undefined && value !== undefined && colon?.name === ':';
    return isEntry && isConstant(key) && isDisplayOf(value, isLeaf);
  });
}

/** What stands between the commas of a bracketed list: `(a, b=1)` gives `[[a], [b, =, 1]]`. */
export function partsOf({ children }: PythonNode): PythonNode[][] {
  return betweenCommas(children.slice(1, -1));
}

/** The same of a list without brackets. */
export function betweenCommas(nodes: readonly PythonNode[]): PythonNode[][] {
  const parts: PythonNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === ',') parts.push([]);
    else if (node.name !== 'Comment') parts.at(-1)?.push(node);
  }
  return parts.filter((part) => part.length > 0);
}

/** What can stand before and after an expression without having a hold on a part of it. */
type Neighbours = { readonly before: readonly string[]; readonly after: readonly string[] };

/** Beside a comparison: what binds looser than it does. */
export const BESIDE_COMPARISON: Neighbours = {
  before: ['if elif while and or not assert return', '( [ { , : ; ='].join(' ').split(' '),
  after: 'and or if else for ) ] } , : ;'.split(' '),
};

/** Beside a conditional expression, which binds looser than nearly everything. */
export const BESIDE_CONDITIONAL: Neighbours = {
  before: 'return ( [ { , : ; ='.split(' '),
  after: 'for ) ] } , : ;'.split(' '),
};

/**
 * Whether `node` is by itself, going by the tokens beside it: what the tree says of precedence is
 * not relied on.
 */
export function standsAlone(
  { tokens, tokenAt, text }: Source,
  node: PythonNode,
  { before, after }: Neighbours,
): boolean {
  const statement = statementOf(node);
  const last = lastOf(node);
  const at = tokenAt.get(node.start) ?? 0;
  const previous = tokens[at - 1];
  const next = tokens[(tokenAt.get(last.start) ?? tokens.length) + 1];
  const opened =
    previous !== undefined &&
    before.includes(previous.text) &&
    // `a is not b == c` is a chain.
    !(previous.text === 'not' && tokens[at - 2]?.text === 'is') &&
    isBlank(text.slice(previous.end, node.start));
  const closed =
    next !== undefined && after.includes(next.text) && isBlank(text.slice(last.end, next.start));
  return (
    (opened || node.start === statement.start) && (closed || last.end === lastOf(statement).end)
  );
}

/** Nothing is there that the tree has no token for. */
function isBlank(text: string): boolean {
  return /^(?:\s|\\\r?\n|#[^\n]*\n)*$/.test(text);
}

function lastOf(node: PythonNode): PythonNode {
  const last = node.children.findLast(({ name }) => name !== 'Comment');
  return last === undefined ? node : lastOf(last);
}

function statementOf(node: PythonNode): PythonNode {
  let at = node;
  while (at.parent !== null && !/Statement$|^Body$/.test(at.name)) at = at.parent;
  return at;
}
