/** A string of a JSON text, without its quotes: UTF-16 offsets, end exclusive. */
export type Field = { readonly start: number; readonly end: number };

/**
 * Where persons read prose in a CSAF 2.0 document and no program reads anything (§3.2.1.8 notes,
 * §3.2.3.10 notes, §3.2.3.12.2 remediation details, §3.2.3.14.2 threat details). Array indices are
 * written `*`.
 */
const PROSE = [
  'document.notes.*.text',
  'vulnerabilities.*.notes.*.text',
  'vulnerabilities.*.remediations.*.details',
  'vulnerabilities.*.threats.*.details',
];

/**
 * The prose fields of a CSAF document in the order of its text, as they stand there, escapes and
 * all. `text` MUST parse as JSON.
 */
export function proseFields(text: string): Field[] {
  const found: Field[] = [];
  walk(text, skipSpace(text, 0), [], (path, field) => {
    if (PROSE.includes(path.join('.'))) found.push(field);
  });
  return found;
}

type Visit = (path: readonly string[], field: Field) => void;

/** Passes over one value. Returns where what follows it begins. */
function walk(text: string, at: number, path: readonly string[], visit: Visit): number {
  switch (text[at]) {
    case '{':
      return walkMembers(text, at, path, visit);
    case '[':
      return walkItems(text, at, path, visit);
    case '"': {
      const end = endOfString(text, at);
      visit(path, { start: at + 1, end: end - 1 });
      return end;
    }
    default: {
      const word = /[^\s,\]}]*/y;
      word.lastIndex = at;
      return at + (word.exec(text)?.[0].length ?? 0);
    }
  }
}

function walkMembers(text: string, from: number, path: readonly string[], visit: Visit): number {
  let at = skipSpace(text, from + 1);
  while (at < text.length && text[at] !== '}') {
    const end = endOfString(text, at);
    const name = JSON.parse(text.slice(at, end)) as string;
    const colon = skipSpace(text, end);
    at = skipSpace(text, walk(text, skipSpace(text, colon + 1), [...path, name], visit));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return at + 1;
}

function walkItems(text: string, from: number, path: readonly string[], visit: Visit): number {
  let at = skipSpace(text, from + 1);
  while (at < text.length && text[at] !== ']') {
    at = skipSpace(text, walk(text, at, [...path, '*'], visit));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return at + 1;
}

/** After the closing quote of the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  const rest = /"(?:[^"\\]|\\.)*"/sy;
  rest.lastIndex = at;
  return at + (rest.exec(text)?.[0].length ?? text.length);
}

function skipSpace(text: string, at: number): number {
  const space = /\s*/y;
  space.lastIndex = at;
  return at + (space.exec(text)?.[0].length ?? 0);
}
