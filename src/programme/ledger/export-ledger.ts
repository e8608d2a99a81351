import { exportHeader, exportTick } from '../../ledger/export.ts';
import {
  eventsOfTicks,
  latestCheckpoint,
  type PlacedEvent,
  type TickRow,
  ticksBetween,
} from '../../store/ledger-store.ts';
import type { Context } from '../context.ts';
import { logVerifierKey, missing } from './stored-log.ts';

/** How much of the ledger is read at once. Most ticks are idle, and one may hold 2^20 events. */
export type ExportPage = { readonly ticks: number; readonly events: number };

const PAGE: ExportPage = { ticks: 1_000, events: 1_000 };

/**
 * The whole ledger line by line, for an outside verifier (docs/formats/ledger-export.md). In memory
 * are a page of ticks, and of events a page or one tick's. Placed ticks and entries never change,
 * so that what is read one after the other belongs together without a transaction.
 * @throws LEDGER_TAMPERED when a tick is missing.
 */
export async function* exportLedger(context: Context, page = PAGE): AsyncGenerator<string> {
  const { lookup } = context.store;
  const checkpoint = await lookup(latestCheckpoint);
  if (!checkpoint) return;
  yield exportHeader({
    origin: context.origin,
    verifierKey: logVerifierKey(context),
    checkpoint: checkpoint.note,
  });
  for (let from = 0; from < checkpoint.size; from += page.ticks) {
    const below = Math.min(from + page.ticks, checkpoint.size);
    const ticks = await lookup((tx) => ticksBetween(tx, from, below));
    requireAll(ticks, from, below);
    for (const run of runsOf(ticks, page.events)) yield* exportRun(context, run);
  }
}

function requireAll(ticks: readonly TickRow[], from: number, below: number): void {
  for (let tick = from; tick < below; tick++) {
    if (ticks[tick - from]?.tick !== tick) throw missing(tick);
  }
}

/** Neighbouring ticks that hold at most so many events together; one that holds more is alone. */
function runsOf(ticks: readonly TickRow[], most: number): TickRow[][] {
  const runs: TickRow[][] = [];
  let room = 0;
  for (const tick of ticks) {
    const run = runs.at(-1);
    if (run && tick.events <= room) {
      run.push(tick);
      room -= tick.events;
    } else {
      runs.push([tick]);
      room = most - tick.events;
    }
  }
  return runs;
}

async function* exportRun(context: Context, run: readonly TickRow[]): AsyncGenerator<string> {
  const [first, last] = [run[0]?.tick ?? 0, run.at(-1)?.tick ?? 0];
  const events = await context.store.lookup((tx) => eventsOfTicks(tx, first, last));
  const byTick = Map.groupBy(events, ({ tick }) => tick);
  for (const { tickKey, ...tick } of run) {
    const placed = (byTick.get(tick.tick) ?? []).map(placedEvent);
    yield exportTick({ ...tick, key: tickKey, events: placed });
  }
}

function placedEvent({ position, ...event }: PlacedEvent) {
  return { ...event, position: position ?? 0 };
}
