/** A terminal of 80 columns, written top to bottom. */
export type Page = {
  /** A part of the story, and when it happens. */
  part(heading: string, when?: string): void;
  /** A paragraph of the story, wrapped; nothing for an empty line. */
  line(text?: string): void;
  /** A point of a list, wrapped. */
  point(sign: string, text: string): void;
  /** A line of a table, as it is. */
  row(text: string): void;
  /** A paragraph that matters less. */
  aside(text: string): void;
  /** Something that was measured and is as it should be. */
  fact(text: string): void;
  /** Where a long work is; the next word on the page takes it away. */
  doing(text: string, done?: number, total?: number): void;
};

export const COLUMNS = 80;
const INDENT = '   ';
const CLEAR = '\r\u001b[K';
/** Progress is drawn this often at most, so that it costs nothing. */
const STEPS = 50;

/** What a page is written on. */
export type Terminal = {
  readonly out: (text: string) => void;
  /** Where progress goes, so that the story alone can be piped. */
  readonly err: (text: string) => void;
  readonly colour: boolean;
  /** Whether somebody watches `err`. */
  readonly watched: boolean;
};

export function openPage({ out, err, colour, watched }: Terminal): Page {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const bold = (text: string) => paint(1, text);
  const dim = (text: string) => paint(2, text);
  const tick = paint(32, '✓');
  let drawn = false;
  const put = (lines: readonly string[]) => {
    if (drawn) err(CLEAR);
    drawn = false;
    out(lines.map((line) => `${line}\n`).join(''));
  };
  const paragraph = (text: string) => wrap(text, COLUMNS - INDENT.length);
  return {
    part(heading, when = '') {
      const space = ' '.repeat(Math.max(2, COLUMNS - heading.length - when.length));
      put(['', when === '' ? bold(heading) : bold(heading) + dim(space + when)]);
    },
    line: (text = '') => put(text === '' ? [''] : paragraph(text).map((line) => INDENT + line)),
    point: (sign, text) =>
      put(
        wrap(text, COLUMNS - INDENT.length - 2).map(
          (line, i) => `${INDENT}${i === 0 ? sign : ' '} ${line}`,
        ),
      ),
    row: (text) => put([INDENT + text]),
    aside: (text) => put(paragraph(text).map((line) => INDENT + dim(line))),
    fact: (text) =>
      put(paragraph(text).map((line, i) => (i === 0 ? ` ${tick} ${line}` : INDENT + line))),
    doing(text, done, total) {
      if (!watched || skips(done, total)) return;
      const count = done === undefined || total === undefined ? '' : ` ${done} of ${total}`;
      err(`${CLEAR}${INDENT}${dim(`${text}${count} …`)}`);
      drawn = true;
    },
  };
}

function skips(done = 0, total = 0): boolean {
  return total > STEPS && done % Math.floor(total / STEPS) !== 0;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
