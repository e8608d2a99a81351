import type { PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import { statementSwaps } from './swap.ts';
import { isInert, outsideStrings, type Source } from './syntax.ts';

/**
 * Order of two assignments of constants to names, on neighbouring lines of the script or of a
 * function. In a class the order may be that of its fields, and what has two underscores before it
 * is the author, the licence, the version: both stay.
 */
export function assignmentSlots(source: Source): ProposedBit[] {
  return [...outsideStrings(source.root)]
    .filter((node) => node.name === 'Script' || isOfFunction(node))
    .flatMap((block) =>
      statementSwaps(source, block, {
        family: 'python.assignment-order',
        weight: 1,
        spaced: false,
        mayChange(first, second) {
          const [one, other] = [nameOf(first), nameOf(second)];
          return one !== null && other !== null && one !== other;
        },
      }),
    );
}

/** A block of a function, or of a branch or loop in one. */
function isOfFunction({ name, parent }: PythonNode): boolean {
  if (name !== 'Body' || parent === null) return false;
  if (parent.name === 'FunctionDefinition') return true;
  const outer = parent.parent;
  return parent.name !== 'ClassDefinition' && outer !== null && isWithinFunction(outer);
}

function isWithinFunction(node: PythonNode): boolean {
  return node.name === 'Script' || isOfFunction(node);
}

/** What `NAME = constant` assigns to; null for any other statement. */
function nameOf({ name, children }: PythonNode): string | null {
  const [target, operator, value, ...more] = children.filter((child) => child.name !== 'Comment');
  if (name !== 'AssignStatement' || more.length > 0 || value === undefined) return null;
  if (target?.name !== 'VariableName' || operator?.name !== 'AssignOp') return null;
  return !target.text.startsWith('__') && isInert(value) ? target.text : null;
}
