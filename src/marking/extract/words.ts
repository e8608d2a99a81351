/**
 * The words of the masters, numbered, so that alignment compares integers. Words that only a sample
 * has get numbers beyond these (`sample.ts`).
 */
export type Vocabulary = { readonly ids: Map<string, number>; readonly list: string[] };

/** An empty numbering. */
export function newVocabulary(): Vocabulary {
  return { ids: new Map(), list: [] };
}

/** The number of a word; a new one for a new word. */
export function idOf(words: Vocabulary, word: string): number {
  const existing = words.ids.get(word);
  if (existing !== undefined) return existing;
  const id = words.list.length;
  words.ids.set(word, id);
  words.list.push(word);
  return id;
}
