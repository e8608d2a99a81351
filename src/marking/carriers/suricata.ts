import { TocsinError } from '../../domain/errors.ts';
import { canonicalSuricata, isMeta } from '../../formats/rules/suricata/canonical.ts';
import {
  parseSuricata,
  type SuricataOption,
  type SuricataRule,
} from '../../formats/rules/suricata/parse.ts';
import type { Carrier, CarrierInput, Proposal, ProposedBit } from './carrier.ts';
import { lineCounter } from './lines.ts';
import { sameForm } from './same-form.ts';

/** Longest file that is marked, in UTF-16 units, and most slots: every slot is parsed anew. */
const MAX_SOURCE = 256 * 1024;
const MAX_SLOTS = 256;

/**
 * Suricata rules: the order of rules, of neighbouring references and other meta keywords, and of
 * the items of `metadata`. Contents stay where they are: each may be relative to the one before it,
 * and the choice of the fast pattern hangs on their order. How their bytes are written carries
 * nothing: whoever reads a sample sees no case.
 */
export const suricata: Carrier = {
  name: 'suricata',
  formats: ['suricata'],
  reads: null,
  propose,
  gate: sameForm(canonicalOf, MAX_SLOTS),
};

function propose({ text }: CarrierInput): Proposal {
  if (text.length > MAX_SOURCE) return unmarked(`longer than ${MAX_SOURCE} characters`);
  const rules = parse(text);
  if (rules instanceof TocsinError) return unmarked(rules.message);
  return {
    slots: [...ruleOrder(text, rules), ...rules.flatMap((rule) => withinRule(text, rule))],
    dropped: [],
  };
}

function unmarked(reason: string): Proposal {
  return { slots: [], dropped: [{ family: 'suricata', what: 'rules', reason }] };
}

/** Neighbours on lines of their own, not under a comment, which may speak of what follows. */
function ruleOrder(text: string, rules: readonly SuricataRule[]): ProposedBit[] {
  return rules.flatMap((first, index): ProposedBit[] => {
    const second = rules[index + 1];
    if (second === undefined || underComment(text, first.start)) return [];
    if (!/^[ \t]*\r?\n$/.test(text.slice(first.end, second.start))) return [];
    // Which of two actions comes first may be their order in the file.
    if (first.header[0] !== second.header[0]) return [];
    return [swap(text, first, second, 'suricata.rule-order', 'rules', 1)];
  });
}

function underComment(text: string, start: number): boolean {
  const lineStart = text.lastIndexOf('\n', start - 1);
  if (lineStart <= 0) return false;
  const before = text.slice(text.lastIndexOf('\n', lineStart - 1) + 1, lineStart);
  return before.trimStart().startsWith('#');
}

function withinRule(text: string, { options }: SuricataRule): ProposedBit[] {
  return options.flatMap((option, index): ProposedBit[] => {
    const next = options[index + 1];
    const movable = next !== undefined && isMeta(option) && isMeta(next);
    return [
      ...(movable ? [swap(text, option, next, 'suricata.option-order', option.key, 0.95)] : []),
      ...(option.key === 'metadata' ? itemOrder(text, option) : []),
    ];
  });
}

function itemOrder(text: string, { value, valueStart }: SuricataOption): ProposedBit[] {
  const items = Array.from((value ?? '').matchAll(/[^,\s][^,]*[^,\s]|[^,\s]/g), (found) => ({
    start: valueStart + found.index,
    end: valueStart + found.index + found[0].length,
  }));
  return items.flatMap((first, index): ProposedBit[] => {
    const second = items[index + 1];
    if (second === undefined) return [];
    return [swap(text, first, second, 'suricata.metadata-order', 'metadata', 1)];
  });
}

type Unit = { readonly start: number; readonly end: number };

function swap(
  text: string,
  first: Unit,
  second: Unit,
  family: string,
  place: string,
  weight: number,
): ProposedBit {
  const { start } = first;
  const { end } = second;
  const between = text.slice(first.end, second.start);
  const other = text.slice(second.start, end) + between + text.slice(start, first.end);
  const what = `${place}, line ${lineCounter(text)(start)}`;
  return { kind: 'bit', source: 'automatic', family, start, end, other, what, weight };
}

function canonicalOf(text: string): string | null {
  const rules = parse(text);
  return rules instanceof TocsinError ? null : canonicalSuricata(rules);
}

function parse(text: string): SuricataRule[] | TocsinError {
  try {
    return parseSuricata(text);
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'INVALID_INPUT') return error;
    throw error;
  }
}
