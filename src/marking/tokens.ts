import { TocsinError } from '../domain/errors.ts';

/**
 * What never carries meaning in a sample: soft hyphens, zero-width characters, byte order marks.
 */
const INVISIBLE = /[\u00AD\u200B-\u200F\u2060\uFEFF]/gu;

/**
 * A word: letters and digits with inner apostrophes, or a YARA string name. Everything else
 * separates words, so that quotes, dashes, line breaks, list and Markdown markup never decide a
 * reading. The bounds are beyond any word that is written; without them a sample of one endless
 * word would exhaust the stack of the regular expression.
 */
const WORD = /\$?[\p{L}\p{N}\p{M}]{1,4096}(?:['’]\p{L}{1,64}){0,8}|\$/gu;

/** Marks, and the two letters that NFKC makes marks of (halfwidth katakana sound marks). */
const MARKS = /[\p{M}\uFF9E\uFF9F]{1,30}/gu;

/** UTF-16 units that are normalised at a time: some characters become eighteen. */
const PIECE = 64 * 1024;

/** More words than 16 MiB of text can have, unless of such characters. */
const MAX_WORDS = 8 * 1024 * 1024;

/**
 * The words of a text in the form in which master and sample are compared: NFKC (UAX #15), lower
 * case, one kind of apostrophe, nothing between them. @throws LIMIT_EXCEEDED beyond 8 Mi words.
 */
export function tokensOf(text: string): string[] {
  const words: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = pieceEnd(text, from);
    const piece = streamSafe(text.slice(from, to)).normalize('NFKC').replace(INVISIBLE, '');
    for (const [word] of piece.toLowerCase().matchAll(WORD)) words.push(word.replaceAll('’', "'"));
    if (words.length > MAX_WORDS) {
      throw new TocsinError('LIMIT_EXCEEDED', `text: expected at most ${MAX_WORDS} words`);
    }
    from = to;
  }
  return words;
}

const SPACE = 0x20;

/** Where the next piece ends: at a space; where there is none, not within a character. */
function pieceEnd(text: string, from: number): number {
  const end = from + PIECE;
  if (end >= text.length) return text.length;
  for (let at = end; at > from; at--) if (text.charCodeAt(at) <= SPACE) return at;
  return /[\uDC00-\uDFFF]/.test(text.charAt(end)) ? end - 1 : end;
}

/**
 * At most 30 marks in a row, as the Stream-Safe Text Format has it (UAX #15, section 13); the rest
 * is dropped. Normalisation sorts a row of marks, in a time that grows with its length squared.
 */
function streamSafe(text: string): string {
  let end = -1;
  return text.replace(MARKS, (row, at: number) => {
    const goesOn = at === end;
    end = at + row.length;
    return goesOn ? '' : row;
  });
}

/**
 * Whether two texts have the same words in the same order, so that no reader could tell them apart.
 */
export function readAlike(one: string, other: string): boolean {
  const words = tokensOf(one);
  const others = tokensOf(other);
  return words.length === others.length && words.every((word, index) => word === others[index]);
}

const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;

/** Whether a cut at UTF-16 offset `at` of `text` would fall inside a word or a character. */
export function cutsWord(text: string, at: number): boolean {
  const after = text.slice(at).at(0) ?? '';
  if (/[\uDC00-\uDFFF]/.test(after)) return true;
  return endsInWord(text.slice(Math.max(0, at - 2), at)) && startsInWord(text.slice(at, at + 2));
}

/** Whether the first character belongs to a word. */
export function startsInWord(text: string): boolean {
  const [first] = text;
  return first !== undefined && WORD_CHARACTER.test(first);
}

/** Whether the last character belongs to a word. */
export function endsInWord(text: string): boolean {
  const last = [...text.slice(-2)].at(-1);
  return last !== undefined && WORD_CHARACTER.test(last);
}
