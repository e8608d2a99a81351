import { type Instant, instant } from '../../domain/instant.ts';
import { clockMark } from '../../store/clock-store.ts';
import type { Context } from '../context.ts';
import { runTick } from './run-tick.ts';

/**
 * One tick at a start, by the last time that was certain before it: what a process that died had
 * promised is kept by the time that it was promised in, however long nobody served. It comes before
 * the mark of that time moves on, and before anybody is answered; always, so that the log does not
 * tell whether something waited. Not at the very first start, when nothing was promised yet.
 * @throws as `runTick`. Killed after its commit, the next start makes another.
 */
export async function tickAtStart(context: Context, wall: Instant): Promise<void> {
  const mark = await context.store.lookup(clockMark);
  if (mark !== null) await runTick(context, instant(Math.min(wall, mark.highWater)));
}
