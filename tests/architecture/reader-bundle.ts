import type { SourceFile, Violation } from './sources.ts';

/** What a recipient runs, and all it may hold: its own code and what checks and opens a copy. */
const RECIPIENT = ['participant', 'crypto', 'ledger', 'formats', 'domain', 'cli'];

/** The doors it goes through, as everybody does: time, and the variable that names its home. */
const ITS_DOORS: readonly string[] = ['src/main/clock.ts', 'src/config/env.ts'];

/**
 * Inputs of the recipient's bundle that do not belong there: anything of ours from another folder
 * (`marking/` before all) and any package. `inputs` are paths from the repository's root, such as
 * the keys of a bundler's list of inputs, or what imports reach from the program's entry.
 */
export function foreignInputs(inputs: Iterable<string>): Violation[] {
  return [...inputs].flatMap((input) => {
    const path = input.replaceAll('\\', '/').replace(/^\.\//, '');
    const folder = /^src\/([^/]+)\//.exec(path)?.[1];
    if (folder !== undefined && RECIPIENT.includes(folder)) return [];
    if (ITS_DOORS.includes(path)) return [];
    return [`${path} is in the recipient’s program`];
  });
}

/**
 * The recipient's entries: the program's own, or as long as there is none, every file of its
 * folder.
 */
export function recipientEntries(files: readonly SourceFile[]): string[] {
  const own = files.map(({ path }) => path).filter((path) => path === 'src/cli/tocsin-reader.ts');
  const all = files
    .map(({ path }) => path)
    .filter((path) => path.startsWith('src/participant/') && !path.endsWith('.test.ts'));
  return [...own, ...all];
}
