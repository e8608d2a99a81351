import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../config/config.ts';
import { type ProgrammeId, parseId } from '../domain/ids.ts';
import { type Instant, instant, plus, SECOND_MS } from '../domain/instant.ts';
import type { Role } from '../programme/act.ts';
import { readVitals } from '../programme/ledger/read-vitals.ts';
import { addPerson } from '../programme/people/people.ts';
import { createProgramme } from '../programme/policy/create-programme.ts';
import { type DeliveryRow, deliveriesOf } from '../store/delivery-reader.ts';
import { virtualClock } from './clock.ts';
import { type FailpointGate, failpointGate } from './failpoint-gate.ts';
import { readPack } from './packs.ts';
import { serve } from './serve.ts';

/** How often it looks whether something happened, real time. */
const IDLE_MS = 500;

/**
 * A whole Tocsin, API included, under a clock that the caller sets: a story may be played on it.
 */
export type Rehearsal = {
  readonly url: string;
  readonly programme: ProgrammeId;
  /** Lines to tell the operator at start. */
  readonly notes: readonly string[];
  now(): Instant;
  /**
   * Lets time pass until `to`: the ledger ticks on the way, busy or idle, and waves that fall due
   * are released. Returns the number of ticks.
   */
  advance(to: Instant): Promise<number>;
  /** A person of the issuer, and their token. */
  person(name: string, roles: readonly Role[]): Promise<string>;
  /** Every copy of the alert that was handed out, oldest first. */
  deliveries(alert: string): Promise<readonly DeliveryRow[]>;
  /** Goes on until `ended`: whenever something has happened, the time of one tick passes. */
  serveUntil(ended: Promise<unknown>): Promise<void>;
  /** Holds a fetch up between its decision and its record. */
  readonly gate: FailpointGate;
  /** Ends everything in order. */
  stop(): Promise<void>;
};

export type RehearsalOptions = {
  /** An empty folder, or one to be made. */
  readonly dataDir: string;
  readonly listen: string;
  readonly start: Instant;
  readonly tickMs: number;
  readonly pack: string;
  readonly readerCap: number;
};

/** Starts it, with a database of its own and one programme; environment variables play no part. */
export async function openRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { dataDir, listen, start, tickMs, pack, readerCap } = options;
  const config = parseConfig(
    {
      TOCSIN_DATA: dataDir,
      TOCSIN_LISTEN: listen,
      TOCSIN_ORIGIN: 'demo.tocsin.invalid/ledger',
      TOCSIN_TICK_SECONDS: String(tickMs / SECOND_MS),
    },
    dataDir,
  );
  const clock = virtualClock(start);
  const gate = failpointGate();
  const reached = gate.reached;
  const { parts, url, stop } = await serve(config, { clock, worker: false, reached });
  try {
    const { context, notes } = parts;
    const policy = await readPack(pack);
    const name = 'Demonstration programme';
    const programme = await createProgramme(context, { name, readerCap, policy }, start);
    await parts.cycle();
    const advance = async (to: Instant) => {
      let ticks = 0;
      while (clock.now() < to) {
        clock.set(instant(Math.min(plus(clock.now(), tickMs), to)));
        if ((await parts.cycle()).ticked) ticks += 1;
      }
      return ticks;
    };
    return {
      url,
      programme,
      notes,
      gate,
      now: clock.now,
      advance,
      async serveUntil(ended) {
        let serving = true;
        const over = ended.then(() => {
          serving = false;
        });
        while (serving) {
          const { eventsUnplaced } = await readVitals(context, clock.now());
          if (eventsUnplaced > 0) await advance(plus(clock.now(), tickMs));
          await Promise.race([over, sleep(IDLE_MS, null, { ref: false })]);
        }
      },
      async person(personName, roles) {
        const now = clock.now();
        return context.store.issuer(
          async (tx) => (await addPerson(tx, personName, roles, now)).token,
        );
      },
      deliveries: (alert) =>
        context.store.issuer((tx) => deliveriesOf(tx, parseId<'alert'>(alert, 'alert'))),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
