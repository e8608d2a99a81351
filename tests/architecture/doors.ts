import { importsOf } from './imports.ts';
import { isTest, type SourceFile, type Violation } from './sources.ts';
import { type Token, tokenize } from './tokens.ts';

/** What the world outside the program is reached through, and by whom alone. */
type Door = {
  readonly name: string;
  /** Paths of src/ behind the door: a file, or a folder with a closing slash. */
  readonly open: readonly string[];
  /** Packages and built-in modules that are the door. */
  readonly packages?: RegExp;
  /** Code that goes through it without an import. */
  readonly code?: RegExp;
};

const DOORS: readonly Door[] = [
  {
    name: 'the environment',
    open: ['src/config/env.ts'],
    code: anyOf(
      /\bprocess\s*(?:\?\.|\.)\s*env\b/,
      /\bprocess\s*\[/,
      /\{[^{}]*\benv\b[^{}]*\}\s*=\s*process\b/,
    ),
    packages: /^(?:node:)?process$/,
  },
  {
    name: 'the clock',
    open: ['src/main/clock.ts'],
    code: anyOf(
      /\bDate\s*(?:\?\.|\.)\s*now\b/,
      // `new Date()` and `new Date` without arguments, and `Date()`, which returns text.
      /\bnew\s+Date\s*(?:\(\s*\)|(?![\s(\w]))/,
      /(?<!\bnew\s+)(?<![.\w])Date\s*\(/,
      /\bperformance\s*(?:\?\.|\.)\s*(?:now|timeOrigin|mark)\b/,
      /\bhrtime\b/,
      /\bprocess\s*\.\s*uptime\b/,
      /\bTemporal\s*\.\s*Now\b/,
    ),
    packages: /^(?:node:)?perf_hooks$/,
  },
  { name: 'SQL', open: ['src/store/'], packages: /^(?:pg|pg-.*|kysely|postgres)(?:\/|$)/ },
  { name: 'fastify', open: ['src/http/', 'src/main/'], packages: /^@?fastify(?:\/|$)/ },
  {
    name: 'cryptography',
    open: ['src/crypto/'],
    packages: anyOf(
      /^(?:node:)?crypto$/,
      /^(?:age-encryption|openpgp|jose|tweetnacl|@simplewebauthn\/server|libsodium.*|argon2|bcrypt.*)(?:\/|$)/,
      /^@(?:noble|node-rs)\//,
    ),
    // Web Crypto is there without an import; Math.random would be a secret that can be guessed.
    code: anyOf(
      /(?<![.\w])crypto\s*\.\s*(?:subtle|randomUUID|getRandomValues)\b/,
      /\bglobalThis\s*\.\s*crypto\b/,
      /\bMath\s*\.\s*random\b/,
    ),
  },
  {
    name: 'the identity provider',
    open: ['src/main/identity-provider.ts'],
    packages: /^(?:openid-client|oauth4webapi)(?:\/|$)/,
  },
  {
    // What somebody sent takes seconds: compiled in a thread, or by those who put it in force.
    name: 'compiling a pack',
    open: [
      'src/programme/policy-shelf.ts',
      'src/programme/policy/compare-policies-thread.ts',
      'src/programme/alert/plan-dates-thread.ts',
      'src/programme/policy/change-policy.ts',
      'src/programme/policy/create-programme.ts',
      'src/main/pack-folder.ts',
    ],
    code: /\bcompileFiles\b/g,
  },
  {
    name: 'child processes',
    open: ['src/store/cluster/child.ts', 'src/main/sandbox/run.ts', 'src/cli/reader/gpg.ts'],
    packages: /^(?:node:)?(?:child_process|cluster)$|^execa$|^cross-spawn$/,
  },
];

/** One pattern that finds all of them, everywhere. */
function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map((pattern) => pattern.source).join('|'), 'g');
}

/** Uses of a door by files that are not behind it. */
export function closedDoors(files: readonly SourceFile[]): Violation[] {
  return files.filter(({ path }) => path.startsWith('src/') && !isTest(path)).flatMap(throughDoors);
}

function throughDoors({ path, text }: SourceFile): Violation[] {
  const imports = importsOf(text);
  const code = codeOf(tokenize(text));
  return DOORS.filter((door) => !isOpen(door, path)).flatMap((door) => {
    const imported = imports
      .filter(
        ({ specifier }) =>
          specifier !== null && door.packages && specifier.search(door.packages) !== -1,
      )
      .map(({ specifier, line }) => ({ what: `imports ${specifier}`, line }));
    const used = door.code ? matches(code, door.code) : [];
    return [...imported, ...used].map(
      ({ what, line }) =>
        `${path}:${line}: ${what}, but ${door.name} is for ${door.open.join(', ')}`,
    );
  });
}

function isOpen(door: Door, path: string): boolean {
  return door.open.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));
}

/** The program text with all else blanked, lines kept. */
export function codeOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ kind, text }) =>
      kind === 'code' ? text : `''${'\n'.repeat(text.split('\n').length - 1)}`,
    )
    .join('');
}

function matches(text: string, pattern: RegExp): { what: string; line: number }[] {
  return [...text.matchAll(pattern)].map((match) => ({
    what: match[0].replace(/\s+/g, ' ').trim(),
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** The one function that reads the database's clock, to compare it with ours. */
const DATABASE_CLOCK = 'src/store/clock.ts';

/** Every way PostgreSQL tells the time (PostgreSQL manual, "Current Date/Time"). */
const SQL_CLOCK = ignoringCase(
  anyOf(
    /\bnow\s*\(/,
    /\bcurrent_(?:timestamp|date|time)\b/,
    /\blocaltime(?:stamp)?\b/,
    /\b(?:clock|statement|transaction)_timestamp\b/,
    /\btimeofday\s*\(/,
    /'(?:now|today|tomorrow|yesterday)'/,
  ),
);

function ignoringCase(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, 'gi');
}

/** A function called through a query builder by its name: `fn('now')`. */
const SQL_CLOCK_NAME = /^(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|today)$/i;

/** SQL that reads a clock: in the strings of src/store, and in migrations. */
export function sqlClocks(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.startsWith('src/') && path !== DATABASE_CLOCK && !isTest(path))
    .flatMap(({ path, text }) =>
      (path.endsWith('.sql')
        ? inSql(text)
        : path.startsWith('src/store/')
          ? inStrings(text)
          : []
      ).map(
        ({ what, line }) => `${path}:${line}: ${what} in SQL, which only ${DATABASE_CLOCK} may ask`,
      ),
    );
}

function inSql(text: string) {
  const blank = (comment: string) => comment.replace(/[^\n]/g, ' ');
  return matches(text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, blank), SQL_CLOCK);
}

function inStrings(text: string) {
  return tokenize(text)
    .filter((token) => token.kind === 'string')
    .flatMap((token) => [
      ...matches(token.text, SQL_CLOCK).map(({ what, line }) => ({
        what,
        line: token.line + line - 1,
      })),
      ...(SQL_CLOCK_NAME.test(token.text) ? [{ what: token.text, line: token.line }] : []),
    ]);
}
