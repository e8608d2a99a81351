import type { Transformation } from './transformations.ts';

/** A block of code, which no change of markup touches but for its fences. */
const FENCED = /(^```\w*\n[\s\S]*?\n```$)/m;

/** Markdown as plain text: no marks of headings, lists, quotes, tables, emphasis, code, links. */
export const plain: Transformation = (text) =>
  text
    .split(FENCED)
    .map((part) => (isCode(part) ? codeIn(part) : withoutMarks(part)))
    .join('');

function withoutMarks(text: string): string {
  return text
    .replace(/^\|[ :|-]+\|$\n/gm, '')
    .replace(/^(?:#{1,6}|>|[-*+]|\d+\.)[ \t]+/gm, '')
    .replace(/\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
    .replace(/(?<!\w)(\*{1,2}|_{1,2}|`)(\S|\S.*?\S)\1(?!\w)/g, '$2')
    .replaceAll('|', '\t');
}

function isCode(part: string): boolean {
  return part.startsWith('```');
}

function codeIn(part: string): string {
  return part.replace(/^```\w*\n/, '').replace(/\n```$/, '');
}

/** Markdown as another tool writes it: other marks, signs escaped, headings underlined. */
export const remarked: Transformation = (text) =>
  text
    .split(FENCED)
    .map((part) => (isCode(part) ? part.replaceAll('```', '~~~') : otherMarks(part)))
    .join('');

function otherMarks(text: string): string {
  return text
    .replace(/^# (.*)$/gm, (_, title: string) => `${title}\n${'='.repeat(title.length)}`)
    .replace(/^## (.*)$/gm, (_, title: string) => `${title}\n${'-'.repeat(title.length)}`)
    .replace(/^- /gm, '*   ')
    .replace(/(?<![\\`])([_[\]<>*](?!\s))/g, '\\$1')
    .replace(/\n\n/g, '\n\n\n');
}

/** A page of the web with the text in it: head, menu, tags with attributes, entities. */
export const html: Transformation = (text) => {
  const body = text
    .split(FENCED)
    .flatMap((part) => (isCode(part) ? [code(codeIn(part))] : part.split(/\n[ \t]*\n/).map(block)));
  return [
    '<!DOCTYPE html>',
    '<html lang="en"><head><meta charset="utf-8"><title>Found elsewhere &mdash; mirror</title>',
    '<style>.note > p { margin: 0 auto; } a:hover { color: #336699 }</style>',
    '<script>window.dataLayer = window.dataLayer || []; if (1 < 2) track("view");</script>',
    '</head><body class="page home"><nav><ul><li><a href="/">Home</a></li></ul></nav>',
    '<!-- content -->',
    '<div class="post-content entry" id="main">',
    ...body,
    '</div><footer>Powered by a mirror &copy; 2025</footer></body></html>',
  ].join('\n');
};

function block(text: string): string {
  const heading = /^(#{1,6}) (.*)$/.exec(text);
  if (heading) {
    const [, marks = '', title = ''] = heading;
    return `<h${marks.length} class="title">${inline(title)}</h${marks.length}>`;
  }
  const lines = text.split('\n');
  if (lines.every((line) => line.startsWith('|'))) {
    const rows = lines.filter((line) => !/^[|: -]+$/.test(line)).map((line) => row(line));
    return `<table class="t1">\n<tbody>${rows.join('\n')}</tbody></table>`;
  }
  if (lines.every((line) => line.startsWith('- '))) {
    const items = lines.map((line) => `<li style="margin-top:1em">${inline(line.slice(2))}</li>`);
    return `<ul>\n${items.join('\n')}\n</ul>`;
  }
  if (/^ {4}|^\t|[{}]/m.test(text)) return code(text);
  return `<p>${lines.map(inline).join('<br/>\n')}</p>`;
}

function code(text: string): string {
  return `<pre><code>${escaped(text)}</code></pre>`;
}

function row(line: string): string {
  const cells = line.split('|').slice(1, -1);
  return `<tr>${cells.map((cell) => `<td>${inline(cell.trim())}</td>`).join('')}</tr>`;
}

function inline(text: string): string {
  return escaped(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]*)\]\(([^)]*)\)/g, '<a href="$2" rel="nofollow">$1</a>')
    .replace(/^(\S+) /, '<span>$1</span> ')
    .replaceAll(' and ', '&nbsp;and ');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('—', '&mdash;')
    .replaceAll('“', '&#8220;')
    .replaceAll('”', '&#x201D;');
}
