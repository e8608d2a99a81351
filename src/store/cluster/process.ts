import { readFile } from 'node:fs/promises';

/** Whether a process lives; a zombie nobody has waited for does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It lives, but belongs to another user.
    return hasCode(error, 'EPERM');
  }
  const state = (await processStat(pid))?.[0];
  return state !== 'Z' && state !== 'X';
}

/**
 * When a process started, in ticks since the machine did: with the pid it names one process for
 * ever, where a pid alone is given out again. Null where there is no /proc.
 */
export async function startOf(pid: number): Promise<string | null> {
  return (await processStat(pid))?.[19] ?? null;
}

/**
 * Fields 3 and on of /proc/PID/stat (proc(5)). The name before them may hold spaces and brackets.
 */
async function processStat(pid: number): Promise<string[] | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? null;
}

export function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself, which is what the signal asks for.
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** What PostgreSQL says of a full disk; the second where a part of a block still went in. */
export const NO_SPACE = /No space left|Check free disk space/;
