import { chmod, rm } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { TocsinError } from '../domain/errors.ts';
import { type Instant, SECOND_MS } from '../domain/instant.ts';
import { buildApp } from '../http/app.ts';
import { openLines } from '../http/lines.ts';
import { createMetrics } from '../http/metrics.ts';
import { buildOperatorApp } from '../http/operator.ts';
import { requireSoundLedger } from '../programme/ledger/guard-ledger.ts';
import { publishIssuerKeys } from '../programme/ledger/issuer-keys.ts';
import { runTick } from '../programme/ledger/run-tick.ts';
import { openTreeShelf } from '../programme/ledger/tree-shelf.ts';
import type { CycleResult } from '../worker/worker.ts';
import { offerAdmin } from './admin-socket.ts';
import { operatorSocketOf } from './administer.ts';
import type { Clock } from './clock.ts';
import { type ComposeOptions, compose, type Parts } from './compose.ts';
import { loadReaderBundle, recordBundle } from './reader-bundle.ts';

/** How often the worker looks for due work. */
const CYCLE_MS = SECOND_MS;

export type Serving = {
  readonly parts: Parts;
  /** Where the API answers: `http://127.0.0.1:8740`. */
  readonly url: string;
  /** The operator's socket: health, readiness, metrics, `tocsin admin`. */
  readonly operatorSocket: string;
  /** Ends in order: no new requests, requests under way, worker, a last tick, store, cluster. */
  stop(): Promise<void>;
};

export type ServeOptions = ComposeOptions & {
  /** False: the caller runs the worker's cycles itself (demonstration, tests). */
  readonly worker?: boolean;
};

/** Starts everything: parts, API, operator's socket, worker. */
export async function serve(config: Config, options: ServeOptions): Promise<Serving> {
  const parts = await compose(config, options);
  try {
    return await listen(config, parts, options);
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

/** What the operator of a server is told of the sandbox, which it needs for scripts. */
async function sandboxNotes({ context }: Parts): Promise<string[]> {
  const sandbox = await context.sandbox();
  if (sandbox.works) return [];
  return [`scripts are marked by canaries alone: no sandbox works here (${sandbox.reason})`];
}

async function listen(config: Config, parts: Parts, options: ServeOptions): Promise<Serving> {
  const { context, clock } = parts;
  await parts.begin();
  const bundle = await loadReaderBundle();
  await publishIssuerKeys(context, clock.reading().wall);
  if (bundle) await recordBundle(context, bundle, clock.reading().wall);
  const logLine = options.logLine ?? (() => undefined);
  if (options.worker !== false) for (const note of await sandboxNotes(parts)) logLine(note);
  let worker: Worker | null = null;
  const ready = async () => options.worker === false || worker?.healthy() === true;
  const edge = { context, clock, ready, metrics: createMetrics() };
  const lines = openLines();
  const app = buildApp({
    ...edge,
    lines,
    trees: openTreeShelf(),
    requireLedger: () => requireSoundLedger(context),
    readerBundle: bundle,
    logLine,
  });
  const operator = buildOperatorApp(edge);
  offerAdmin(operator, context, clock, logLine);
  const operatorSocket = operatorSocketOf(config);
  // Left behind by a process that was killed; the cluster's lock has shown that none is alive.
  await rm(operatorSocket, { force: true });
  await operator.listen({ path: operatorSocket });
  await chmod(operatorSocket, 0o600);
  const { cut, cutReaders } = lines;
  // Before the first reader is served: of what is on its way to them, acts of other processes too
  // must be heard.
  const ear = await context.store.hear({ cut, deaf: cutReaders }).catch(async (error: unknown) => {
    await operator.close();
    throw error;
  });
  const url = await app.listen(config.listen).catch(async (cause: unknown) => {
    await ear.close();
    await operator.close();
    throw cannotListen(config.listen, cause);
  });
  // Last, so that nothing is left running when one of the above refuses.
  if (options.worker !== false) worker = startWorker(parts, clock, logLine);
  return {
    parts,
    url,
    operatorSocket,
    async stop() {
      await app.close();
      await worker?.stop();
      await operator.close();
      await ear.close();
      await parts.stop();
    },
  };
}

function cannotListen({ host, port }: Config['listen'], cause: unknown): TocsinError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error';
  return new TocsinError(
    'CONFIG_INVALID',
    `TOCSIN_LISTEN: expected an address to listen at, found ${code} for ${host} port ${port}`,
    { field: 'TOCSIN_LISTEN', cause },
  );
}

type Worker = { healthy(): boolean; stop(): Promise<void> };

/**
 * Runs cycles one after the other until stopped. A cycle that fails is logged by its code and tried
 * again: everything it does is idempotent.
 */
function startWorker(parts: Parts, clock: Clock, logLine: (line: string) => void): Worker {
  let stopping = false;
  let failures = 0;
  let wake: () => void = () => undefined;
  const loop = async () => {
    while (!stopping) {
      try {
        report(await parts.cycle(), logLine);
        failures = 0;
      } catch (error) {
        failures += 1;
        logLine(failure('cycle', clock.reading().wall, error));
      }
      if (stopping) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, CYCLE_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = loop();
  return {
    healthy: () => failures < 3,
    async stop() {
      stopping = true;
      wake();
      await running;
      await lastTick(parts).catch((error: unknown) => {
        logLine(failure('last tick', clock.reading().wall, error));
      });
    },
  };
}

/** Nobody knows how long a downtime is: what was promised is placed before it begins. */
async function lastTick({ context, clock, lookAtClock }: Parts): Promise<void> {
  await lookAtClock();
  await runTick(context, clock.reading().wall);
}

/** What others threw may hold anything: its text stays out of the log. */
function failure(worker: string, at: Instant, error: unknown): string {
  const { code, message } =
    error instanceof TocsinError ? error : { code: 'INTERNAL', message: 'an error not of ours' };
  return JSON.stringify({ at, worker, error: code, detail: message });
}

function report(done: CycleResult, logLine: (line: string) => void): void {
  const { doubted, batches, failed, ticked } = done;
  if (batches === 0 && failed.length === 0 && !doubted) return;
  logLine(JSON.stringify({ worker: 'cycle', doubted, batches, failed, ticked }));
}
