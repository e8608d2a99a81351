/** A piece of HTML. What is put into it was escaped, or is such a piece itself. */
export type Html = { readonly html: string };

type Part = string | number | Html | readonly Html[];

/** HTML with values from anywhere in it: texts are escaped, pieces are kept. */
export function html(parts: TemplateStringsArray, ...values: readonly Part[]): Html {
  const filled = parts.map((part, i) => {
    const value = values[i];
    return value === undefined ? part : part + inserted(value);
  });
  return { html: filled.join('') };
}

function inserted(value: Part): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return 'html' in value ? value.html : value.map((piece) => piece.html).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Longest cell of one word that is never broken, in characters: figures, codes, file names. */
const WHOLE = 20;

/** A table; cells that are numbers stand to the right. Where it is too wide, it is scrolled. */
export function htmlTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Html {
  const head = headings.map((heading, i) =>
    rows.length > 0 && rows.every((row) => typeof row[i] === 'number')
      ? html`<th scope="col" class="number">${heading}</th>`
      : html`<th scope="col">${heading}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell) => {
      if (typeof cell === 'number') return html`<td class="number">${cell}</td>`;
      const whole = cell.length <= WHOLE && !cell.includes(' ');
      return whole ? html`<td class="whole">${cell}</td>` : html`<td>${cell}</td>`;
    });
    return html`<tr>${cells}</tr>\n`;
  });
  return html`<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>
`;
}

/** Names and values under each other. */
export function htmlFacts(pairs: readonly (readonly [string, string | number])[]): Html {
  const rows = pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`);
  return html`<dl>${rows}</dl>\n`;
}

/**
 * A whole page that needs nothing else: it may load nothing and run nothing, whatever stands in it.
 */
export function htmlPage(title: string, style: string, body: Html): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
${body}</body>
</html>
`;
  return page.html;
}
