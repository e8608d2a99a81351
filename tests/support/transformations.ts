import { type Seeded, shuffled } from '../../src/domain/seeded.ts';

/** What happens to a text before it turns up somewhere. */
export type Transformation = (text: string, random: Seeded) => string;

/** Set anew in lines of another width, at times indented, quoted, or with the blanks spread. */
export const reflow: Transformation = (text, random) => {
  const width = 36 + random.below(65);
  const prefix = ['', '    ', '> ', '\t'][random.below(4)] ?? '';
  const justified = random.below(3) === 0;
  const paragraphs = text.split(/\n[ \t]*\n/).map((paragraph) => {
    const lines = fill(paragraph.split(/\s+/).filter(Boolean), width);
    return lines.map((line) => prefix + (justified ? spread(line, width) : line)).join('\n');
  });
  return paragraphs.join(random.below(2) === 0 ? '\n\n' : '\r\n\r\n');
};

function fill(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function spread(line: string, width: number): string {
  let missing = Math.max(0, width - line.length);
  return line.replace(/ /g, () => (missing-- > 0 ? '  ' : ' '));
}

/** What a word processor makes of quotes, apostrophes, dashes, dots, letters and long words. */
export const typeset: Transformation = (text, random) =>
  text
    .replace(/"([^"\n]*)"/g, '“$1”')
    .replaceAll("'", '’')
    .replace(/ -{1,2} /g, ' – ')
    .replaceAll('...', '…')
    .replaceAll('ffi', 'ﬃ')
    .replaceAll('fi', 'ﬁ')
    .replaceAll('fl', 'ﬂ')
    .replace(/\b(?:the|an?|of) /g, (word) => `${word.trim()}\u00a0`)
    .replace(/(\p{L}{4})(\p{L}{4})/gu, (whole, head: string, tail: string) =>
      random.below(8) === 0 ? `${head}\u00ad${tail}` : whole,
    );

/** Typeset, and then in one of Unicode's normal forms. */
export const normalised: Transformation = (text, random) => {
  const form = (['NFKC', 'NFKC', 'NFKD', 'NFC', 'NFD'] as const)[random.below(5)];
  return typeset(text, random).normalize(form);
};

/** A stretch of half the length, from anywhere. */
export const half: Transformation = (text, random) => {
  const length = Math.floor(text.length / 2);
  const from = random.below(text.length - length);
  return text.slice(from, from + length);
};

/** The sections in another order. */
export const shuffleSections: Transformation = (text, random) =>
  shuffled(text.split(/\n(?=#{1,3} )/), random).join('\n');

/** The sentences and lines in another order. */
export const shuffleSentences: Transformation = (text, random) =>
  shuffled(sentencesOf(text), random).join('');

/**
 * Stretches of 100 to 400 characters are left out, wherever they fall, until `share` of the text is
 * gone; whole words of what is left.
 */
export function lose(share: number): Transformation {
  return (text, random) => {
    let left = text;
    while (left.length > text.length * (1 - share)) {
      const from = random.below(left.length);
      const length = 100 + random.below(300);
      const head = left.slice(0, from).replace(/\S+$/, '');
      left = head + left.slice(from + length).replace(/^\S+/, '');
    }
    return left;
  };
}

/** Sentences and lines are left out, three of ten. */
export const loseSentences: Transformation = (text, random) =>
  sentencesOf(text)
    .filter(() => random.unit() >= 0.3)
    .join('');

/** Pieces that together are the text: to the end of a sentence or of a line. */
function sentencesOf(text: string): string[] {
  return text.match(/[^\n]*?(?:[.!?](?=\s)[ \t]*|\n+|$)/g)?.filter((piece) => piece !== '') ?? [];
}

/** One word in three is another one, with a meaning of its own. */
export const substitute: Transformation = (text, random) =>
  text.replace(/\p{L}{3,}/gu, (word) =>
    random.below(3) === 0 ? (OTHER_WORDS[random.below(OTHER_WORDS.length)] ?? word) : word,
  );

const OTHER_WORDS = (
  'notice party weakness gateway release handle present mostly around account report service ' +
  'reader finding which there could every further because before several other without value'
).split(' ');
