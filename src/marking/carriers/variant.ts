import type { ProposedBit } from './carrier.ts';

/**
 * `text` with the other text at each of `slots`, which do not overlap. `from` is where `text`
 * began.
 */
export function variantOf(text: string, slots: readonly ProposedBit[], from = 0): string {
  let [variant, at] = ['', 0];
  for (const { start, end, other } of slots.toSorted((a, b) => a.start - b.start)) {
    variant += text.slice(at, start - from) + other;
    at = end - from;
  }
  return variant + text.slice(at);
}
