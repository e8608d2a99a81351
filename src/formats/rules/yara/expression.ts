import type { Expression, ForEach, Place, Quantifier, Range, StringUse } from './ast.ts';
import {
  accept,
  type Cursor,
  endOf,
  expect,
  expectKind,
  fail,
  nested,
  peek,
  sees,
  take,
} from './cursor.ts';
import { parseMembers } from './members.ts';

/**
 * How tightly an infix operator binds (YARA 4.5 documentation, table "Precedence and associativity
 * of operators"). `of` is no operator there; it takes what arithmetic yields, hence its place.
 */
const BINDING: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '==': 4,
  '!=': 4,
  contains: 4,
  icontains: 4,
  startswith: 4,
  istartswith: 4,
  endswith: 4,
  iendswith: 4,
  iequals: 4,
  matches: 4,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  of: 6,
  '|': 7,
  '^': 8,
  '&': 9,
  '<<': 10,
  '>>': 10,
  '+': 11,
  '-': 11,
  '*': 12,
  '\\': 12,
  '%': 12,
};

/** `not` and `defined` take comparisons; the arithmetic signs take only what follows. */
const PREFIX: Readonly<Record<string, number>> = { not: 3, defined: 3, '-': 13, '~': 13 };

const ARITHMETIC = 7;

/** Words that are never names. */
const RESERVED = ['of', 'at', 'in', 'them', 'rule', 'meta', 'strings', 'condition', 'import'];

/** Reads one condition, or a part that binds at least as tightly as `least`. */
export function parseExpression(cursor: Cursor, least = 0): Expression {
  return nested(cursor, () => {
    const start = peek(cursor).start;
    let left = parseOperand(cursor);
    for (;;) {
      const operator = infix(cursor);
      if (operator === null || operator.binding < least) return left;
      left = extend(cursor, start, left, operator);
    }
  });
}

type Infix = { readonly operator: string; readonly binding: number };

function infix(cursor: Cursor): Infix | null {
  const { kind, source } = peek(cursor);
  if (kind !== 'mark' && kind !== 'word') return null;
  // `50% of them`: the sign belongs to the quantifier.
  const operator = source === '%' && peek(cursor, 1).source === 'of' ? 'of' : source;
  const binding = Object.hasOwn(BINDING, operator) ? BINDING[operator] : undefined;
  return binding === undefined ? null : { operator, binding };
}

function extend(cursor: Cursor, start: number, left: Expression, infix: Infix): Expression {
  const { operator, binding } = infix;
  if (operator === 'of') return ofQuantity(cursor, start, left);
  take(cursor);
  const right = parseExpression(cursor, binding + 1);
  const range = { start, end: endOf(cursor) };
  if (operator !== 'and' && operator !== 'or') {
    return { kind: 'binary', operator, left, right, ...range };
  }
  const earlier = left.kind === 'chain' && left.operator === operator ? left.operands : [left];
  return { kind: 'chain', operator, operands: [...earlier, right], ...range };
}

function parseOperand(cursor: Cursor): Expression {
  const token = peek(cursor);
  const { start, source } = token;
  switch (token.kind) {
    case 'number':
      return number(cursor);
    case 'text':
    case 'regex':
      take(cursor);
      return { kind: token.kind, source, start, end: token.end };
    case 'string':
      return stringUse(cursor);
    case 'mark':
    case 'word':
      return Object.hasOwn(PREFIX, source) ? unary(cursor) : wordOrGroup(cursor);
    case 'hex':
    case 'end':
      return fail(cursor, 'an expression');
  }
}

function unary(cursor: Cursor): Expression {
  const { source: operator, start } = take(cursor);
  const operand = parseExpression(cursor, PREFIX[operator] ?? 0);
  return { kind: 'unary', operator, operand, start, end: endOf(cursor) };
}

function wordOrGroup(cursor: Cursor): Expression {
  const { kind, source, start } = peek(cursor);
  if (source === 'for') return forEach(cursor);
  if (source === 'with') return withNames(cursor);
  if (source === 'any' || source === 'all' || source === 'none') {
    return ofMembers(cursor, start, quantifier(cursor));
  }
  if (accept(cursor, '(') !== null) {
    const inner = parseExpression(cursor);
    expect(cursor, ')');
    return postfix(cursor, { kind: 'group', inner, start, end: endOf(cursor) });
  }
  const name = kind === 'word' && !RESERVED.includes(source) && !Object.hasOwn(BINDING, source);
  if (!name) return fail(cursor, 'an expression');
  const { end } = take(cursor);
  return postfix(cursor, { kind: 'word', name: source, start, end });
}

/** `.name`, `[index]`, `(arguments)`, any number of times. */
function postfix(cursor: Cursor, base: Expression): Expression {
  let object = base;
  for (;;) {
    const start = base.start;
    if (accept(cursor, '.') !== null) {
      const { source: name } = expectKind(cursor, 'word');
      object = { kind: 'member', object, name, start, end: endOf(cursor) };
    } else if (accept(cursor, '[') !== null) {
      const index = parseExpression(cursor);
      expect(cursor, ']');
      object = { kind: 'index', object, index, start, end: endOf(cursor) };
    } else if (accept(cursor, '(') !== null) {
      const args = sees(cursor, ')') ? [] : list(cursor);
      expect(cursor, ')');
      object = { kind: 'call', callee: object, args, start, end: endOf(cursor) };
    } else {
      return object;
    }
  }
}

function list(cursor: Cursor): Expression[] {
  const members = [parseExpression(cursor)];
  while (accept(cursor, ',') !== null) members.push(parseExpression(cursor));
  return members;
}

const UNITS: Readonly<Record<string, bigint>> = { KB: 1024n, MB: 1024n * 1024n };

function number(cursor: Cursor): Expression {
  const { source, start, end } = take(cursor);
  if (source.includes('.')) return { kind: 'float', source, start, end };
  const unit = UNITS[source.slice(-2)];
  const value = unit === undefined ? BigInt(source) : BigInt(source.slice(0, -2)) * unit;
  return { kind: 'integer', source, value, start, end };
}

function stringUse(cursor: Cursor): Expression {
  const { source: id, start } = take(cursor);
  const indexed = id.startsWith('@') || id.startsWith('!');
  let index: Expression | null = null;
  if (indexed && accept(cursor, '[') !== null) {
    index = parseExpression(cursor);
    expect(cursor, ']');
  }
  const use: StringUse = { kind: 'string', id, index, place: indexed ? null : place(cursor) };
  return { ...use, start, end: endOf(cursor) };
}

/** `at offset` or `in (from..to)`, where they follow. */
function place(cursor: Cursor): Place | null {
  if (accept(cursor, 'at') !== null) {
    return { kind: 'at', offset: parseExpression(cursor, ARITHMETIC) };
  }
  return accept(cursor, 'in') === null ? null : iterable(cursor);
}

function iterable(cursor: Cursor): Place {
  if (!sees(cursor, '(')) return { kind: 'values', values: [parseExpression(cursor, ARITHMETIC)] };
  expect(cursor, '(');
  const from = parseExpression(cursor);
  if (accept(cursor, '..') !== null) {
    const to = parseExpression(cursor);
    expect(cursor, ')');
    return { kind: 'range', from, to };
  }
  const values = accept(cursor, ',') === null ? [from] : [from, ...list(cursor)];
  expect(cursor, ')');
  return { kind: 'values', values };
}

function ofQuantity(cursor: Cursor, start: number, amount: Expression): Expression {
  const kind = accept(cursor, '%') === null ? 'count' : 'percent';
  return ofMembers(cursor, start, { kind, amount, start, end: endOf(cursor) });
}

function ofMembers(cursor: Cursor, start: number, quantity: Quantifier): Expression {
  expect(cursor, 'of');
  const set = parseMembers(cursor, list);
  const at = place(cursor);
  return { kind: 'of', quantifier: quantity, set, place: at, start, end: endOf(cursor) };
}

function quantifier(cursor: Cursor): Quantifier {
  const { source, start, end } = peek(cursor);
  if (source === 'any' || source === 'all' || source === 'none') {
    take(cursor);
    return { kind: source, start, end };
  }
  const amount = parseExpression(cursor, ARITHMETIC);
  const kind = accept(cursor, '%') === null ? 'count' : 'percent';
  return { kind, amount, start, end: endOf(cursor) };
}

function forEach(cursor: Cursor): Expression {
  const { start } = expect(cursor, 'for');
  const quantity = quantifier(cursor);
  const variables: string[] = [];
  let over: ForEach['over'];
  if (accept(cursor, 'of') !== null) {
    over = parseMembers(cursor, list);
  } else {
    do variables.push(expectKind(cursor, 'word').source);
    while (accept(cursor, ',') !== null);
    expect(cursor, 'in');
    over = iterable(cursor);
  }
  const body = bodyOf(cursor);
  const range: Range = { start, end: endOf(cursor) };
  return { kind: 'for', quantifier: quantity, variables, over, body, ...range };
}

function withNames(cursor: Cursor): Expression {
  const { start } = expect(cursor, 'with');
  const declarations: { name: string; value: Expression }[] = [];
  do {
    const { source: name } = expectKind(cursor, 'word');
    expect(cursor, '=');
    declarations.push({ name, value: parseExpression(cursor) });
  } while (accept(cursor, ',') !== null);
  const body = bodyOf(cursor);
  return { kind: 'with', declarations, body, start, end: endOf(cursor) };
}

function bodyOf(cursor: Cursor): Expression {
  expect(cursor, ':');
  expect(cursor, '(');
  const body = parseExpression(cursor);
  expect(cursor, ')');
  return body;
}
