import {
  BEYOND,
  choice,
  MAX_DEPTH,
  MAX_SIZE,
  type Match,
  plain,
  repeated,
  sequence,
} from './match.ts';

/**
 * Some text that a regular expression of YARA's matches — first alternatives, fewest repetitions, a
 * plain member of each class — and what trying it may cost; null when it is larger than `MAX_SIZE`.
 * A construct it does not know yields a text that may not match, which costs a sample, not
 * correctness.
 */
export function matchFor(pattern: string): Match | null {
  const cursor: Cursor = { pattern, at: 0, depth: 0 };
  const match = alternatives(cursor);
  return match.size > MAX_SIZE ? null : match;
}

type Cursor = { readonly pattern: string; at: number; depth: number };

function alternatives(cursor: Cursor): Match {
  const parts = [oneAfterOther(cursor)];
  while (cursor.pattern[cursor.at] === '|') {
    cursor.at++;
    parts.push(oneAfterOther(cursor));
  }
  return choice(parts);
}

function oneAfterOther(cursor: Cursor): Match {
  const parts: Match[] = [];
  while (cursor.at < cursor.pattern.length && !'|)'.includes(cursor.pattern.charAt(cursor.at))) {
    const part = atom(cursor);
    const { least, most } = repetitions(cursor);
    parts.push(repeated(part, least, most));
  }
  return sequence(parts);
}

function atom(cursor: Cursor): Match {
  const character = cursor.pattern.charAt(cursor.at++);
  switch (character) {
    case '(':
      return group(cursor);
    case '[':
      return plain(member(cursor));
    case '\\':
      return plain(escaped(cursor));
    case '.':
      return plain('a');
    case '^':
    case '$':
      return plain('');
    default:
      return plain(character);
  }
}

function group(cursor: Cursor): Match {
  if (++cursor.depth > MAX_DEPTH) {
    cursor.at = cursor.pattern.length;
    return BEYOND;
  }
  if (cursor.pattern.startsWith('?:', cursor.at)) cursor.at += 2;
  const inner = alternatives(cursor);
  cursor.at++;
  cursor.depth--;
  return inner;
}

const ONCE = { least: 1, most: 1 };
const COUNTED = /^(?:([*+?])|\{(\d*)(,(\d*))?\})\??/;

/** How often the atom before the cursor occurs. */
function repetitions(cursor: Cursor): { least: number; most: number | null } {
  const counted = COUNTED.exec(cursor.pattern.slice(cursor.at, cursor.at + 24));
  if (counted === null) return ONCE;
  const [whole, sign, least, range, most] = counted;
  cursor.at += whole.length;
  if (sign !== undefined) return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : null };
  const fewest = Number(least || '0');
  if (range === undefined) return { least: fewest, most: fewest };
  return { least: fewest, most: most ? Number(most) : null };
}

const CLASSES: Readonly<Record<string, string>> = {
  d: '1',
  w: 'a',
  s: ' ',
  D: 'a',
  W: ' ',
  S: 'a',
  b: '',
  B: '',
  n: '\n',
  t: '\t',
  r: '\r',
};

function escaped(cursor: Cursor): string {
  const character = cursor.pattern.charAt(cursor.at++);
  if (character !== 'x') return CLASSES[character] ?? character;
  const hex = cursor.pattern.slice(cursor.at, cursor.at + 2);
  cursor.at += 2;
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/**
 * A member of a class: its first, or for a negated one the first of a few that it does not name.
 */
function member(cursor: Cursor): string {
  const negated = cursor.pattern[cursor.at] === '^';
  const start = negated ? cursor.at + 1 : cursor.at;
  let end = start + (cursor.pattern[start] === ']' ? 1 : 0);
  while (end < cursor.pattern.length && cursor.pattern[end] !== ']') {
    end += cursor.pattern[end] === '\\' ? 2 : 1;
  }
  cursor.at = end + 1;
  const inside = cursor.pattern.slice(start, end);
  if (!negated)
    return inside.startsWith('\\')
      ? escaped({ pattern: inside, at: 1, depth: 0 })
      : inside.charAt(0);
  return [...'aZ5_ '].find((candidate) => !inside.includes(candidate)) ?? 'a';
}
