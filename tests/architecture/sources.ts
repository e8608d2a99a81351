import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export type SourceFile = {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
};

/** `path:line: what is wrong`. */
export type Violation = string;

export const ROOT = join(import.meta.dirname, '../..');

/** All files with one of the endings below the folders. */
export function readSources(
  folders: readonly string[],
  endings: readonly string[] = ['.ts'],
): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({
        path: relative(ROOT, path).split(sep).join('/'),
        text: readFileSync(path, 'utf8'),
      })),
  );
}

export function isTest(path: string): boolean {
  return path.startsWith('tests/') || /\.test\.ts$/.test(path);
}

/** Fails naming every violation, one a line. */
export function expectNone(violations: readonly Violation[]): void {
  assert.equal(violations.length, 0, `${violations.length} found:\n${violations.join('\n')}`);
}
