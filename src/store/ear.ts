import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Login } from './login.ts';

/** What to do about what is heard. */
export type Hearing = {
  /** It was committed that a participant, reader or person may have less, or nothing any more. */
  cut(holder: string): void;
  /** For a while nothing could be heard: what began before now may be what was to be cut. */
  deaf(): void;
};

/** A connection that hears what any process commits. */
export type Ear = { close(): Promise<void> };

/** What is told on, by `tellCut`. */
export const CUT_CHANNEL = 'tocsin_cut';
/** How often the connection is tried, and after how long a silence it counts as lost. */
const BEAT_MS = 1_000;
const SILENCE_MS = 5_000;
const RETRY_MS = 500;

/**
 * Hears from here on. When the connection is lost `deaf` is called, and again at each attempt to
 * open another, the one that succeeds included: after it nothing is left that was not heard of.
 * @throws what the driver throws, when the first attempt fails.
 */
export async function openEar(login: Login, hearing: Hearing): Promise<Ear> {
  const closing = new AbortController();
  let client = await listen(login, hearing);
  const running = (async () => {
    while (!closing.signal.aborted) {
      await lost(client, closing.signal);
      if (!closing.signal.aborted) hearing.deaf();
      await client.end().catch(() => undefined);
      const again = await reopened(login, hearing, closing.signal);
      if (again === null) return;
      client = again;
    }
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function listen(login: Login, hearing: Hearing): Promise<pg.Client> {
  const client = new pg.Client({
    ...('url' in login ? { connectionString: login.url } : login),
    connectionTimeoutMillis: SILENCE_MS,
    query_timeout: SILENCE_MS,
  });
  // Whether it is lost is looked for elsewhere; without a listener Node would end.
  client.on('error', () => undefined);
  client.on('notification', ({ payload = '' }) => hearing.cut(payload));
  try {
    await client.connect();
    await client.query(`listen ${CUT_CHANNEL}`);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** Resolves when the connection has ended or gives no answer, or at the signal. */
async function lost(client: pg.Client, closing: AbortSignal): Promise<void> {
  const gone = new AbortController();
  client.once('end', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  while (!signal.aborted) {
    await sleep(BEAT_MS, null, { ref: false, signal }).catch(() => undefined);
    if (!signal.aborted) await client.query('select 1').catch(() => gone.abort());
  }
}

/** Null at the signal. */
async function reopened(
  login: Login,
  hearing: Hearing,
  signal: AbortSignal,
): Promise<pg.Client | null> {
  while (!signal.aborted) {
    const client = await listen(login, hearing).catch(() => null);
    hearing.deaf();
    if (client) return client;
    await sleep(RETRY_MS, null, { ref: false, signal }).catch(() => undefined);
  }
  return null;
}
