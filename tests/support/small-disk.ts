import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

/** A disk in memory that can be filled to its last block, and be given more room. */
export type SmallDisk = {
  /** Where it is mounted; the database's user may pass through. */
  readonly path: string;
  resize(mib: number): Promise<void>;
  /** Leaves so much room, and no more. */
  fill(leftKib?: number): Promise<void>;
  empty(): Promise<void>;
  unmount(): Promise<void>;
};

/** Why there is none here: whoever may not mount has no disk to fill. */
export type NoDisk = { readonly reason: string };

export async function mountSmallDisk(mib: number): Promise<SmallDisk | NoDisk> {
  const path = await temporaryFolder();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=711`, 'tmpfs', path]);
  } catch (error) {
    await rm(path, { recursive: true });
    const reason = error instanceof Error ? error.message.replaceAll('\n', ' ') : 'mount failed';
    return { reason: `no small disk can be mounted here: ${reason}` };
  }
  const filler = join(path, 'filler');
  return {
    path,
    async resize(next) {
      await run('mount', ['-o', `remount,size=${next}m`, path]);
    },
    async fill(leftKib = 0) {
      await fillUp(filler);
      if (leftKib === 0) return;
      const file = await open(filler, 'r+');
      await file.truncate((await file.stat()).size - leftKib * 1024);
      await file.close();
    },
    async empty() {
      await rm(filler, { force: true });
    },
    async unmount() {
      // A process of the database may take a moment to leave.
      await run('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function fillUp(path: string): Promise<void> {
  const file = await open(path, 'a');
  try {
    for (const bytes of [1 << 20, 4096]) {
      const block = Buffer.alloc(bytes);
      while (await fits(() => file.write(block))) {
        // Until it is full.
      }
    }
  } finally {
    await file.close();
  }
}

async function fits(write: () => Promise<{ readonly bytesWritten: number }>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
