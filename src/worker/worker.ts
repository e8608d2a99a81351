import type { ErrorCode } from '../domain/errors.ts';
import { HOUR_MS, type Instant, plus } from '../domain/instant.ts';
import type { Context } from '../programme/context.ts';
import { doDue } from '../programme/due/do-due.ts';
import { type ClockLook, type ClockReading, guardClock } from '../programme/ledger/guard-clock.ts';
import { guardLedger } from '../programme/ledger/guard-ledger.ts';
import { commitTick, pinTick } from '../programme/ledger/run-tick.ts';
import { remindDue } from '../programme/release/remind.ts';

/** What one cycle did. */
export type CycleResult = ClockLook & {
  readonly batches: number;
  /** Codes of what kept announced acts from taking effect, which fails no cycle. */
  readonly failed: readonly ErrorCode[];
  readonly ticked: boolean;
};

/** The worker's memory between cycles: when the ledger ticks, and members are reminded, next. */
export type WorkerState = { nextTick: Instant | null; nextReminders: Instant | null };

/** Whoever is silent has a day; to look at all alerts at each cycle would be for nothing. */
const REMINDERS_EVERY_MS = HOUR_MS;

/**
 * One cycle: compare the ledger with its pin and the clocks with each other, end invitations nobody
 * answered, release what is due, tick if it is time. Every step is idempotent and resumes by
 * itself, so a cycle that fails anywhere is simply followed by the next. While the clock is doubted
 * nothing is released, and what fails fails the cycle at its end: the ledger goes on ticking, since
 * promises are kept, silent members are reminded, and uses of tokens written. As long as a tick
 * cannot be pinned, each cycle tries, and fails at its end.
 * @throws LEDGER_ROLLBACK, LEDGER_TAMPERED: then nothing is done at all. Else what the first step
 * that failed threw.
 */
export async function runCycle(
  context: Context,
  reading: ClockReading,
  state: WorkerState,
): Promise<CycleResult> {
  await guardLedger(context);
  const { wall } = reading;
  const look = await guardClock(context, reading);
  const { doubted } = look;
  const thrown: unknown[] = [];
  const step = async <T>(run: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      thrown.push(error);
      return otherwise;
    }
  };
  const none = { batches: 0, failed: [] };
  const { batches, failed } = doubted ? none : await step(() => doDue(context, wall), none);
  // The ledger may have been found to be another one meanwhile.
  const sound = context.ledger.fault === null;
  if (!doubted && sound) await step(() => remind(context, wall, state), undefined);
  // What was promised with copies does not wait for what cannot be released.
  const ticked = await step(() => tick(context, wall, state), false);
  await step(() => context.tokens.writeUses(), undefined);
  if (thrown.length > 0) throw thrown[0];
  return { ...look, batches, failed, ticked };
}

async function remind(context: Context, wall: Instant, state: WorkerState): Promise<void> {
  if (!isTime(wall, state.nextReminders, REMINDERS_EVERY_MS)) return;
  await remindDue(context, wall);
  state.nextReminders = plus(wall, REMINDERS_EVERY_MS);
}

async function tick(context: Context, wall: Instant, state: WorkerState): Promise<boolean> {
  const ticks = isTime(wall, state.nextTick, context.tickMs);
  if (ticks) {
    await commitTick(context, wall);
    // From now on, not from the missed time: missed ticks are not made up. And once it is
    // committed, whether it can be pinned or not: the log would tell of what fails here.
    state.nextTick = plus(wall, context.tickMs);
  }
  await pinTick(context);
  return ticks;
}

/** A clock that was put back must not put the next tick off by as much: more than a tick is no. */
function isTime(wall: Instant, next: Instant | null, tickMs: number): boolean {
  return next === null || wall >= next || next - wall > tickMs;
}
