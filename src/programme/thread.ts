import { getCompileCacheDir } from 'node:module';
import { dirname, extname } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { type ErrorCode, TocsinError } from '../domain/errors.ts';
import { inLine } from './line.ts';

/** Work in a thread that takes longer is given up. */
const MAX_MS = 60_000;
/** Memory it may take beside ours, MiB. */
const MAX_HEAP_MIB = 512;
/**
 * A thread has nothing of our environment, but where compiled code is kept, if it is: with it, it
 * starts three times as fast.
 */
export const THREAD_ENVIRONMENT = environmentWith(getCompileCacheDir());

function environmentWith(compiled: string | undefined): { readonly NODE_COMPILE_CACHE?: string } {
  // The folder told is that of this version of Node, in the one that was named.
  return compiled === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compiled) };
}

/** What a thread answers: errors cannot cross as what they are. */
type Answer<T> =
  | { readonly value: T }
  | { readonly code: ErrorCode; readonly message: string; readonly field: string | null };

/**
 * Runs a file of this folder in a thread of its own, one at a time: for seconds of pure computing
 * on what somebody sent, while readers go on being served. It starts with nothing of ours but
 * `data`, `THREAD_ENVIRONMENT`, and memory and time of its own.
 * @param file a module that calls `answerFrom`; as source, ending in `.ts`.
 * @param what names what is worked on, in messages.
 * @throws what the work throws; LIMIT_EXCEEDED when too much waits, or it exceeds time or memory.
 */
export async function inThread<T>(
  file: URL,
  what: string,
  data: unknown,
  maxMs = MAX_MS,
): Promise<T> {
  return inLine(file.href, what, () => run<T>(file, what, data, maxMs));
}

async function run<T>(file: URL, what: string, data: unknown, maxMs: number): Promise<T> {
  // Built, the compiler has renamed every module, this one too.
  const module = new URL(file.href.replace(/\.ts$/, extname(import.meta.filename)));
  const thread = new Worker(module, {
    workerData: data,
    env: THREAD_ENVIRONMENT,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Answer<T>>((resolve, reject) => {
      const late = () => reject(beyond(what, `to be done within ${maxMs / 1000} s`));
      timer = setTimeout(late, maxMs);
      thread.once('message', resolve);
      thread.once('error', (error) => reject(asLimit(what, error)));
      thread.once('exit', () => reject(new TocsinError('INTERNAL', 'a thread ended unanswered')));
    });
    if ('value' in answer) return answer.value;
    const { code, message, field } = answer;
    throw new TocsinError(code, message, field === null ? {} : { field });
  } finally {
    clearTimeout(timer);
    // Not awaited: in native code a thread ends when that returns, and nobody need wait for it.
    void thread.terminate();
  }
}

function asLimit(what: string, error: Error & { readonly code?: unknown }): Error {
  const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory ? beyond(what, `to be done within ${MAX_HEAP_MIB} MiB`) : error;
}

function beyond(what: string, limit: string): TocsinError {
  return new TocsinError('LIMIT_EXCEEDED', `${what}: expected ${limit}`);
}

/** The thread's side: works on what it was given, and answers. Other errors than ours end it. */
export async function answerFrom<D, T>(work: (data: D) => T | Promise<T>): Promise<void> {
  parentPort?.postMessage(await answerOf(() => work(workerData as D)));
}

async function answerOf<T>(work: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof TocsinError)) throw error;
    const { code, message, field } = error;
    return { code, message, field };
  }
}
