import { buildApp } from '../../src/http/app.ts';
import type { App, HttpDeps } from '../../src/http/deps.ts';
import { openLines } from '../../src/http/lines.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import type { FetchLike } from '../../src/participant/session.ts';
import { requireSoundLedger } from '../../src/programme/ledger/guard-ledger.ts';
import { openTreeShelf } from '../../src/programme/ledger/tree-shelf.ts';
import type { House, TestReader } from './house.ts';
import { signatureOf } from './signed-requests.ts';

/** What an answer consists of for whoever compares two: everything but the date. */
export type Seen = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
};

/** The API over a house, asked without a network. */
export type Edge = {
  readonly app: App;
  readonly deps: HttpDeps;
  readonly logged: readonly string[];
  get(url: string, token?: string): Promise<Seen>;
  post(url: string, body: unknown, options?: PostOptions): Promise<Seen>;
};

export type PostOptions = {
  readonly token?: string;
  /** A reader, in place of its token alone: it signs. */
  readonly by?: TestReader;
  /** Idempotency-Key; one of its own by default, null for none. */
  readonly key?: string | null;
  readonly ifMatch?: string;
};

export function openEdge(house: House): Edge {
  const logged: string[] = [];
  const deps: HttpDeps = {
    context: house.context,
    trees: openTreeShelf(),
    requireLedger: () => requireSoundLedger(house.context),
    clock: house.clock,
    readerBundle: null,
    metrics: createMetrics(),
    lines: openLines(),
    ready: async () => true,
    logLine: (line) => logged.push(line),
  };
  const app = buildApp(deps);
  let posted = 0;
  const ask = async (
    method: 'GET' | 'POST',
    url: string,
    headers: HeaderFields,
    payload?: Payload,
  ) => {
    const response = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    const { date: _, ...rest } = response.headers;
    return { status: response.statusCode, headers: rest, body: response.rawPayload };
  };
  return {
    app,
    deps,
    logged,
    get: (url, token) => ask('GET', url, bearer(token)),
    post(url, body, { token, by, key, ifMatch } = {}) {
      posted += 1;
      const headers = bearer(by?.token ?? token);
      const once = key === null ? {} : { key: key ?? `test-key-${posted}` };
      if (once.key !== undefined) headers['idempotency-key'] = once.key;
      if (by !== undefined) {
        const sent = body === undefined ? {} : { body: JSON.stringify(body) };
        const signed = { method: 'POST', target: url, ...once, ...sent };
        Object.assign(headers, signatureOf(signed, { ...by, at: house.clock.now() }));
      }
      if (ifMatch !== undefined) headers['if-match'] = ifMatch;
      if (body === undefined) return ask('POST', url, headers);
      const bytes = body instanceof Uint8Array;
      headers['content-type'] = bytes ? 'application/octet-stream' : 'application/json';
      return ask('POST', url, headers, bytes ? Buffer.from(body) : JSON.stringify(body));
    },
  };
}

/** The edge as a command-line client asks it. */
export function fetchFrom({ app }: Edge): FetchLike {
  return async (url, { method, headers, body }) => {
    const { host, pathname, search } = new URL(url);
    const response = await app.inject({
      method: method === 'POST' ? 'POST' : 'GET',
      url: pathname + search,
      headers: { host, ...Object.fromEntries(new Headers(headers)) },
      ...(typeof body === 'string' ? { payload: body } : {}),
      ...(body instanceof Uint8Array ? { payload: Buffer.from(body) } : {}),
    });
    const type = String(response.headers['content-type']);
    return new Response(new Uint8Array(response.rawPayload), {
      status: response.statusCode,
      headers: { 'content-type': type },
    });
  };
}

type HeaderFields = Record<string, string>;
type Payload = string | Buffer;

function bearer(token: string | undefined): HeaderFields {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** The JSON of an answer, as the test expects it to be. */
export function json<T>(seen: Seen): T {
  return JSON.parse(seen.body.toString()) as T;
}
