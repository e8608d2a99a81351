import { TocsinError } from '../domain/errors.ts';

/** How many of one kind of work may be in line, the one under way included. */
const MAX_IN_LINE = 5;

/** Who comes after whom: a line for each kind of work, so that one kind never waits for another. */
type Line = { last: Promise<unknown>; length: number };
const lines = new Map<string, Line>();

/**
 * Does work of one kind one at a time, in the order in which it was asked for.
 * @param what names what is worked on, in messages.
 * @throws what the work throws; LIMIT_EXCEEDED when too much waits.
 */
export async function inLine<T>(kind: string, what: string, work: () => Promise<T>): Promise<T> {
  const line = lines.get(kind) ?? { last: Promise.resolve(), length: 0 };
  lines.set(kind, line);
  if (line.length >= MAX_IN_LINE) {
    throw new TocsinError('LIMIT_EXCEEDED', `${what}: expected at most ${MAX_IN_LINE} in line`);
  }
  line.length += 1;
  const turn = line.last.then(work);
  // The next one waits for this one's end, whichever way it ends.
  line.last = turn.catch(() => undefined);
  try {
    return await turn;
  } finally {
    line.length -= 1;
  }
}
