/**
 * What never carries meaning in a sample: soft hyphens, zero-width characters, byte order marks.
 */
const INVISIBLE = /[\u00AD\u200B-\u200F\u2060\uFEFF]/gu;

/**
 * A word: letters and digits with inner apostrophes, or a YARA string name. Everything else
 * separates words, so that quotes, dashes, line breaks, list and Markdown markup never decide a
 * reading.
 */
const WORD = /\$?[\p{L}\p{N}\p{M}]+(?:['’]\p{L}+)*|\$/gu;

/**
 * The words of a text in the form in which master and sample are compared: NFKC (UAX #15), lower
 * case, one kind of apostrophe, nothing between them.
 */
export function tokensOf(text: string): string[] {
  const plain = text.normalize('NFKC').replace(INVISIBLE, '').toLowerCase();
  return plain.match(WORD)?.map((word) => word.replaceAll('’', "'")) ?? [];
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
  const last = [...text].at(-1);
  return last !== undefined && WORD_CHARACTER.test(last);
}
