import { TocsinError } from '../../domain/errors.ts';
import { parseCondition, type SigmaCondition } from '../../formats/rules/sigma/condition.ts';
import type { SigmaNode } from '../../formats/rules/sigma/node.ts';
import type { ProposedBit } from './carrier.ts';

/**
 * Neighbouring operands of `and` and `or` in a condition that stands on one line without quotes.
 */
export function conditionSlots(text: string, node: SigmaNode): ProposedBit[] {
  if (node.kind !== 'scalar' || !node.plain || typeof node.value !== 'string') return [];
  try {
    return inCondition(text, node.start, parseCondition(node.value));
  } catch (error) {
    // What the parser does not know is left as it is; the canonical form compares it literally.
    if (error instanceof TocsinError && error.code === 'INVALID_INPUT') return [];
    throw error;
  }
}

function inCondition(text: string, from: number, node: SigmaCondition): ProposedBit[] {
  switch (node.kind) {
    case 'chain': {
      const pairs = node.operands.flatMap((first, index) => {
        const second = node.operands[index + 1];
        return second === undefined ? [] : [swap(text, from, node.operator, first, second)];
      });
      return [...pairs, ...node.operands.flatMap((operand) => inCondition(text, from, operand))];
    }
    case 'not':
    case 'group':
      return inCondition(text, from, node.inner);
    case 'name':
    case 'of':
      return [];
  }
}

function swap(
  text: string,
  from: number,
  operator: 'and' | 'or',
  first: SigmaCondition,
  second: SigmaCondition,
): ProposedBit {
  const [start, end] = [from + first.start, from + second.end];
  const between = text.slice(from + first.end, from + second.start);
  return {
    kind: 'bit',
    source: 'automatic',
    family: `sigma.${operator}-order`,
    start,
    end,
    other: text.slice(from + second.start, end) + between + text.slice(start, from + first.end),
    what: `detection.condition, character ${first.start + 1}`,
    weight: 1,
  };
}
