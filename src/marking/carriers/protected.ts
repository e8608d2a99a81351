/** A stretch of a text that no alternate may alter, as UTF-16 offsets. */
export type Span = { readonly start: number; readonly end: number; readonly text: string };

/**
 * What is never marked (docs/formats/slot-table.md): code, addresses, paths, and every word with a
 * digit or a second capital — CVE ids, hashes, versions, dates, times, scores, CVSS vectors,
 * product names such as SharePoint, labels such as TLP:AMBER — and a capitalised word within a
 * sentence.
 */
const PROTECTED = new RegExp(
  [
    /```[\s\S]*?(?:```|$)/u, // a block of code
    /`[^`\n]+`/u, // code
    /[a-z][a-z0-9+.-]*:\/\/[^\s<>"'`)\]]+/u, // an address
    /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/u, // a mail address
    /[^\s"'`<>()|,;]*\\[^\s"'`<>()|,;]*/u, // a Windows path, an escape
    /(?<![^\s"'(])\/[^\s"'`<>()|,;]+/u, // a path from the root
    /[\p{L}\p{N}_.:/+-]*\p{N}[\p{L}\p{N}_.:/+-]*/u, // anything with a digit
    /[\p{L}:+-]*\p{Lu}[\p{L}:+-]*\p{Lu}[\p{L}:+-]*/u, // an acronym, a name with inner capitals
    /(?<=[\p{Ll}\p{N},;:)]\s)\p{Lu}\p{Ll}+/u, // a name within a sentence
  ]
    .map(({ source }) => source)
    .join('|'),
  'gu',
);

/** The protected stretches of `text`, in order, not overlapping. */
export function protectedSpans(text: string): Span[] {
  return Array.from(text.matchAll(PROTECTED), ({ 0: found, index }) => {
    const kept = found.replace(/[.:,;/-]+$/u, '');
    return { start: index, end: index + kept.length, text: kept };
  });
}

/** Whether two texts hold the same protected stretches, in whatever order. */
export function keepsProtected(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) =>
    protectedSpans(text)
      .map((span) => span.text)
      .sort(),
  );
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether the range cuts a protected stretch, or lies inside a longer one. */
export function cutsProtected(spans: readonly Span[], start: number, end: number): boolean {
  return spans.some(
    (span) => span.start < end && span.end > start && (span.start < start || span.end > end),
  );
}
