import { importsOf, reachable, targetOf } from './imports.ts';
import { isTest, type SourceFile, type Violation } from './sources.ts';
import { tokenize } from './tokens.ts';

/** What a person or a machine starts: the two programs. */
export const PROGRAMS: readonly string[] = ['src/cli/tocsin.ts', 'src/cli/tocsin-reader.ts'];

/** Files of src/ that no program reaches, each with why it is there all the same. */
export const UNREACHED: Readonly<Record<string, string>> = {
  'src/http/openapi.ts': 'npm run generate makes openapi.json with it',
  'src/formats/csaf/render.ts': 'no route publishes an alert as CSAF yet',
  'src/formats/csaf/render-products.ts': 'a part of render.ts',
  'src/formats/csaf/render-vulnerability.ts': 'a part of render.ts',
  'src/formats/csaf/facts.ts': 'what render.ts takes',
  'src/policy/duties/breaches.ts': 'no verb confirms a breach yet',
  'src/policy/duties/dissemination.ts': 'no verb passes a notification on to a CSIRT yet',
  'src/policy/duties/intake-log.ts': 'there is no log of incoming reports yet',
  'src/policy/duties/pre-announcement.ts': 'no verb publishes a pre-announcement yet',
  'src/policy/duties/removal.ts': 'a removal names a word, whatever the pack says',
  'src/policy/eligibility/review.ts': 'no run goes through the members yet',
  'src/policy/embargo/step.ts': 'no verb proposes an embargo or revises one yet',
  'src/policy/embargo/proposals.ts': 'a part of step.ts',
  'src/policy/timing/own-embargo.ts': 'packs say it themselves: own_embargo_limit',
  'src/policy/use/breach.ts': 'no verb confirms a breach yet',
  'src/policy/use/child.ts': 'no verb opens an alert under another one yet',
  'src/policy/use/discussion.ts': 'messages are shown to whom they were sent, and never published',
  'src/policy/use/request.ts': 'no verb asks for a use yet',
};

/** The modules that a source starts as threads: `new URL('./x.ts', import.meta.url)`. */
function threadsOf({ path, text }: SourceFile): string[] {
  const tokens = tokenize(text).filter(({ kind }) => kind !== 'comment');
  return tokens.flatMap((token, at) => {
    const before = tokens[at - 1]?.text ?? '';
    if (token.kind !== 'string' || !/\bnew URL\(\s*$/.test(before)) return [];
    const target = token.text.endsWith('.ts') ? targetOf(path, token.text) : null;
    return target === null ? [] : [target];
  });
}

/** Every file that the programs reach, by imports and by the threads that they start. */
export function reachedFiles(files: readonly SourceFile[]): Set<string> {
  const threads = new Map(files.map((file) => [file.path, threadsOf(file)]));
  const entries = new Set(PROGRAMS);
  for (;;) {
    const reached = reachable(files, [...entries]);
    const started = [...reached].flatMap((path) => threads.get(path) ?? []);
    if (started.every((path) => entries.has(path))) return reached;
    for (const path of started) entries.add(path);
  }
}

/** Files that no program reaches and the list does not name, and the reverse. */
export function strayFiles(
  files: readonly SourceFile[],
  listed: Readonly<Record<string, string>>,
): Violation[] {
  const reached = reachedFiles(files);
  // Types of a package are of no program.
  const own = files.map(({ path }) => path).filter((path) => !isTest(path) && !isTypes(path));
  return [
    ...own
      .filter((path) => !reached.has(path) && !Object.hasOwn(listed, path))
      .map((path) => `${path}: no program reaches it, and UNREACHED does not say why`),
    ...Object.keys(listed)
      .filter((path) => reached.has(path))
      .map((path) => `${path}: a program reaches it; UNREACHED says that none does`),
    ...Object.keys(listed)
      .filter((path) => !own.includes(path))
      .map((path) => `${path}: named in UNREACHED, and not there`),
  ];
}

/** Something at the top of a file, such as what carries the tag of a rule. */
export type Declared = { readonly path: string; readonly symbol: string };

/**
 * Whether the programs ask what is declared there: they reach its file, and it is named a second
 * time in it, or in a file they reach that imports it.
 */
export function askedIn(files: readonly SourceFile[]): (declared: Declared) => boolean {
  const reached = reachedFiles(files);
  const known = files
    .filter(({ path }) => reached.has(path) && !isTest(path))
    .map((file) => ({ path: file.path, imports: targetsOf(file), words: wordsOf(file) }));
  return ({ path, symbol }) =>
    known.some((file) => {
      const named = file.words.filter((word) => word === symbol).length;
      return file.path === path ? named > 1 : named > 0 && file.imports.includes(path);
    });
}

function targetsOf({ path, text }: SourceFile): (string | null)[] {
  return importsOf(text).map(({ specifier }) => specifier && targetOf(path, specifier));
}

function wordsOf({ text }: SourceFile): string[] {
  return tokenize(text).flatMap(({ kind, text: code }) =>
    kind === 'code' ? (code.match(/\w+/g) ?? []) : [],
  );
}

function isTypes(path: string): boolean {
  return path.endsWith('.d.ts');
}
