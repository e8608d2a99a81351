import type { PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import { dottedName, importedModules, namesOf } from './names.ts';
import { listSwaps, type Unit } from './swap.ts';
import { isConstant, outsideStrings, partsOf, type Source } from './syntax.ts';

const LISTS = ['TupleExpression', 'ArrayExpression', 'SetExpression'];

/**
 * Order of two neighbouring exceptions of an `except`, and of two constants that something is
 * looked for among: `in ("GET", "HEAD")`. `membership`: whether the latter may be, as where the
 * script has no comparisons of its own.
 */
export function memberSlots(source: Source, membership: boolean): ProposedBit[] {
  const modules = importedModules(source, namesOf(source));
  return [...outsideStrings(source.root)].flatMap((list): ProposedBit[] => {
    if (!LISTS.includes(list.name)) return [];
    const isMember = isCaught(list)
      ? (member: PythonNode) => isClass(member, modules)
      : membership && isLookedThrough(list)
        ? isConstant
        : () => false;
    const units = partsOf(list).map(([member, ...more]): Unit | null =>
      member !== undefined && more.length === 0 && isMember(member) ? member : null,
    );
    return listSwaps(source, units, 'python.member-order');
  });
}

/** `except (A, B)`: which is caught does not depend on their order. */
function isCaught({ name, parent, start }: PythonNode): boolean {
  if (name !== 'TupleExpression' || parent?.name !== 'TryStatement') return false;
  const at = parent.children.findIndex((child) => child.start === start);
  return ['except', '*'].includes(parent.children[at - 1]?.name ?? '');
}

/** A name, or an attribute of a module: looking those up does nothing. */
function isClass(node: PythonNode, modules: ReadonlySet<string>): boolean {
  const [root = '', ...path] = dottedName(node)?.split('.') ?? [];
  return root !== '' && (path.length === 0 || modules.has(root));
}

function isLookedThrough({ parent, start }: PythonNode): boolean {
  if (parent?.name !== 'BinaryExpression') return false;
  const at = parent.children.findIndex((child) => child.start === start);
  return at === parent.children.length - 1 && parent.children[at - 1]?.name === 'in';
}
