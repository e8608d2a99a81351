/** The thread of `readers.ts`: readers share nothing with the issuer but HTTP. */
import { parentPort } from 'node:worker_threads';
import { TocsinError } from '../../domain/errors.ts';
import { setTime, VERBS } from './desks.ts';
import type { Answer, Request } from './readers.ts';

const say = (answer: Answer) => parentPort?.postMessage(answer);

parentPort?.on('message', ({ id, now, verb, input }: Request) => {
  setTime(now);
  const progress = (done: number) => say({ id, done });
  // The main side types verb and input together; they cannot cross as one type.
  const work = VERBS[verb] as (
    input: unknown,
    progress: (done: number) => void,
  ) => Promise<unknown>;
  work(input, progress).then(
    (value) => say({ id, value }),
    (error: unknown) => say({ id, ...problemOf(error) }),
  );
});

function problemOf(error: unknown) {
  if (error instanceof TocsinError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? (error.stack ?? error.message) : 'unknown';
  return { code: 'INTERNAL', message } as const;
}
