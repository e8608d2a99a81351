import { Counter, Histogram, Registry } from 'prom-client';

/** Counters of one process. Labels are route patterns, methods and statuses: never an id. */
export type Metrics = {
  readonly registry: Registry;
  request(method: string, route: string, status: number, seconds: number): void;
  /** Copies of drills are counted apart. */
  copyServed(drill: boolean): void;
};

/** Seconds. A copy takes some milliseconds, an upload with many slots some seconds. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'tocsin_http_requests_total',
    help: 'Requests answered, by route pattern and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'tocsin_http_request_seconds',
    help: 'Time to answer a request, by route pattern.',
    labelNames: ['method', 'route'],
    buckets: BUCKETS,
    registers,
  });
  const copies = new Counter({
    name: 'tocsin_copies_served_total',
    help: 'Sealed copies handed to readers by this process.',
    registers,
  });
  const drills = new Counter({
    name: 'tocsin_drill_copies_served_total',
    help: 'The same of drills.',
    registers,
  });
  return {
    registry,
    request(method, route, status, seconds) {
      requests.inc({ method, route, status: String(status) });
      durations.observe({ method, route }, seconds);
    },
    copyServed: (drill) => (drill ? drills : copies).inc(),
  };
}
