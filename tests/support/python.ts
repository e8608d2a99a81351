import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Python of the system, as the sandbox has it. */
const PYTHON = '/usr/bin/python3';

/** Why its tests are skipped; false where there is one. */
export const withoutPython: string | false =
  spawnSync(PYTHON, ['--version']).status === 0 ? false : 'no Python in /usr/bin';

/**
 * The forms that CPython's own parser gives scripts (`python-form.py`), null for what does not
 * compile.
 */
export function formsOf(scripts: readonly string[]): (string | null)[] {
  const program = join(import.meta.dirname, 'python-form.py');
  const { stdout, status, stderr } = spawnSync(PYTHON, ['-W', 'ignore', program], {
    input: JSON.stringify(scripts),
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`python-form.py: ${stderr}`);
  return JSON.parse(stdout) as (string | null)[];
}
