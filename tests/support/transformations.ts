import type { Seeded } from './seeded.ts';

/** What happens to a text before it turns up somewhere. */
export type Transformation = (text: string, random: Seeded) => string;

/** Paragraphs in lines of another length; tables, lists and headings keep theirs. */
export const reflow: Transformation = (text) =>
  text
    .split('\n\n')
    .map((paragraph) =>
      /^[|>#-]/.test(paragraph)
        ? paragraph
        : paragraph.replaceAll('\n', ' ').replace(/(.{1,60})(?:\s|$)/g, '$1\n'),
    )
    .join('\n\n');

/** What a word processor makes of quotes, apostrophes, dashes and letters. */
export const typeset: Transformation = (text) =>
  text
    .replace(/"([^"\n]*)"/g, '“$1”')
    .replaceAll("'", '’')
    .replaceAll(' - ', ' – ')
    .replaceAll('fi', 'ﬁ')
    .replaceAll('the ', 'the\u00a0');

/** Markdown read aloud: no marks of headings, lists, tables and emphasis. */
export const plain: Transformation = (text) =>
  text
    .replace(/^\|[-|]+\|$\n/gm, '')
    .replace(/^(?:#+|>|-)\s+/gm, '')
    .replace(/[*`]/g, '')
    .replaceAll('|', '\t');

/** Typed again: one letter in a hundred is doubled with another, lost, wrong, or exchanged. */
export const retype: Transformation = (text, random) => {
  const letter = () => String.fromCharCode(97 + random.below(26));
  let typed = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const error = character !== '\n' && random.unit() < 0.01 ? random.below(4) : null;
    if (error === null) typed += character;
    if (error === 0) typed += letter();
    if (error === 1) typed += character + letter();
    if (error === 2) typed += text.charAt(++at) + character;
  }
  return typed;
};

/** Words broken at line ends, as in print. */
export const hyphenate: Transformation = (text, random) =>
  text.replace(/(\p{L}{4})(\p{Ll}{4})/gu, (whole, head: string, tail: string) =>
    random.unit() < 0.05 ? `${head}-\n${tail}` : whole,
  );

/** A stretch of half the length, from anywhere. */
export const half: Transformation = (text, random) => {
  const length = Math.floor(text.length / 2);
  const from = random.below(text.length - length);
  return text.slice(from, from + length);
};

/** The sections in another order. */
export const shuffleSections: Transformation = (text, random) => {
  const sections = text.split(/\n(?=## )/);
  for (let at = sections.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [sections[at], sections[other]] = [sections[other] ?? '', sections[at] ?? ''];
  }
  return sections.join('\n');
};
