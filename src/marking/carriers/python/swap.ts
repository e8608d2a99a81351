import { contentEnd, type PythonNode } from '../../../formats/python/tree.ts';
import type { ProposedBit } from '../carrier.ts';
import type { Source } from './syntax.ts';

/** What changes places as one: UTF-16 offsets, end exclusive. */
export type Unit = { readonly start: number; readonly end: number };

/** A place of a script that a carrier found by itself. */
export function bit(
  { lineOf }: Source,
  { start, end }: Unit,
  other: string,
  family: string,
  weight = 1,
): ProposedBit {
  const what = `line ${lineOf(start)}`;
  return { kind: 'bit', source: 'automatic', family, start, end, other, what, weight };
}

/** Neighbours of a list between commas that may change places; null stays where it is. */
export function listSwaps<U extends Unit>(
  source: Source,
  units: readonly (U | null)[],
  family: string,
  mayChange: (first: U, second: U) => boolean = () => true,
): ProposedBit[] {
  return units.flatMap((first, index): ProposedBit[] => {
    const second = units[index + 1];
    if (first === null || second === undefined || second === null) return [];
    if (!mayChange(first, second)) return [];
    if (!/^\s*,\s*$/.test(source.text.slice(first.end, second.start))) return [];
    return [swap(source, first, second, family, 1)];
  });
}

/** Which neighbouring statements may change places, and what they are then. */
export type StatementSwaps = {
  readonly family: string;
  readonly weight: number;
  /** Whether blank lines may stand between the two. */
  readonly spaced: boolean;
  mayChange(first: PythonNode, second: PythonNode): boolean;
};

/**
 * Neighbouring statements of a block that may change places, each with the comment that ends its
 * last line. A statement under a comment stays: that may speak of what follows.
 */
export function statementSwaps(
  source: Source,
  block: PythonNode,
  { family, weight, spaced, mayChange }: StatementSwaps,
): ProposedBit[] {
  const between = spaced ? /^(?:[ \t]*\r?\n)+[ \t]*$/ : /^[ \t]*\r?\n[ \t]*$/;
  const statements = block.children.filter(({ name }) => name !== 'Comment' && name !== ':');
  return statements.flatMap((node, index): ProposedBit[] => {
    const next = statements[index + 1];
    if (next === undefined || !mayChange(node, next)) return [];
    const [first, second] = [unitOf(source.text, node), unitOf(source.text, next)];
    if (first === null || second === null) return [];
    if (!between.test(source.text.slice(first.end, second.start))) return [];
    return [swap(source, first, second, family, weight)];
  });
}

/** The statement on lines of its own; null where it shares them, or stands under a comment. */
function unitOf(text: string, node: PythonNode): Unit | null {
  const line = text.lastIndexOf('\n', node.start - 1) + 1;
  if (text.slice(line, node.start).trim() !== '') return null;
  const above = line === 0 ? '' : text.slice(text.lastIndexOf('\n', line - 2) + 1, line);
  const end = lineEnd(text, contentEnd(node));
  return end === null || /^\s*#/.test(above) ? null : { start: node.start, end };
}

/** From the last token on, to the end of the comment after it; null if more stands there. */
export function lineEnd(text: string, tokenEnd: number): number | null {
  const rest = /[ \t]*(?:#[^\r\n]*)?(?=\r?\n|$)/y;
  rest.lastIndex = tokenEnd;
  const found = rest.exec(text);
  return found === null ? null : tokenEnd + found[0].trimEnd().length;
}

function swap(
  source: Source,
  first: Unit,
  second: Unit,
  family: string,
  weight: number,
): ProposedBit {
  const { text } = source;
  const between = text.slice(first.end, second.start);
  const other = text.slice(second.start, second.end) + between + text.slice(first.start, first.end);
  return bit(source, { start: first.start, end: second.end }, other, family, weight);
}
