import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * Does each work in a thread of its own that runs `module` again, as many at a time as there are
 * processors, in the given order. The module posts one message, its answer.
 */
export async function inThreads<Work, Answer>(
  module: string,
  works: readonly Work[],
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = [...works.entries()];
  const next = async (): Promise<void> => {
    const [index, work] = left.shift() ?? [-1];
    if (index < 0) return;
    const worker = new Worker(new URL(module), { workerData: work, argv: process.argv.slice(2) });
    answers[index] = await new Promise<Answer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await next();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
  return answers;
}
