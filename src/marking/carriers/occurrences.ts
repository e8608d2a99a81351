import { invalid } from '../../domain/errors.ts';
import { cutsWord } from '../tokens.ts';

/** Where `needle` stands in `text` without cutting a word, in order, not overlapping. */
export function occurrencesOf(text: string, needle: string): number[] {
  const found: number[] = [];
  let at = text.indexOf(needle);
  while (at !== -1) {
    const whole = !cutsWord(text, at) && !cutsWord(text, at + needle.length);
    if (whole) found.push(at);
    at = text.indexOf(needle, at + (whole ? needle.length : 1));
  }
  return found;
}

/**
 * The one place that an entry of a sidecar means.
 * @throws INVALID_INPUT naming `field` when `needle` is absent, or stands more than once and the
 *   entry does not say which.
 */
export function placeOf(
  text: string,
  needle: string,
  occurrence: number | null,
  field: string,
): number {
  const found = occurrencesOf(text, needle);
  const place = found[(occurrence ?? 1) - 1];
  if (place === undefined || (occurrence === null && found.length > 1)) {
    const wanted = occurrence === null ? 'exactly once' : `at least ${occurrence} times`;
    throw invalid(field, `a text that stands ${wanted} in the file`, `${found.length} occurrences`);
  }
  return place;
}
