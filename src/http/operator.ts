import { type FastifyInstance, fastify } from 'fastify';
import { Gauge, type Registry } from 'prom-client';
import { SECOND_MS } from '../domain/instant.ts';
import { readVitals, type Vitals } from '../programme/ledger/read-vitals.ts';
import type { HttpDeps } from './deps.ts';

/**
 * What the operator's machine asks, on a socket of its own: no token guards it, the file's mode
 * does. `/healthz`: the process answers. `/readyz`: it can serve. `/metrics`: Prometheus text.
 */
export function buildOperatorApp(
  deps: Pick<HttpDeps, 'context' | 'clock' | 'ready' | 'metrics'>,
): FastifyInstance {
  const app = fastify({ logger: false, exposeHeadRoutes: false, return503OnClosing: false });
  const { registry } = deps.metrics;
  const show = vitalGauges(registry);
  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const { fault } = deps.context.ledger;
    if (fault) return reply.code(503).send({ ready: false, fault: fault.code });
    const ready = await isReady(deps);
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  app.get('/metrics', async (_request, reply) => {
    const now = deps.clock.reading().wall;
    const vitals = await readVitals(deps.context, now).catch(() => null);
    show(vitals, now);
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  return app;
}

/**
 * Ready: the ledger is the one pinned, the database answers and the worker says so. Not asked is
 * whether the clock is doubted: the persons who end a doubt do so through this process.
 */
async function isReady({ context, clock, ready }: Pick<HttpDeps, 'context' | 'clock' | 'ready'>) {
  try {
    await readVitals(context, clock.reading().wall);
    return await ready();
  } catch {
    // Whatever keeps us from looking keeps us from serving too.
    return false;
  }
}

type Show = (vitals: Vitals | null, now: number) => void;

function vitalGauges(registry: Registry): Show {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const up = gauge('tocsin_store_up', '1 when the database answered this scrape.');
  const unplaced = gauge('tocsin_events_unplaced', 'Committed events waiting for a ledger tick.');
  const tickAge = gauge('tocsin_last_tick_age_seconds', 'Since the last tick of the ledger.');
  const wavesDue = gauge('tocsin_waves_due', 'Waves whose instant has come and are not done.');
  const doubted = gauge('tocsin_clock_doubted', '1 while releases are held for doubt of the time.');
  const work = gauge('tocsin_work_items_open', 'Open questions on the work list.');
  return (vitals, now) => {
    up.set(vitals ? 1 : 0);
    if (!vitals) return;
    unplaced.set(vitals.eventsUnplaced);
    if (vitals.lastTickAt !== null) tickAge.set((now - vitals.lastTickAt) / SECOND_MS);
    wavesDue.set(vitals.wavesDue);
    doubted.set(vitals.clockDoubted ? 1 : 0);
    work.set(vitals.workItems);
  };
}
