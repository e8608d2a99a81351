/** A line of a text without its break: UTF-16 offsets, end exclusive. */
export type Line = { readonly start: number; readonly end: number; readonly text: string };

/**
 * The lines of a Markdown text that follow one another between empty lines. Those with code among
 * them are left out, fenced or indented: what looks like markup there is none (CommonMark 0.31).
 */
export function blocksOf(text: string): Line[][] {
  const blocks: (Line | null)[][] = [[]];
  for (const line of linesOf(text)) {
    if (line === null || line.text.trim() !== '') blocks.at(-1)?.push(line);
    else blocks.push([]);
  }
  return blocks.flatMap((block) => {
    const lines = block.filter((line) => line !== null);
    return lines.length > 0 && lines.length === block.length ? [lines] : [];
  });
}

/** Null stands for a line of code. */
function linesOf(text: string): (Line | null)[] {
  let fence: string | null = null;
  return Array.from(text.matchAll(/[^\n]*(?:\n|$)/g), ({ 0: found, index }): Line | null => {
    const line = found.replace(/\r?\n$/, '');
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      const closes = mark?.startsWith(fence) === true && /^[\s`~]*$/.test(line);
      if (closes) fence = null;
      return null;
    }
    if (mark !== null) {
      fence = mark;
      return null;
    }
    if (/^(?: {4}|\t)/.test(line)) return null;
    return { start: index, end: index + line.length, text: line };
  });
}
