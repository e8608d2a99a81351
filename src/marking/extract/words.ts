/**
 * Numbers for words, so that alignment compares integers. A word of a master is `known`; words that
 * only samples have are numbered after them.
 */
export type Words = {
  readonly ids: Map<string, number>;
  readonly list: string[];
  /** Words below this number stand in a master. */
  known: number;
};

/** An empty numbering, for the words of masters first. */
export function newWords(): Words {
  return { ids: new Map(), list: [], known: 0 };
}

/** The number of a word; a new one for a new word. */
export function idOf(words: Words, word: string): number {
  const existing = words.ids.get(word);
  if (existing !== undefined) return existing;
  const id = words.list.length;
  words.ids.set(word, id);
  words.list.push(word);
  return id;
}

/** Whether a master has the word. Holds once `closeMasters` has been called. */
export function isKnown(words: Words, word: string): boolean {
  const id = words.ids.get(word);
  return id !== undefined && id < words.known;
}

/** Ends the numbering of the masters' words. */
export function closeMasters(words: Words): void {
  words.known = words.list.length;
}
