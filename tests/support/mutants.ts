import type { Clause, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { operands } from '../../src/policy/expression.ts';

/** A rule with one mistake in it. */
export type Mutant = {
  /** What was done, and where. */
  readonly name: string;
  readonly json: PolicyJson;
};

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Path = readonly (string | number)[];

const CONDITIONS = [
  ...['&&', '||', '!', '==', '!=', '<', '<=', '>', '>=', 'is'],
  ...['contains', 'containsAny', 'containsAll', 'isEmpty', 'if-then-else'],
];
const ONE_INSTANT: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
};

/**
 * Every mutant of a rule: each condition negated, each condition dropped, each comparison off by
 * one instant, each `when` an `unless` and the other way, each named value of a set dropped.
 */
export function mutantsOf(rule: PolicyJson): Mutant[] {
  const clauses = rule.conditions.flatMap((clause, i) => [
    { name: `clause ${i} dropped`, json: withClauses(rule, i, []) },
    { name: `clause ${i} turned round`, json: withClauses(rule, i, [turned(clause)]) },
    ...branchesDropped(rule, i),
    ...changesIn(clause.body as Json, []).map(({ name, body }) => ({
      name: `clause ${i}: ${name}`,
      json: withClauses(rule, i, [{ ...clause, body: body as Clause['body'] }]),
    })),
  ]);
  const seen = new Set([JSON.stringify(rule)]);
  return clauses.filter(({ json }) => {
    const text = JSON.stringify(json);
    const fresh = !seen.has(text);
    seen.add(text);
    return fresh;
  });
}

function withClauses(rule: PolicyJson, at: number, clauses: readonly Clause[]): PolicyJson {
  const { conditions } = rule;
  return {
    ...rule,
    conditions: [...conditions.slice(0, at), ...clauses, ...conditions.slice(at + 1)],
  };
}

function turned({ kind, body }: Clause): Clause {
  return { kind: kind === 'when' ? 'unless' : 'when', body };
}

/** Where each branch of an `||` has a reason of its own, a branch is dropped with it. */
function branchesDropped(rule: PolicyJson, at: number): Mutant[] {
  const reasons = (rule.annotations?.['reason'] ?? '').split(', ');
  const clause = rule.conditions[at];
  if (at > 0 || clause === undefined || reasons.length === 1) return [];
  const branches = operands(clause.body, '||');
  return branches.map((_, i) => {
    const left = branches.filter((_branch, j) => j !== i);
    const body = left.reduce((before, next) => ({ '||': { left: before, right: next } }));
    const reason = reasons.filter((_reason, j) => j !== i).join(', ');
    return {
      name: `branch ${i} dropped with its reason`,
      json: {
        ...withClauses(rule, at, [{ ...clause, body }]),
        annotations: { ...rule.annotations, reason },
      },
    };
  });
}

/** All changes of one place in an expression. */
function changesIn(root: Json, path: Path): { name: string; body: Json }[] {
  const node = path.reduce<Json>((value, key) => child(value, key), root);
  if (typeof node !== 'object' || node === null) return [];
  const below = Object.keys(node).flatMap((key) => changesIn(root, [...path, key]));
  if (Array.isArray(node)) return [...droppedValues(root, node, path), ...below];
  const [operator = ''] = Object.keys(node);
  const operation = child(node, operator);
  const here = (what: string, value: Json) => ({
    name: `${operator} at ${path.join('.') || 'the top'} ${what}`,
    body: replaced(root, path, value),
  });
  const changes = CONDITIONS.includes(operator) ? [here('negated', { '!': { arg: node } })] : [];
  if (operator === '&&' || operator === '||') {
    changes.push(here('without its right', child(operation, 'left')));
    changes.push(here('without its left', child(operation, 'right')));
  }
  const other = ONE_INSTANT[operator];
  if (other !== undefined) changes.push(here(`as ${other}`, { [other]: operation }));
  return [...changes, ...below];
}

function droppedValues(root: Json, values: readonly Json[], path: Path) {
  if (path.at(-1) !== 'Set') return [];
  return values.map((_, i) => ({
    name: `value ${i} at ${path.join('.')} dropped`,
    body: replaced(
      root,
      path,
      values.filter((_value, j) => j !== i),
    ),
  }));
}

function child(value: Json, key: string | number): Json {
  if (typeof value !== 'object' || value === null) return null;
  return (value as Readonly<Record<string | number, Json>>)[key] ?? null;
}

function replaced(root: Json, path: Path, value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(root)) {
    return root.map((each: Json, i) =>
      String(i) === String(key) ? replaced(each, rest, value) : each,
    );
  }
  if (typeof root !== 'object' || root === null) return root;
  return { ...root, [key]: replaced(child(root, key), rest, value) };
}

/** A table with one mistake in it. */
export type TableMutant = { readonly name: string; readonly table: string };

const CELLS = ['lead', 'T0', 'never', 'lead reduced', 'T0 reduced', '48h'];
const WORDS = ['T0', 'never'];

/**
 * Every mutant of a `programme.yaml` as the shipped ones are written: each cell changed to each
 * other, each lead off by a minute (the table knows no less), each kind dropped from a list.
 */
export function tableMutants(table: string): TableMutant[] {
  return table.split('\n').flatMap((line, at) => {
    const put = (name: string, text: string) => {
      const lines = table.split('\n');
      lines[at] = text;
      return { name: `line ${at + 1}: ${name}`, table: lines.join('\n') };
    };
    return [...cellsOf(line), ...leadsOf(line), ...listsOf(line)].map(([name, text]) =>
      put(name, text),
    );
  });
}

type Change = readonly [name: string, line: string];

function cellsOf(line: string): Change[] {
  if (!/^ {2}\w+: +\{/.test(line)) return [];
  return [...line.matchAll(/(\w+): ([\w ]+?)(?=[,}])/g)].flatMap(
    ({ 0: whole, 1: name, 2: cell, index }) => {
      const words = name === 'reduced' || name === 'everyone' ? WORDS : CELLS;
      return words
        .filter((word) => word !== cell)
        .map((word): Change => {
          const [before, after] = [line.slice(0, index), line.slice(index + whole.length)];
          const text = `${before}${name}: ${word}${after}`;
          return [`${name} is ${word} in place of ${cell}`, text];
        });
    },
  );
}

const UNIT_MINUTES: Readonly<Record<string, number>> = { d: 1_440, h: 60, m: 1 };

function leadsOf(line: string): Change[] {
  const [, tier, count, unit = ''] = /^ {2}(\w+): (\d+)([dhm])$/.exec(line) ?? [];
  if (tier === undefined) return [];
  const minutes = Number(count) * (UNIT_MINUTES[unit] ?? 1);
  return [minutes - 1, minutes + 1].map((off): Change => {
    return [`${tier} is ${off}m in place of ${minutes}m`, `  ${tier}: ${off}m`];
  });
}

function listsOf(line: string): Change[] {
  const [, name, inner = ''] = /^(\w+): \[(.*)\]$/.exec(line) ?? [];
  if (name === undefined || inner === '') return [];
  const values = inner.split(', ');
  return values.map((value): Change => {
    const left = values.filter((each) => each !== value).join(', ');
    return [`${name} without ${value}`, `${name}: [${left}]`];
  });
}
