import { codeOf } from './doors.ts';
import { isTest, type SourceFile, type Violation } from './sources.ts';
import { type Token, tokenize } from './tokens.ts';

const MAX_LINES = 400;
const MAX_TEST_LINES = 600;
const MAX_COLUMNS = 100;

/** Files and lines that outgrow the budget. */
export function tooLong(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n');
    const most = isTest(path) ? MAX_TEST_LINES : MAX_LINES;
    const long = lines.length > most ? [`${path}: ${lines.length} lines, at most ${most}`] : [];
    const wide = lines.flatMap((line, i) => {
      const columns = [...line].length;
      // What has no space, such as a regular expression or a URL, cannot be broken.
      const breakable = line.trim().includes(' ');
      return columns > MAX_COLUMNS && breakable ? [`${path}:${i + 1}: ${columns} columns`] : [];
    });
    return [...long, ...wide];
  });
}

/** What the house does without, and what to write in its place. */
const UNWANTED: readonly { readonly pattern: RegExp; readonly words: string }[] = [
  {
    // Where a type stands: after `:`, `<`, `|`, `as` and the like, or last in a list of type
    // arguments.
    pattern: /(?:[:<|&=]|\b(?:as|extends|is))\s*any\b(?!\s*[.(])|,\s*any\s*>/g,
    words: 'any: use unknown, and parse it',
  },
  { pattern: /\bexport\s+default\b|\bas\s+default\b/g, words: 'a default export: name it' },
  { pattern: /(?<![.\w$])enum\s+[A-Za-z_$]/g, words: 'an enum: use a union of literals' },
  {
    pattern: /(?<![.\w$])namespace\s+[A-Za-z_$]/g,
    words: 'a namespace: use a module',
  },
  { pattern: /@ts-(?:ignore|nocheck)/g, words: 'a silenced compiler: fix the type' },
];

export function unwanted(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(({ path, text }) => {
    const tokens = tokenize(text);
    const code = codeOf(tokens);
    const comments = tokens.filter((token) => token.kind === 'comment');
    return UNWANTED.flatMap(({ pattern, words }) =>
      [
        ...[...code.matchAll(pattern)].map((match) => lineOf(code, match.index)),
        ...comments
          .filter(
            (comment) => pattern.source.startsWith('@') && comment.text.search(pattern) !== -1,
          )
          .map((comment) => comment.line),
      ].map((line) => `${path}:${line}: ${words}`),
    );
  });
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** The folders whose every export says its shapes, units, errors and source. */
const DOCUMENTED = ['domain', 'policy', 'marking', 'crypto', 'ledger'];

const DECLARATION =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|const|let|class|type|interface)\s+([\w$]+)/;

/** The type of a list's members, which the list's comment describes. */
const MEMBERS = /^export\s+type\s+[\w$]+\s*=\s*\(typeof\s+([\w$]+)\)\[number\]/;

/**
 * Exports without a doc comment above them. Lines of exports that follow one another without a gap
 * are one group, whose first line's comment speaks for all of them.
 */
export function undocumented(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => DOCUMENTED.some((folder) => path.startsWith(`src/${folder}/`)))
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path, text }) =>
      undocumentedIn(text).map(({ name, line }) => `${path}:${line}: ${name} has no doc comment`),
    );
}

function undocumentedIn(text: string): { name: string; line: number }[] {
  const tokens = tokenize(text);
  const comments = docCommentEnds(tokens);
  const lines = new Set<number>();
  const names = new Set<string>();
  return codeOf(tokens)
    .split('\n')
    .flatMap((code, i) => {
      const line = i + 1;
      const name = DECLARATION.exec(code)?.[1];
      if (name === undefined) return [];
      const members = MEMBERS.exec(code)?.[1];
      const said = comments.has(line - 1) || lines.has(line - 1);
      if (!said && !(members !== undefined && names.has(members))) return [{ name, line }];
      lines.add(line);
      names.add(name);
      return [];
    });
}

/** The last line of every doc comment. */
function docCommentEnds(tokens: readonly Token[]): Set<number> {
  return new Set(
    tokens
      .filter(({ kind, text }) => kind === 'comment' && text.startsWith('/**'))
      .map(({ line, text }) => line + text.split('\n').length - 1),
  );
}
