import type { Expression, ForEach, YaraRule } from '../../formats/rules/yara/ast.ts';
import { childrenOf } from '../../formats/rules/yara/walk.ts';

/**
 * Steps that evaluating a rule's condition on `bytes` may take at worst; infinite where the bounds
 * of a loop cannot be told from the rule.
 */
export function conditionSteps({ condition, strings }: YaraRule, bytes: number): number {
  return stepsOf(condition, { bytes, strings: strings.length });
}

type Size = { readonly bytes: number; readonly strings: number };

function stepsOf(node: Expression, size: Size): number {
  const rounds = node.kind === 'for' ? roundsOf(node, size) : 1;
  return childrenOf(node).reduce(
    (sum, child) => {
      const times = node.kind === 'for' && child === node.body ? rounds : 1;
      return sum + times * stepsOf(child, size);
    },
    ownSteps(node, size),
  );
}

/** A call may read all there is, and so may a search for a string at a place. */
function ownSteps(node: Expression, { bytes, strings }: Size): number {
  switch (node.kind) {
    case 'call':
      return INTEGERS.has(nameOf(node.callee)) ? 1 : bytes;
    case 'string':
      return node.place === null ? 1 : bytes;
    case 'of':
      return strings * (node.place === null ? 1 : bytes);
    default:
      return 1;
  }
}

function roundsOf({ over }: ForEach, size: Size): number {
  switch (over.kind) {
    case 'range':
      return 1 + most(over.to, size);
    case 'values':
      // One alone is something of the file's that is gone through.
      return over.values.length > 1 ? over.values.length : size.bytes;
    case 'conditions':
      return over.conditions.length;
    case 'them':
    case 'names':
      return size.strings;
    case 'at':
      return 1;
  }
}

/** Greatest values of what reads integers, which may end a loop. */
const INTEGERS: ReadonlyMap<string, number> = new Map(
  ['uint', 'int'].flatMap((sign) =>
    [8, 16, 32].flatMap((bits): [string, number][] =>
      ['', 'be'].map((order) => [`${sign}${bits}${order}`, 2 ** bits]),
    ),
  ),
);

/** The greatest value that an integer expression can have, as far as that can be told. */
function most(node: Expression, size: Size): number {
  switch (node.kind) {
    case 'integer':
      return Number(node.value);
    case 'word':
      return node.name === 'filesize' ? size.bytes : Number.POSITIVE_INFINITY;
    case 'string':
      return size.bytes;
    case 'group':
      return most(node.inner, size);
    case 'call':
      return INTEGERS.get(nameOf(node.callee)) ?? Number.POSITIVE_INFINITY;
    case 'binary':
      return ofTwo(node.operator, most(node.left, size), most(node.right, size));
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function ofTwo(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '*':
      return left * right;
    case '-':
    case '\\':
    case '>>':
      return left;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function nameOf(node: Expression): string {
  return node.kind === 'word' ? node.name : '';
}
