import type { Seeded } from '../../domain/seeded.ts';

/** What is done to the texts before they turn up, in this order. */
export const TRANSFORMATIONS = ['cut', 'markdown_stripped', 'reflowed', 'retyped'] as const;

/** How much of each text is dropped, in one piece. */
const CUT_SHARE = 0.15;
const COLUMNS = 64;
/** Chance of a mistake at each letter. */
const TYPO_RATE = 0.01;

/** The texts as somebody might pass them on: parts missing, their form lost, typed by hand. */
export function passOn(texts: readonly string[], random: Seeded): string {
  const worn = texts.map((text) => {
    const plain = stripMarkdown(cut(text, CUT_SHARE, random));
    return retype(reflow(plain, COLUMNS), TYPO_RATE, random);
  });
  return `${worn.join('\n\n')}\n`;
}

/** Drops one stretch of whole words, `share` of the text, wherever it falls. */
export function cut(text: string, share: number, random: Seeded): string {
  const length = Math.round(text.length * share);
  const from = random.below(text.length - length + 1);
  const head = text.slice(0, from).replace(/\S+$/, '');
  const tail = text.slice(from + length).replace(/^\S+/, '');
  return head + tail;
}

/** Keeps the words: headings, emphasis, code, quotes, lists and tables lose their signs. */
export function stripMarkdown(text: string): string {
  return text
    .replace(/^\|[ :|-]+\|$\n/gm, '')
    .replace(/^(#{1,6}|>|[-*+]|\d+\.)[ \t]+/gm, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(?<!\w)(\*{1,2}|_{1,2}|`)(\S|\S.*?\S)\1(?!\w)/g, '$2')
    .replace(/[ \t]*\|[ \t]*/g, ' ');
}

/** Sets paragraphs anew, in lines of at most `columns` characters. */
export function reflow(text: string, columns: number): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => fill(paragraph.split(/\s+/).filter(Boolean), columns))
    .filter(Boolean)
    .join('\n\n');
}

function fill(words: readonly string[], columns: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

const LETTER = /[A-Za-z]/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

/** Types the text again: with chance `rate` a letter is left out, doubled, swapped or wrong. */
export function retype(text: string, rate: number, random: Seeded): string {
  const out: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (!LETTER.test(letter) || random.unit() >= rate) {
      out.push(letter);
      continue;
    }
    switch (random.below(4)) {
      case 0:
        break;
      case 1:
        out.push(letter, letter);
        break;
      case 2:
        // The next letter first; it is then not looked at again.
        out.push(text.charAt(at + 1), letter);
        at += 1;
        break;
      default:
        out.push(ALPHABET.charAt(random.below(ALPHABET.length)));
    }
  }
  return out.join('');
}
