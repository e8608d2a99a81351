import { refusePack } from './refuse.ts';

/** Brackets within brackets. cedar-wasm runs out of stack at about 120 and is unusable then. */
const MAX_NESTING = 32;

/** Words and signs of one policy. cedar-wasm runs out of stack at 600 nested `if`s of five. */
const MAX_TOKENS = 1_000;

/** Levels of one policy's JSON form, of which cedar-wasm reads back 128. */
const MAX_LEVELS = 100;

/** A comment, a string, a word, or a sign. */
const TOKEN = /\/\/[^\n]*|"(?:[^"\\]|\\.)*"|\w+|[^\s\w]/g;

/**
 * Refuses Cedar text that could bring down the parser instead of being refused by it: an overflow
 * inside WebAssembly cannot be caught in a way that leaves the module usable.
 * @throws POLICY_INVALID with the line.
 */
export function checkBounds(file: string, text: string): void {
  let [nesting, tokens] = [0, 0];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token.startsWith('//')) continue;
    tokens = token === ';' ? 0 : tokens + 1;
    if ('([{'.includes(token)) nesting += 1;
    if (')]}'.includes(token)) nesting -= 1;
    if (nesting <= MAX_NESTING && tokens <= MAX_TOKENS) continue;
    const line = text.slice(0, index).split('\n').length;
    const found = nesting > MAX_NESTING ? 'brackets nested too deep' : 'a policy that is too long';
    throw refusePack(
      { file, line },
      `${found}, expected at most ${MAX_NESTING} levels and ${MAX_TOKENS} words and signs`,
      'split the policy',
    );
  }
}

/** Whether the JSON form of a policy is flat enough to be handed to cedar-wasm again. */
export function isFlatEnough(json: unknown): boolean {
  return levels(json) <= MAX_LEVELS;
}

function levels(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((most, each) => Math.max(most, levels(each)), 0);
}
