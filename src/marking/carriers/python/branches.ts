import { contentEnd, type PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import { comparisonOf } from './operands.ts';
import { bit, lineEnd } from './swap.ts';
import {
  BESIDE_CONDITIONAL,
  isAtom,
  isConstant,
  outsideStrings,
  type Source,
  standsAlone,
} from './syntax.ts';

/** Longer than what could be marked within it: a shorter one serves an excerpt better. */
const WEIGHT = 0.95;

/**
 * Branches of an `if` with an `else` and no `elif`, and of a conditional expression, the other way
 * round under the opposite condition.
 */
export function branchSlots(source: Source): ProposedBit[] {
  return [...outsideStrings(source.root)].flatMap((node): ProposedBit[] => {
    if (node.name === 'IfStatement') return statementSlot(source, node);
    if (node.name === 'ConditionalExpression') return expressionSlot(source, node);
    return [];
  });
}

function statementSlot(source: Source, node: PythonNode): ProposedBit[] {
  const { text } = source;
  const [, condition, yes, otherwise, no, ...more] = withoutComments(node);
  if (condition === undefined || yes === undefined || no === undefined || more.length > 0)
    return [];
  if (otherwise?.name !== 'else') return [];
  const opposite = oppositeOf(condition);
  const [first, second] = [bodyOf(text, yes), bodyOf(text, no)];
  if (opposite === null || first === null || second === null) return [];
  const [colon, between] = [
    text.slice(condition.end, first.start),
    text.slice(first.end, second.start),
  ];
  // No comment on these lines, nor below: it would speak of the other branch.
  if (colon !== ':' || !/^[ \t]*\r?\n[ \t]*else:$/.test(between)) return [];
  if (/^\r?\n[ \t]+#/.test(text.slice(second.end, second.end + 200))) return [];
  const other = `${opposite}:${second.text}${between}${first.text}`;
  return [bit(source, { start: condition.start, end: second.end }, other, 'python.branch', WEIGHT)];
}

/** From after the colon on, with the comment that ends the last line. */
function bodyOf(text: string, body: PythonNode) {
  const [colon, first] = body.children;
  const end = lineEnd(text, contentEnd(body));
  if (colon === undefined || first === undefined || first.name === 'Comment' || end === null) {
    return null;
  }
  return { start: colon.end, end, text: text.slice(colon.end, end) };
}

function expressionSlot(source: Source, node: PythonNode): ProposedBit[] {
  const { text } = source;
  const [yes, , condition, , no, ...more] = withoutComments(node);
  if (yes === undefined || condition === undefined || no === undefined || more.length > 0)
    return [];
  if (![yes, no].every((value) => isAtom(value) || isConstant(value))) return [];
  const opposite = oppositeOf(condition);
  if (opposite === null || !standsAlone(source, node, BESIDE_CONDITIONAL)) return [];
  const before = text.slice(yes.end, condition.start);
  const after = text.slice(condition.end, no.start);
  if (!/^[ \t]+if[ \t]+$/.test(before) || !/^[ \t]+else[ \t]+$/.test(after)) return [];
  const other = no.text + before + opposite + after + yes.text;
  return [bit(source, node, other, 'python.branch', WEIGHT)];
}

function withoutComments({ children }: PythonNode): PythonNode[] {
  return children.filter(({ name }) => name !== 'Comment');
}

const OPPOSITE: Readonly<Record<string, string>> = {
  ...{ is: 'is not', 'is not': 'is', in: 'not in', 'not in': 'in' },
};

/**
 * The condition that holds when `node` does not, for every type of operand: null for `!=`, since
 * `==` is its opposite by custom only, and for what would take brackets.
 */
function oppositeOf(node: PythonNode): string | null {
  const [not, inner] = node.children;
  if (node.name === 'UnaryExpression' && not?.text === 'not') {
    return inner !== undefined && isAtom(inner) ? inner.text : null;
  }
  if (isAtom(node)) return `not ${node.text}`;
  const comparison = comparisonOf(node);
  if (comparison === null || comparison.operator === '!=') return null;
  const { left, right, operator } = comparison;
  const opposite = OPPOSITE[operator];
  return opposite === undefined ? `not ${node.text}` : `${left.text} ${opposite} ${right.text}`;
}
