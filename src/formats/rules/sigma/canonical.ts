import { TocsinError } from '../../../domain/errors.ts';
import { parseCondition, type SigmaCondition } from './condition.ts';
import type { SigmaEntry, SigmaNode } from './node.ts';
import type { SigmaRule } from './parse.ts';

/** Nested lists, written as JSON. */
type Form = string | number | boolean | null | readonly Form[];

/**
 * One text for all ways of ordering a Sigma rule that mean the same: keys of maps, values of a
 * field (they are joined by `or`, or by `and` under `|all`), maps of a list, keywords, operands of
 * `and` and `or`, and known causes of false positives. Everything else is kept as it is, tags and
 * references too; comments and styles of quoting are no part of it.
 */
export function canonicalSigma(rule: SigmaRule): string {
  return JSON.stringify(map(rule.root.entries, (entry) => topLevel(entry, rule)));
}

function topLevel({ key, value }: SigmaEntry, rule: SigmaRule): Form {
  if (value === rule.detection) {
    return map(rule.detection.entries, (entry) =>
      entry.key === 'condition' ? condition(entry.value) : unordered(entry.value),
    );
  }
  return key === 'falsepositives' ? unordered(value) : ordered(value);
}

function map(entries: readonly SigmaEntry[], formOf: (entry: SigmaEntry) => Form): Form {
  return ['map', ...sorted(entries.map((entry) => [entry.key, formOf(entry)]))];
}

/** A value in which no list's order means anything. */
function unordered(node: SigmaNode): Form {
  switch (node.kind) {
    case 'scalar':
      return scalar(node);
    case 'list':
      return ['list', ...sorted(node.items.map(unordered))];
    case 'map':
      return map(node.entries, ({ value }) => unordered(value));
  }
}

function ordered(node: SigmaNode): Form {
  switch (node.kind) {
    case 'scalar':
      return scalar(node);
    case 'list':
      return ['list', ...node.items.map(ordered)];
    case 'map':
      return map(node.entries, ({ value }) => ordered(value));
  }
}

/** Texts that YAML 1.1 takes for something else, as many tools that read rules do. */
const ELSEWHERE = new RegExp(
  [
    /^(?:y|n|yes|no|on|off|=)$/, // true, false, a value
    /^\d{4}-\d\d?-\d\d?(?:[T \t].*)?$/, // a date
    /^[-+]?(?:0b)?\d[\d_]*(?::\d+)*(?:\.[\d_]*)?$/, // a number
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

/**
 * A text by what it is, however it is quoted; a number as it is written, since its notation may be
 * what a log is compared with.
 */
function scalar({ value, bare }: SigmaNode & { readonly kind: 'scalar' }): Form {
  const isBare = bare !== null && (typeof value === 'number' || ELSEWHERE.test(bare));
  return isBare ? ['bare', bare] : value;
}

function condition(node: SigmaNode): Form {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return ordered(node);
  try {
    return logic(parseCondition(node.value));
  } catch (error) {
    // A condition beyond the parser is compared as it stands, so that no order in it can change.
    if (error instanceof TocsinError && error.code === 'INVALID_INPUT') return node.value;
    throw error;
  }
}

function logic(node: SigmaCondition): Form {
  switch (node.kind) {
    case 'chain':
      return [node.operator, ...sorted(operands(node, node.operator).map(logic))];
    case 'not':
      return ['not', logic(node.inner)];
    case 'group':
      return logic(node.inner);
    case 'name':
      return node.name;
    case 'of':
      return ['of', node.quantifier, node.set];
  }
}

function operands(node: SigmaCondition, operator: 'and' | 'or'): readonly SigmaCondition[] {
  if (node.kind === 'group') return operands(node.inner, operator);
  if (node.kind !== 'chain' || node.operator !== operator) return [node];
  return node.operands.flatMap((operand) => operands(operand, operator));
}

function sorted(forms: readonly Form[]): Form[] {
  const named = forms.map((form) => ({ form, name: JSON.stringify(form) }));
  named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return named.map(({ form }) => form);
}
