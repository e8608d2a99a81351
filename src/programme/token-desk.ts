import { HOUR_MS, type Instant, instant } from '../domain/instant.ts';
import type { Store } from '../store/database.ts';
import { type FoundToken, tokensByHash } from '../store/programme-store.ts';
import { noteTokenUses } from '../store/session-store.ts';

/** Who holds a token, by its hash. */
export type TokenDesk = {
  /** Null for a token that is unknown, revoked, or whose reader was removed. */
  holder(hash: Buffer): Promise<FoundToken | null>;
  /** A token was used: kept here by the hour, so that no request waits for it to be written. */
  used(id: string, now: Instant): void;
  /** Writes what was used since it was last called, in one statement; most often nothing. */
  writeUses(): Promise<void>;
};

/** As many in one statement; more wait for the next. */
const MOST_AT_ONCE = 256;
/** One statement at a time, and after this another beside it: one that hangs keeps nobody out. */
const LATE_MS = 50;
const STATEMENTS = 2;

/**
 * Looks tokens up as the store has them at that moment: nothing is kept, so a revoked token is dead
 * at once. Requests that come while lookups are under way are looked up together in the next one;
 * under load that is one round trip for many instead of one for each.
 */
export function openTokenDesk(store: Store): TokenDesk {
  let waiting: Waiting[] = [];
  let busy = 0;
  const serve = async (): Promise<void> => {
    busy += 1;
    while (waiting.length > 0) {
      const asked = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(MOST_AT_ONCE);
      const late = setInterval(() => {
        if (busy < STATEMENTS) void serve();
      }, LATE_MS).unref();
      try {
        const hashes = asked.map(({ hash }) => hash);
        const found = await store.lookup((tx) => tokensByHash(tx, hashes));
        for (const { hash, answer } of asked) answer(found.get(hash.toString('hex')) ?? null);
      } catch (error) {
        for (const { refuse } of asked) refuse(error);
      } finally {
        clearInterval(late);
      }
    }
    busy -= 1;
  };
  const lastHour = new Map<string, Instant>();
  let unwritten = new Map<string, Instant>();
  return {
    used(id, now) {
      const hour = instant(Math.floor(now / HOUR_MS) * HOUR_MS);
      if (lastHour.get(id) === hour) return;
      lastHour.set(id, hour);
      unwritten.set(id, hour);
    },
    async writeUses() {
      if (unwritten.size === 0) return;
      const uses = unwritten;
      unwritten = new Map();
      try {
        await store.lookup((tx) => noteTokenUses(tx, uses));
      } catch (error) {
        unwritten = new Map([...uses, ...unwritten]);
        throw error;
      }
    },
    holder: (hash) =>
      new Promise((answer, refuse) => {
        waiting.push({ hash, answer, refuse });
        if (busy === 0) void serve();
      }),
  };
}

type Waiting = {
  readonly hash: Buffer;
  readonly answer: (found: FoundToken | null) => void;
  readonly refuse: (error: unknown) => void;
};
