import type {
  Chain,
  Expression,
  Members,
  Quantifier,
  Range,
  YaraRule,
} from '../../formats/rules/yara/ast.ts';
import { expressionsIn } from '../../formats/rules/yara/walk.ts';
import type { ProposedBit } from './carrier.ts';
import { lineCounter } from './lines.ts';

/** Where the condition of a rule may be written in two ways. */
export function conditionSlots(
  text: string,
  comments: readonly Range[],
  rule: YaraRule,
): ProposedBit[] {
  const context: Context = { text, comments, rule, lineOf: lineCounter(text) };
  return [...expressionsIn(rule.condition)].flatMap((node) => slotsOf(context, node));
}

type Context = {
  readonly text: string;
  readonly comments: readonly Range[];
  readonly rule: YaraRule;
  readonly lineOf: (offset: number) => number;
};

function slotsOf(context: Context, node: Expression): ProposedBit[] {
  switch (node.kind) {
    case 'chain':
      return operandSlots(context, node);
    case 'binary':
      return [
        ...turned(context, node),
        ...number(context, node.left),
        ...number(context, node.right),
      ];
    case 'of':
      return [...quantifier(context, node.quantifier), ...everyString(context, node.set)];
    case 'for':
      return quantifier(context, node.quantifier);
    default:
      return [];
  }
}

/**
 * Two neighbours of an `and` or `or`. Scanners stop at the first operand that decides, so that what
 * costs time — loops, calls of modules — keeps its place.
 */
function operandSlots(context: Context, { operator, operands }: Chain): ProposedBit[] {
  return operands.flatMap((first, index) => {
    const second = operands[index + 1];
    if (second === undefined || costly(first) || costly(second)) return [];
    return swap(context, first, second, operator, `yara.${operator}-order`, 1);
  });
}

const READS_BYTES = /^u?int(?:8|16|32)(?:be)?$/;

function costly(root: Expression): boolean {
  return [...expressionsIn(root)].some((node) => {
    if (node.kind === 'for' || node.kind === 'with') return true;
    if (node.kind === 'binary') return node.operator === 'matches';
    if (node.kind !== 'call') return false;
    return node.callee.kind !== 'word' || !READS_BYTES.test(node.callee.name);
  });
}

const TURNED: Readonly<Record<string, string>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** A comparison with its sides exchanged. */
function turned(context: Context, node: Expression & { kind: 'binary' }): ProposedBit[] {
  const operator = TURNED[node.operator];
  const plain = ![node.left, node.right].some(
    (side) => side.kind === 'binary' && side.operator in TURNED,
  );
  if (operator === undefined || !plain) return [];
  return swap(context, node.left, node.right, operator, 'yara.comparison-order', 0.8);
}

function swap(
  context: Context,
  first: Expression,
  second: Expression,
  operator: string,
  family: string,
  weight: number,
): ProposedBit[] {
  const { text, comments } = context;
  if (comments.some(({ start }) => start >= first.end && start < second.start)) return [];
  const between = text.slice(first.end, second.start).replace(/[^\s()]+/, operator);
  const { start } = first;
  const { end } = second;
  const other = text.slice(second.start, end) + between + text.slice(start, first.end);
  return [slot(context, { start, end }, family, other, weight)];
}

/** Below this, another notation than decimal looks odd: positions, counts. */
const LEAST_NUMBER = 10n;

/** The same number in bytes, in KB or in base 16. */
function number(context: Context, node: Expression): ProposedBit[] {
  if (node.kind !== 'integer' || node.value < LEAST_NUMBER) return [];
  const { notation, weight } = otherNotation(node.source, node.value);
  return [slot(context, node, 'yara.number', notation, weight)];
}

function otherNotation(source: string, value: bigint): { notation: string; weight: number } {
  if (/[KM]B$/.test(source)) return { notation: value.toString(), weight: 0.9 };
  if (source.startsWith('0')) return { notation: value.toString(), weight: 0.7 };
  if (value % 1024n === 0n) return { notation: `${value / 1024n}KB`, weight: 0.9 };
  return { notation: `0x${value.toString(16)}`, weight: 0.7 };
}

/** `1 of` and `any of`. */
function quantifier(context: Context, node: Quantifier): ProposedBit[] {
  if (node.kind === 'any') return [slot(context, node, 'yara.quantifier', '1', 0.9)];
  const one = node.kind === 'count' && node.amount.kind === 'integer' && node.amount.value === 1n;
  return one ? [slot(context, node, 'yara.quantifier', 'any', 0.9)] : [];
}

/** `them` and `($*)`. */
function everyString(context: Context, set: Members): ProposedBit[] {
  if (set.kind === 'them') return [slot(context, set, 'yara.set', '($*)', 0.6)];
  const all = set.kind === 'names' && set.names.join() === '$*';
  return all ? [slot(context, set, 'yara.set', 'them', 0.6)] : [];
}

function slot(
  { rule, lineOf }: Context,
  { start, end }: Range,
  family: string,
  other: string,
  weight: number,
): ProposedBit {
  const what = `rule ${rule.name}: condition, line ${lineOf(start)}`;
  return { kind: 'bit', source: 'automatic', family, start, end, other, what, weight };
}
