import type { Seeded } from './seeded.ts';
import type { Transformation } from './transformations.ts';

/** The rows of a keyboard, each a little to the right of the one above. */
const ROWS = ['1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./'];

/**
 * Typed again, with a mistake at one character in a hundred: a key beside the right one, one left
 * out, doubled, typed too early, or struck besides. Blanks and signs are keys like others.
 */
export const retype: Transformation = (text, random) => {
  let typed = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\n' || random.unit() >= 0.01) {
      typed += character;
      continue;
    }
    const slip = random.unit();
    if (slip < 0.4) typed += beside(character, random);
    else if (slip < 0.65) continue;
    else if (slip < 0.75) typed += character + character;
    else if (slip < 0.9) typed += text.charAt(++at) + character;
    else typed += character + beside(character, random);
  }
  return typed;
};

/** A key next to that of `character`, in the same case. */
function beside(character: string, random: Seeded): string {
  const lower = character.toLowerCase();
  const row = ROWS.findIndex((keys) => keys.includes(lower));
  const column = ROWS[row]?.indexOf(lower) ?? -1;
  if (column < 0) return ' nbvc'.charAt(random.below(5));
  const places = [
    [row, column - 1],
    [row, column + 1],
    [row - 1, column],
    [row - 1, column + 1],
    [row + 1, column - 1],
    [row + 1, column],
  ];
  const keys = places.flatMap(([r = 0, c = 0]) => ROWS[r]?.[c] ?? []);
  const key = keys[random.below(keys.length)] ?? character;
  return character === lower ? key : key.toUpperCase();
}

/** What optical recognition mistakes for one another. */
const MISTAKEN: readonly (readonly [string, string])[] = [
  ['rn', 'm'],
  ['m', 'rn'],
  ['cl', 'd'],
  ['l', '1'],
  ['1', 'l'],
  ['O', '0'],
  ['0', 'O'],
  ['e', 'c'],
  ['c', 'e'],
  ['h', 'b'],
  ['a', 'o'],
  ['S', '5'],
  ['i', 'l'],
  ['t', 'f'],
  [' ', ''],
  [',', '.'],
];

/** A print that was scanned: two characters in a hundred mistaken, words broken at line ends. */
export const scan: Transformation = (text, random) => {
  let read = '';
  for (let at = 0; at < text.length; at++) {
    const fitting = MISTAKEN.filter(([from]) => text.startsWith(from, at));
    const [from, to] = fitting[random.below(fitting.length)] ?? ['', ''];
    // About two in three characters have a counterpart.
    if (from === '' || random.unit() >= 0.03) {
      read += text.charAt(at);
      continue;
    }
    read += to;
    at += from.length - 1;
  }
  return hyphenate(read, random);
};

/** Words broken at line ends, as in print. */
export const hyphenate: Transformation = (text, random) =>
  text.replace(/(\p{L}{4})(\p{Ll}{4})/gu, (whole, head: string, tail: string) =>
    random.unit() < 0.05 ? `${head}-\n${tail}` : whole,
  );
