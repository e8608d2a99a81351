/** How the story says numbers, times and lists. */

/** A line of aligned cells: the first to the left, the others to the right. */
export function aligned(cells: readonly (string | number)[], widths: readonly number[]): string {
  const padded = cells.map((cell, i) => {
    const text = String(cell);
    return i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0);
  });
  return padded.join('').trimEnd();
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });

/** `8 July`. */
export function dayOf(at: number): string {
  return DAY.format(at);
}

/** `8 July 2025, 17:00Z`. */
export function momentOf(at: number): string {
  const text = new Date(at).toISOString();
  return `${dayOf(at)} ${text.slice(0, 4)}, ${text.slice(11, 16)}Z`;
}

/** `14 days`, `6 hours`: whole days where there are several. */
export function spanOf(hours: number): string {
  return hours >= 48 && hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`;
}

/** `1 872`: digits in threes. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** How many times each word occurs, most frequent first: `legal duty 12, standing 5`. */
export function tally(words: readonly string[]): string {
  const counts = [...Map.groupBy(words, (word) => word)].map(
    ([word, all]) => [word, all.length] as const,
  );
  const sorted = counts.toSorted(([, a], [, b]) => b - a);
  return sorted.map(([word, count]) => `${word} ${count}`).join(', ');
}

/** `LEGAL_DUTY` as `legal duty`. */
export function inWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}
