import type { Expression, Members } from './ast.ts';
import { accept, type Cursor, endOf, expect, expectKind, peek } from './cursor.ts';

/**
 * Reads what `of` counts: `them`, `($a, $b*)`, `(rule_one, rule_two*)`, or conditions, which `list`
 * reads (YARA 4.5 documentation, "Sets of strings" and "Referencing other rules").
 */
export function parseMembers(cursor: Cursor, list: (cursor: Cursor) => Expression[]): Members {
  const { start } = peek(cursor);
  if (accept(cursor, 'them') !== null) return { kind: 'them', start, end: endOf(cursor) };
  expect(cursor, '(');
  const members = namesAhead(cursor)
    ? ({ kind: 'names', names: names(cursor) } as const)
    : ({ kind: 'conditions', conditions: list(cursor) } as const);
  expect(cursor, ')');
  return { ...members, start, end: endOf(cursor) };
}

/** Whether nothing but names, stars and commas stands before the closing parenthesis. */
function namesAhead(cursor: Cursor): boolean {
  for (let ahead = 0; ; ahead++) {
    const { kind, source } = peek(cursor, ahead);
    if (source === ')') return ahead > 0;
    const name = kind === 'word' || (kind === 'string' && source.startsWith('$'));
    if (!name && source !== '*' && source !== ',') return false;
  }
}

function names(cursor: Cursor): string[] {
  const found: string[] = [];
  do {
    const token = peek(cursor);
    const { source } = expectKind(cursor, token.kind === 'string' ? 'string' : 'word');
    found.push(accept(cursor, '*') === null ? source : `${source}*`);
  } while (accept(cursor, ',') !== null);
  return found;
}
