/** Some text that a pattern of a rule matches, and what trying the pattern may cost. */
export type Match = {
  /** A character for each byte; nothing where `size` is beyond `MAX_SIZE`. */
  readonly text: string;
  /**
   * Characters of the pattern with every repetition written out as often as it may be; as often as
   * it must be, where it has no end.
   */
  readonly size: number;
  /** By how much the lengths of two matches may differ; infinite for a repetition without end. */
  readonly play: number;
  /** Places in the pattern that may be alive at a time, for a match that began at one byte. */
  readonly alive: number;
};

/**
 * Largest pattern that is tried. Repetitions of repetitions multiply: some twenty characters ask
 * for gigabytes, so that sizes are reckoned before anything is written out.
 */
export const MAX_SIZE = 16 * 1024;

/** Deepest nesting that is followed; patterns are hostile input and must not fill the stack. */
export const MAX_DEPTH = 100;

const ENDLESS = Number.POSITIVE_INFINITY;

/** A pattern that is not to be tried. */
export const BEYOND: Match = { text: '', size: ENDLESS, play: 0, alive: 1 };

/** Plain bytes. */
export function plain(text: string): Match {
  return { text, size: text.length, play: 0, alive: 1 };
}

/** One after the other: what is loose before a part has the part alive at so many places more. */
export function sequence(parts: readonly Match[]): Match {
  let [size, play, alive] = [0, 0, 0];
  for (const part of parts) {
    alive += Math.min(part.size, part.alive * (1 + play));
    size += part.size;
    play += part.play;
  }
  const text = size > MAX_SIZE ? '' : parts.map((part) => part.text).join('');
  return { text, size, play, alive: Math.max(1, alive) };
}

/** One of several; the text is the first one's. */
export function choice(parts: readonly Match[]): Match {
  const [first = plain(''), ...others] = parts;
  if (others.length === 0) return first;
  const size = total(parts, 'size');
  const alike = parts.every((part) => part.size === first.size);
  const play = total(parts, 'play') + (alike ? 0 : size);
  return { text: first.text, size, play, alive: total(parts, 'alive') };
}

function total(parts: readonly Match[], what: 'size' | 'play' | 'alive'): number {
  return parts.reduce((sum, part) => sum + part[what], 0);
}

/** `least` to `most` times, null for no end. */
export function repeated(part: Match, least: number, most: number | null): Match {
  const times = Math.max(1, most ?? least);
  const fewest = Math.min(least, times);
  const size = part.size * times;
  const play = most === null ? ENDLESS : part.play * times + part.size * (times - fewest);
  const text = size > MAX_SIZE ? '' : part.text.repeat(fewest);
  return { text, size, play, alive: part.play === 0 ? part.alive : Math.max(1, size) };
}

/**
 * Steps that trying a pattern on `bytes` may take a matcher at worst: from each byte on, as far as
 * the pattern reaches, at all the places that are alive.
 */
export function stepsOn({ size, play, alive }: Match, bytes: number): number {
  const reach = play === ENDLESS ? bytes : Math.min(bytes, size);
  return bytes * reach * alive;
}
