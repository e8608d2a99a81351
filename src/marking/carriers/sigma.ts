import { TocsinError } from '../../domain/errors.ts';
import { canonicalSigma } from '../../formats/rules/sigma/canonical.ts';
import type { SigmaNode } from '../../formats/rules/sigma/node.ts';
import { find, parseSigma, type SigmaRule } from '../../formats/rules/sigma/parse.ts';
import type { Carrier, CarrierInput, Proposal, ProposedBit } from './carrier.ts';
import { lineCounter } from './lines.ts';
import { sameForm } from './same-form.ts';
import { conditionSlots } from './sigma-condition.ts';

/** Longest rule that is marked, in UTF-16 units, and most slots: every slot is parsed anew. */
const MAX_SOURCE = 64 * 1024;
const MAX_SLOTS = 128;

/**
 * Sigma rules: the order of values, fields, selections, operands of the condition, and of a few
 * neighbouring keys. No value, id, reference, author, date or tag is touched: lines change places,
 * and the gate sees to it that the canonical form stays.
 */
export const sigma: Carrier = {
  name: 'sigma',
  formats: ['sigma'],
  reads: null,
  propose,
  gate: sameForm(canonicalOf, MAX_SLOTS),
};

/**
 * Keys of a rule that may change places with a neighbour; ids, authors and dates stay where they
 * are.
 */
const MOVABLE = ['status', 'description', 'falsepositives', 'level'];

function propose({ text }: CarrierInput): Proposal {
  if (text.length > MAX_SOURCE) return unmarked(`longer than ${MAX_SOURCE} characters`);
  const rule = parse(text);
  if (rule instanceof TocsinError) return unmarked(`${rule.message}: it has no content digest`);
  return { slots: ruleSlots(text, rule), dropped: [] };
}

function unmarked(reason: string): Proposal {
  return { slots: [], dropped: [{ family: 'sigma', what: 'rule', reason }] };
}

function ruleSlots(text: string, rule: SigmaRule): ProposedBit[] {
  const { root, detection, condition } = rule;
  const selections = detection.entries.filter(({ value }) => value !== condition);
  const logsource = find(root, 'logsource');
  const notes = find(root, 'falsepositives');
  return [
    ...swaps(text, entryUnits(text, root, MOVABLE), 'sigma.key-order', 'rule', 0.9),
    ...(logsource === null ? [] : inValue(text, logsource, 'logsource', 'sigma.key-order')),
    ...(notes === null ? [] : inValue(text, notes, 'falsepositives', 'sigma.note-order')),
    ...swaps(
      text,
      entryUnits(
        text,
        detection,
        selections.map(({ key }) => key),
      ),
      'sigma.selection-order',
      'detection',
      0.95,
    ),
    ...selections.flatMap(({ key, value }) => inValue(text, value, key, 'sigma.field-order')),
    ...conditionSlots(text, condition),
  ];
}

/** Places within a value: neighbours in its lists, neighbours among its keys, at every depth. */
function inValue(text: string, node: SigmaNode, what: string, family: string): ProposedBit[] {
  switch (node.kind) {
    case 'scalar':
      return [];
    case 'list': {
      const values = family === 'sigma.field-order' ? 'sigma.value-order' : family;
      return [
        ...swaps(text, itemUnits(text, node.items), values, what, 1),
        ...node.items.flatMap((item) => inValue(text, item, what, family)),
      ];
    }
    case 'map':
      return [
        ...swaps(text, entryUnits(text, node, null), family, what, 1),
        ...node.entries.flatMap(({ key, value }) => inValue(text, value, `${what}.${key}`, family)),
      ];
  }
}

/** A line, or several, that move as one, with the comment that ends the last. */
type Unit = { readonly start: number; readonly end: number; readonly movable: boolean };

function entryUnits(
  text: string,
  { entries }: SigmaNode & { kind: 'map' },
  keys: readonly string[] | null,
): Unit[] {
  return entries.map(({ start, key, value }) => ({
    start,
    end: lineEnd(text, value.end),
    movable: keys?.includes(key) ?? true,
  }));
}

function itemUnits(text: string, items: readonly SigmaNode[]): Unit[] {
  return items.map((item) => {
    const line = text.lastIndexOf('\n', item.start - 1) + 1;
    const dash = /-[ \t]+$/.exec(text.slice(line, item.start));
    const start = dash === null ? item.start : line + dash.index;
    return { start, end: lineEnd(text, item.end), movable: dash !== null };
  });
}

function lineEnd(text: string, end: number): number {
  const comment = /^[ \t]+#[^\n]*/.exec(text.slice(end, end + 1000));
  return end + (comment?.[0].trimEnd().length ?? 0);
}

function swaps(
  text: string,
  units: readonly Unit[],
  family: string,
  place: string,
  weight: number,
): ProposedBit[] {
  const lineOf = lineCounter(text);
  return units.flatMap((first, index): ProposedBit[] => {
    const second = units[index + 1];
    if (second === undefined || !first.movable || !second.movable) return [];
    const between = text.slice(first.end, second.start);
    // A comment on a line of its own may speak of what follows: nothing moves from under it.
    if (!/^[ \t]*\r?\n[ \t]*$/.test(between) || underComment(text, first)) return [];
    const { start } = first;
    const { end } = second;
    const other = text.slice(second.start, end) + between + text.slice(start, first.end);
    const what = `${place}, line ${lineOf(start)}`;
    return [{ kind: 'bit', source: 'automatic', family, start, end, other, what, weight }];
  });
}

function underComment(text: string, { start }: Unit): boolean {
  return /^[ \t]*#[^\n]*\n[^\n]*$/m.test(lastTwoLines(text.slice(0, start)));
}

function lastTwoLines(before: string): string {
  const line = before.lastIndexOf('\n');
  return line === -1 ? before : before.slice(before.lastIndexOf('\n', line - 1) + 1);
}

function canonicalOf(text: string): string | null {
  const rule = parse(text);
  return rule instanceof TocsinError ? null : canonicalSigma(rule);
}

function parse(text: string): SigmaRule | TocsinError {
  try {
    return parseSigma(text);
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'INVALID_INPUT') return error;
    throw error;
  }
}
