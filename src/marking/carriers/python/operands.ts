import type { PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import { bit } from './swap.ts';
import {
  BESIDE_COMPARISON,
  isAtom,
  isConstant,
  outsideStrings,
  type Source,
  standsAlone,
} from './syntax.ts';

/** A comparison of two operands; `operator` is as written, spaces in it as one. */
export type Comparison = {
  readonly left: PythonNode;
  readonly right: PythonNode;
  readonly operator: string;
};

/** Each operator as it reads from the other side. */
const MIRRORED: Readonly<Record<string, string>> = {
  ...{ '==': '==', '!=': '!=', '<': '>', '>': '<', '<=': '>=', '>=': '<=' },
  ...{ is: 'is', 'is not': 'is not' },
};

/**
 * Sides of a comparison of something with a constant: `port == 80`, `80 == port`. Evaluating a
 * constant does nothing, and its type leaves the comparison with any other type to that one, so
 * that the same method is asked either way, with the same arguments.
 */
export function operandSlots(source: Source): ProposedBit[] {
  return [...outsideStrings(source.root)].flatMap((node): ProposedBit[] => {
    const comparison = comparisonOf(node);
    if (comparison === null || !standsAlone(source, node, BESIDE_COMPARISON)) return [];
    const { left, right, operator } = comparison;
    const mirrored = MIRRORED[operator];
    if (mirrored === undefined || isConstant(left) === isConstant(right)) return [];
    // `if __name__ == "__main__"` is an idiom: the other way round it would be looked at.
    if (/^__\w+__$/.test(left.text)) return [];
    const between = source.text.slice(left.end, right.start);
    // A word needs a space on either side whichever operand is there.
    const spaces = /^[ \t]+[a-z ]+[ \t]+$|^[ \t]*[<>=!]+[ \t]*$/;
    if (!spaces.test(between)) return [];
    const other = right.text + between.replace(between.trim(), mirrored) + left.text;
    return [bit(source, node, other, 'python.operand-order')];
  });
}

/** Null for anything but two operands that hold together by themselves. */
export function comparisonOf(node: PythonNode): Comparison | null {
  if (node.name !== 'BinaryExpression') return null;
  const [left, ...rest] = node.children;
  const right = rest.pop();
  const operator = rest.map(({ text }) => text).join(' ');
  if (left === undefined || right === undefined || !isOperand(left) || !isOperand(right)) {
    return null;
  }
  return /^(?:[<>=!]=?|is|is not|in|not in)$/.test(operator) ? { left, right, operator } : null;
}

function isOperand(node: PythonNode): boolean {
  return isAtom(node) || isConstant(node);
}
