import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, TocsinError } from '../../domain/errors.ts';
import { THREAD_ENVIRONMENT } from '../../main/client-parts.ts';
import type { Firm } from './cast.ts';
import type { VERBS } from './desks.ts';

/** One reader, as the story knows it: the keys and copies are in the readers' own thread. */
export type Reader = {
  readonly id: string;
  readonly participant: string;
  readonly firm: Firm;
  readonly label: string;
  /** Copies taken so far. */
  copies: number;
};

type Verbs = typeof VERBS;
export type Verb = keyof Verbs;

export type Request = {
  readonly id: number;
  /** What the clock says, ms since 1970: readers sign what they ask with it. */
  readonly now: number;
  readonly verb: Verb;
  readonly input: unknown;
};
export type Answer = { readonly id: number } & (
  | { readonly done: number }
  | { readonly value: unknown }
  | { readonly code: ErrorCode; readonly message: string }
);

/** All readers, at work in a thread of their own. */
export type Desks = {
  ask<V extends Verb>(
    verb: V,
    input: Parameters<Verbs[V]>[0],
    progress?: (done: number) => void,
  ): ReturnType<Verbs[V]>;
  close(): Promise<void>;
};

type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly progress: (done: number) => void;
};

/** Starts the thread. It has no part in what the issuer knows. */
export function openDesks(now: () => number): Desks {
  const file = new URL('./desk-thread.ts', import.meta.url);
  // Built, the compiler has renamed every module, this one too.
  const module = new URL(file.href.replace(/\.ts$/, extname(import.meta.filename)));
  const thread = new Worker(module, { env: THREAD_ENVIRONMENT });
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  thread.on('message', (answer: Answer) => {
    const one = waiting.get(answer.id);
    if (!one) return;
    if ('done' in answer) return one.progress(answer.done);
    waiting.delete(answer.id);
    if ('value' in answer) one.resolve(answer.value);
    else one.reject(new TocsinError(answer.code, answer.message));
  });
  thread.on('error', (error) => {
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  });
  return {
    ask(verb, input, progress = () => undefined) {
      asked += 1;
      const request: Request = { id: asked, now: now(), verb, input };
      const answer = new Promise<unknown>((resolve, reject) => {
        waiting.set(request.id, { resolve, reject, progress });
      });
      thread.postMessage(request);
      // What a verb answers crosses the threads unchanged.
      return answer as ReturnType<Verbs[typeof verb]>;
    },
    async close() {
      await thread.terminate();
    },
  };
}

/** A reader and its firm, by name. */
export function nameOf(id: string, readers: readonly Reader[]): string {
  const reader = readers.find((one) => one.id === id);
  return reader ? `${reader.label} of ${reader.firm.name}` : id;
}

/** A reader's firm, by name. */
export function firmOf(id: string, readers: readonly Reader[]): string {
  return readers.find((one) => one.id === id)?.firm.name ?? id;
}
