import type { PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import { bit } from './swap.ts';
import { outsideStrings, type Source } from './syntax.ts';

/** Exponents of the sizes and masks that are written in either notation. */
const [LEAST, MOST] = [4, 32];

const DISPLAYS = ['TupleExpression', 'ArrayExpression', 'SetExpression', 'DictionaryExpression'];

/**
 * Notation of sizes and masks: `4096`, `0x1000`; `255`, `0xff`. Only powers of two and what is one
 * less: other numbers may be ports, ids or indicators, and so may those in lists and tables.
 */
export function numberSlots(source: Source): ProposedBit[] {
  return [...outsideStrings(source.root)].flatMap((node): ProposedBit[] => {
    if (node.name !== 'Number' || isListed(node)) return [];
    const other = otherNotation(node.text);
    return other === null ? [] : [bit(source, node, other, 'python.number', 0.9)];
  });
}

function isListed({ parent }: PythonNode): boolean {
  return parent !== null && (DISPLAYS.includes(parent.name) || isListed(parent));
}

function otherNotation(text: string): string | null {
  if (!/^(?:[1-9]\d{1,9}|0[xX][1-9a-fA-F][0-9a-fA-F]{0,8})$/.test(text)) return null;
  const value = Number(text);
  const power = Math.round(Math.log2(value + 1));
  const round = [2 ** power, 2 ** power - 1].includes(value);
  if (!round || value < 2 ** LEAST - 1 || value > 2 ** MOST) return null;
  return /^0/.test(text) ? String(value) : `0x${value.toString(16)}`;
}
