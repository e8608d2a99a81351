/** A terminal of 80 columns, written top to bottom. */
export type Page = {
  /** A numbered part of the story, and when it happens. */
  part(heading: string, when: string): void;
  /** A line of the story; `''` for an empty one. */
  line(text?: string): void;
  /** A line that matters less. */
  aside(text: string): void;
  /** Something that was measured and is as it should be. */
  fact(text: string): void;
  /** Where a long work is; the next word on the page takes it away. */
  doing(text: string, done?: number, total?: number): void;
};

export const COLUMNS = 80;
const INDENT = '   ';
const CLEAR = '\r\u001b[K';
/** Progress is drawn at most this often, so that it costs nothing. */
const STEPS = 50;

/** What a page is written on. */
export type Terminal = {
  write(text: string): void;
  readonly colour: boolean;
  /** Whether somebody watches, so that progress is worth showing. */
  readonly watched: boolean;
};

export function openPage({ write, colour, watched }: Terminal): Page {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim, green] = [1, 2, 32];
  let drawn = '';
  const put = (text: string) => {
    write(`${drawn === '' ? '' : CLEAR}${text}\n`);
    drawn = '';
  };
  return {
    part(heading, when) {
      const space = ' '.repeat(Math.max(2, COLUMNS - heading.length - when.length));
      put('');
      put(paint(bold, heading) + paint(dim, space + when).trimEnd());
    },
    line: (text = '') => put(text === '' ? '' : INDENT + text),
    aside: (text) => put(INDENT + paint(dim, text)),
    fact: (text) => put(` ${paint(green, '✓')} ${text}`),
    doing(text, done, total) {
      if (!watched) return;
      const often = total !== undefined && done !== undefined && total > STEPS;
      if (often && done % Math.floor(total / STEPS) !== 0) return;
      const count = done === undefined ? '' : ` ${done} of ${total ?? '?'}`;
      drawn = `${INDENT}${text}${count} …`;
      write(CLEAR + paint(dim, drawn));
    },
  };
}

/** Lines of aligned columns: the first to the left, the others to the right. */
export function columns(
  rows: readonly (readonly (string | number)[])[],
  widths: readonly number[],
) {
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const text = String(cell);
        return i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0);
      })
      .join('')
      .trimEnd(),
  );
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August'];
const LATER_MONTHS = ['September', 'October', 'November', 'December'];

/** `8 July`, as people write it. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${[...MONTHS, ...LATER_MONTHS][date.getUTCMonth()]}`;
}

/** `8 July 2025, 17:00Z`. */
export function momentOf(at: number): string {
  const date = new Date(at);
  return `${dayOf(at)} ${date.getUTCFullYear()}, ${date.toISOString().slice(11, 16)}Z`;
}

/** `1 700`: digits in threes, as thin as a terminal can. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** How many times each word occurs, most frequent first: `LEGAL_DUTY 12 · STANDING 5`. */
export function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted.map(([word, count]) => `${word} ${count}`).join(' · ');
}
