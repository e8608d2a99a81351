/** Most repetitions written out; `{1,2000}` needs no more than its least number. */
const MAX_REPEAT = 64;

/**
 * Some text that a regular expression of YARA's matches: first alternatives, fewest repetitions, a
 * plain member of each class. A construct it does not know yields a text that may not match, which
 * costs a sample, not correctness.
 */
export function matchFor(pattern: string): string {
  const cursor = { pattern, at: 0 };
  return alternatives(cursor);
}

type Cursor = { readonly pattern: string; at: number };

function alternatives(cursor: Cursor): string {
  const first = sequence(cursor);
  while (cursor.pattern[cursor.at] === '|') {
    cursor.at++;
    sequence(cursor);
  }
  return first;
}

function sequence(cursor: Cursor): string {
  let text = '';
  while (cursor.at < cursor.pattern.length && !'|)'.includes(cursor.pattern.charAt(cursor.at))) {
    const part = atom(cursor);
    text += part.repeat(Math.min(repetitions(cursor), MAX_REPEAT));
  }
  return text;
}

function atom(cursor: Cursor): string {
  const character = cursor.pattern.charAt(cursor.at++);
  switch (character) {
    case '(': {
      if (cursor.pattern.startsWith('?:', cursor.at)) cursor.at += 2;
      const inner = alternatives(cursor);
      cursor.at++;
      return inner;
    }
    case '[':
      return member(cursor);
    case '\\':
      return escaped(cursor);
    case '.':
      return 'a';
    case '^':
    case '$':
      return '';
    default:
      return character;
  }
}

/** The least number of times the atom before the cursor must occur. */
function repetitions(cursor: Cursor): number {
  const counted = /^(?:[*+?]|\{(\d*)(?:,\d*)?\})\??/.exec(
    cursor.pattern.slice(cursor.at, cursor.at + 24),
  );
  if (counted === null) return 1;
  cursor.at += counted[0].length;
  if (counted[0].startsWith('+')) return 1;
  return counted[0].startsWith('{') ? Number(counted[1] || '0') : 0;
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
    return inside.startsWith('\\') ? escaped({ pattern: inside, at: 1 }) : inside.charAt(0);
  return [...'aZ5_ '].find((candidate) => !inside.includes(candidate)) ?? 'a';
}
