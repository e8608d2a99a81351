import { type ChildUser, runChild } from './child.ts';

/** Of util-linux, which Debian always has. */
const PROGRAM = 'chrt';
const ARGUMENTS = ['--batch', '0'] as const;

/**
 * What to put before a program's name so that Linux schedules it and its children as batch work
 * (sched(7), SCHED_BATCH): at equal priority, but woken without interrupting whoever woke it.
 * Every statement of ours wakes a backend; as interactive work it took the CPU from the server in
 * the middle of its write, and on two CPUs that cost a fetch a tenth. Empty where it cannot be had.
 */
export async function asBatch(user: ChildUser | null): Promise<readonly string[]> {
  const { code } = await runChild(PROGRAM, [...ARGUMENTS, 'true'], { user: user ?? undefined });
  return code === 0 ? [PROGRAM, ...ARGUMENTS] : [];
}
