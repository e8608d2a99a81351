import { TocsinError } from '../../domain/errors.ts';
import type {
  Modifier,
  Range,
  StringDefinition,
  YaraFile,
  YaraItem,
  YaraRule,
} from '../../formats/rules/yara/ast.ts';
import { parseYara } from '../../formats/rules/yara/parse.ts';
import type { Carrier, CarrierInput, Dropped, Proposal, ProposedBit } from './carrier.ts';
import { conditionSlots } from './yara-condition.ts';
import { yaraGate } from './yara-gate.ts';

/** Longest rule file that is marked, in UTF-16 units: every slot is compiled. */
const MAX_SOURCE = 256 * 1024;

/**
 * YARA rules: the order of string definitions, of modifiers and of operands, the notation of
 * numbers and quantifiers. Names, tags, metadata, the values of strings and the meaning of a
 * condition are never touched; the gate holds it to that.
 */
export const yara: Carrier = {
  name: 'yara',
  formats: ['yara'],
  reads: null,
  propose,
  gate: yaraGate,
};

function propose({ text }: CarrierInput): Proposal {
  const file = parse(text);
  if ('reason' in file) return { slots: [], dropped: [file] };
  const include = file.items.some(({ kind }) => kind === 'include');
  if (include) return { slots: [], dropped: [unmarked('file', 'includes another file')] };
  return {
    slots: file.items.flatMap((item) => (item.kind === 'rule' ? ruleSlots(text, file, item) : [])),
    dropped: file.items.flatMap(unparsed),
  };
}

function parse(text: string): YaraFile | Dropped {
  if (text.length > MAX_SOURCE) return unmarked('file', `longer than ${MAX_SOURCE} characters`);
  try {
    return parseYara(text);
  } catch (error) {
    if (!(error instanceof TocsinError) || error.code !== 'INVALID_INPUT') throw error;
    return unmarked('file', error.message);
  }
}

function unparsed(item: YaraItem): Dropped[] {
  return item.kind === 'unparsed' ? [unmarked(`rule ${item.name}`, item.reason)] : [];
}

function unmarked(what: string, reason: string): Dropped {
  return { family: 'yara', what, reason };
}

function ruleSlots(text: string, file: YaraFile, rule: YaraRule): ProposedBit[] {
  return [
    ...orderSlots(text, file.comments, rule),
    ...rule.strings.flatMap((definition) => modifierSlots(text, rule, definition)),
    ...conditionSlots(text, file.comments, rule),
  ];
}

/**
 * Adjacent definitions on adjacent lines, each taking along the comment that ends its line. A
 * comment on a line of its own may speak of what follows, so that nothing moves from under it.
 */
function orderSlots(
  text: string,
  comments: readonly Range[],
  { name, strings }: YaraRule,
): ProposedBit[] {
  const named = strings.filter(({ id }) => id !== '$');
  const units = named.map((definition) => withComment(text, comments, definition));
  return units.flatMap((first, index): ProposedBit[] => {
    const second = units[index + 1];
    if (second === undefined || underComment(text, comments, first)) return [];
    const between = text.slice(first.end, second.start);
    if (!/^[ \t]*\r?\n[ \t]*$/.test(between)) return [];
    return [
      {
        kind: 'bit',
        source: 'automatic',
        family: 'yara.string-order',
        start: first.start,
        end: second.end,
        other: text.slice(second.start, second.end) + between + text.slice(first.start, first.end),
        what: `rule ${name}: ${first.id}, ${second.id}`,
        weight: 1,
      },
    ];
  });
}

type Unit = Range & { readonly id: string };

function withComment(
  text: string,
  comments: readonly Range[],
  { id, start, end }: StringDefinition,
) {
  const trailing = comments.find(
    (comment) => comment.start >= end && /^[ \t]*$/.test(text.slice(end, comment.start)),
  );
  return { id, start, end: trailing?.end ?? end };
}

function underComment(text: string, comments: readonly Range[], unit: Unit): boolean {
  return comments.some(
    ({ start, end }) =>
      end <= unit.start &&
      /^\s*$/.test(text.slice(end, unit.start)) &&
      /^[ \t]*$/.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start)),
  );
}

/** Orders of two modifiers, and the `ascii` that stands for what would be so anyway. */
function modifierSlots(text: string, rule: YaraRule, definition: StringDefinition): ProposedBit[] {
  const what = `rule ${rule.name}: ${definition.id}`;
  return [...swaps(text, definition.modifiers, what), ...defaultAscii(text, definition, what)];
}

function swaps(text: string, modifiers: readonly Modifier[], what: string): ProposedBit[] {
  return modifiers.flatMap((first, index): ProposedBit[] => {
    const second = modifiers[index + 1];
    if (second === undefined) return [];
    const between = text.slice(first.end, second.start);
    if (!/^[ \t]+$/.test(between)) return [];
    return [
      {
        kind: 'bit',
        source: 'automatic',
        family: 'yara.modifier-order',
        start: first.start,
        end: second.end,
        other: text.slice(second.start, second.end) + between + text.slice(first.start, first.end),
        what: `${what}: ${first.name}, ${second.name}`,
        weight: 0.8,
      },
    ];
  });
}

/** Modifiers beside which `ascii` is what a string is without it. */
const KEEPS_DEFAULT = ['nocase', 'fullword', 'private'];

/**
 * The slot spans the whole string, so that it has words of its own to be recognised by. Light:
 * beside an order slot of the same string it adds nothing.
 */
function defaultAscii(
  text: string,
  { value, modifiers }: StringDefinition,
  what: string,
): ProposedBit[] {
  const others = modifiers.filter(({ name }) => name !== 'ascii').map(({ name }) => name);
  if (value.kind === 'hex' || !others.every((name) => KEEPS_DEFAULT.includes(name))) return [];
  const ascii = modifiers.find(({ name }) => name === 'ascii');
  if (ascii !== undefined && ascii !== modifiers[0]) return [];
  const literal = text.slice(value.start, value.end);
  return [
    {
      kind: 'bit',
      source: 'automatic',
      family: 'yara.default-ascii',
      start: value.start,
      end: ascii?.end ?? value.end,
      other: ascii === undefined ? `${literal} ascii` : literal,
      what,
      weight: 0.5,
    },
  ];
}
