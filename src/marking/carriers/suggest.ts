import { Document } from 'yaml';
import type { Alternate } from '../sidecar.ts';
import { type Interchange, LEXICON } from './lexicon.ts';
import { occurrencesOf } from './occurrences.ts';
import { protectedSpans, type Span } from './protected.ts';

/**
 * Alternates for a text, for its author to strike out, correct and approve, as the YAML of a
 * sidecar, which marks nothing until it lies beside the artifact. Above each a comment has its line
 * and the words around it, since only there can it be judged. Empty when there is nothing to
 * suggest.
 */
export function suggestionText(text: string): string {
  const suggestions = suggestionsFor(text);
  if (suggestions.length === 0) return '';
  const entries = suggestions.map(({ start, end, alternate: { occurrence, ...rest } }) => {
    const entry = new Document(occurrence === null ? rest : { ...rest, occurrence });
    const line = text.slice(0, start).split('\n').length;
    const around =
      `${text.slice(Math.max(0, start - AROUND), start)}[${text.slice(start, end)}]` +
      text.slice(end, end + AROUND);
    entry.commentBefore = ` line ${line}: ${around.replace(/\s+/gu, ' ').trim()}`;
    return entry.toString({ lineWidth: 0 });
  });
  const items = entries.map((entry) => {
    const lines = entry
      .trim()
      .split('\n')
      .filter((line) => line !== '');
    const [comment = '', first = '', ...more] = lines;
    return [`  ${comment}`, `  - ${first}`, ...more.map((line) => `    ${line}`), ''].join('\n');
  });
  return `alternates:\n${items.join('')}`;
}

/** Characters shown on either side of a suggestion. */
const AROUND = 40;

/**
 * The suggestions for a text in their order, with their places in UTF-16 offsets. Protected words,
 * quotations, tables and headings are passed over; suggestions do not overlap.
 */
export function suggestionsFor(text: string): Suggestion[] {
  const closed = [...protectedSpans(text), ...passedOver(text)];
  const candidates = LEXICON.flatMap((pair) => candidatesFor(text, pair))
    .filter(({ start, end }) => !overlapsAny(closed, start, end))
    .sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const taken: Suggestion[] = [];
  for (const candidate of candidates) {
    if (!overlapsAny(taken, candidate.start, candidate.end)) taken.push(candidate);
  }
  return taken.sort((a, b) => a.start - b.start);
}

type Range = { readonly start: number; readonly end: number };
/** A suggestion and where it stands. */
export type Suggestion = Range & { readonly alternate: Alternate };

/** Block quotes, table rows, headings, and quotations within a line. */
const PASSED_OVER = /^[ \t]*[>|#][^\n]*|"[^"\n]*"|“[^”\n]*”/gmu;

function passedOver(text: string): Span[] {
  return Array.from(text.matchAll(PASSED_OVER), ({ 0: found, index }) => ({
    start: index,
    end: index + found.length,
    text: found,
  }));
}

/** A pair in its directions, with and without a capital. */
function candidatesFor(text: string, [one, other, family, direction]: Interchange): Suggestion[] {
  const forward = [
    [one, other],
    [capital(one), capital(other)],
  ];
  const backward = direction === 'both' ? forward.map(([a = '', b = '']) => [b, a]) : [];
  return [...forward, ...backward].flatMap(([found = '', instead = '']) => {
    const places = occurrencesOf(text, found);
    return places.map((start, index) => ({
      start,
      end: start + found.length,
      alternate: {
        text: found,
        other: instead,
        family,
        occurrence: places.length === 1 ? null : index + 1,
      },
    }));
  });
}

function capital(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}

function overlapsAny(ranges: readonly Range[], start: number, end: number): boolean {
  return ranges.some((range) => range.start < end && range.end > start);
}
