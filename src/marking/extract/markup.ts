/** Elements that stand within a word or a line: their tags separate nothing. */
const INLINE =
  'a|abbr|b|bdi|bdo|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|' +
  'var|wbr';

/** Elements that separate words. */
const BLOCK =
  'address|article|aside|blockquote|body|br|button|caption|center|col|colgroup|dd|details|div|dl|' +
  'dt|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|img|input|label|' +
  'legend|li|link|main|meta|nav|noscript|ol|option|p|pre|section|select|summary|svg|table|tbody|' +
  'td|textarea|tfoot|th|thead|time|title|tr|ul|video';

/** A tag. What it may hold is bounded, so that a text of `<` alone takes no quadratic time. */
const tag = (names: string): string => `</?(?:${names})(?:[\\s/][^<>]{0,2000})?>`;
const INLINE_TAG = new RegExp(tag(INLINE), 'gi');
const BLOCK_TAG = new RegExp(tag(BLOCK), 'gi');

/** Fewest tags of a text that is taken for HTML: code and placeholders may look like one or two. */
const MIN_TAGS = 4;

/** What a page does not show. */
const HIDDEN = ['script', 'style', 'template'] as const;

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi;

/** Named characters that texts of words have; the others separate words as the name would. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '\u00ad',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  hellip: '…',
};

/**
 * The text of an HTML page or of a piece of one, its entities resolved; any other text as it is.
 * No parser of HTML: what is not recognised stays and separates words, which an alignment bears.
 */
export function withoutMarkup(text: string): string {
  if (!isHtml(text)) return text;
  return withoutHidden(text)
    .replace(INLINE_TAG, '')
    .replace(BLOCK_TAG, ' ')
    .replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
      const code = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10);
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
    });
}

function isHtml(text: string): boolean {
  let tags = 0;
  for (const pattern of [BLOCK_TAG, INLINE_TAG]) {
    for (const _ of text.matchAll(pattern)) {
      tags += 1;
      if (tags === MIN_TAGS) return true;
    }
  }
  return false;
}

/** Leaves out comments and elements that a page does not show, each to its end. */
function withoutHidden(text: string): string {
  const start = new RegExp(`<!--|<(${HIDDEN.join('|')})(?=[\\s>])`, 'gi');
  let [kept, at] = ['', 0];
  for (;;) {
    start.lastIndex = at;
    const found = start.exec(text);
    if (found === null) return kept + text.slice(at);
    const end = new RegExp(found[1] === undefined ? '-->' : `</${found[1]}\\s*>`, 'gi');
    end.lastIndex = start.lastIndex;
    // One that is never closed hides nothing: the rest may be the text.
    if (end.exec(text) === null) return kept + text.slice(at);
    kept += `${text.slice(at, found.index)} `;
    at = end.lastIndex;
  }
}
