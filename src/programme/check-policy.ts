import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TocsinError } from '../domain/errors.ts';
import type { PackCheck } from '../policy/check.ts';

/** A check that takes longer is given up: the pack is to be made simpler. */
const MAX_CHECK_MS = 60_000;

/** Memory a check may take beside ours, MiB. */
const MAX_HEAP_MIB = 512;

/** The one check under way, and those in line behind it. */
let inLine: Promise<unknown> = Promise.resolve();
let waiting = 0;
const MAX_WAITING = 4;

/**
 * Checks a policy pack given as its files' texts by name. The enumeration takes seconds of pure
 * computing, so it runs in a thread of its own, one at a time: meanwhile readers fetch.
 * @throws LIMIT_EXCEEDED when too many wait already, or the check takes longer than a minute.
 */
export async function checkPolicy(files: Readonly<Record<string, string>>): Promise<PackCheck> {
  if (waiting >= MAX_WAITING) {
    throw new TocsinError('LIMIT_EXCEEDED', `checks: expected at most ${MAX_WAITING} in line`);
  }
  waiting += 1;
  const turn = inLine.then(() => checkInThread(files));
  // The next one waits for this one's end, whichever way it ends.
  inLine = turn.catch(() => undefined);
  try {
    return await turn;
  } finally {
    waiting -= 1;
  }
}

async function checkInThread(files: Readonly<Record<string, string>>): Promise<PackCheck> {
  // The thread's file lies beside this one, as source and as built.
  const file = `./check-policy-thread${extname(import.meta.filename)}`;
  const thread = new Worker(new URL(file, import.meta.url), {
    workerData: files,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<PackCheck>((resolve, reject) => {
      timer = setTimeout(() => reject(tooLong()), MAX_CHECK_MS);
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => reject(new TocsinError('INTERNAL', 'the check ended unanswered')));
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

function tooLong(): TocsinError {
  return new TocsinError('LIMIT_EXCEEDED', 'check: expected a pack to be checked within a minute');
}
