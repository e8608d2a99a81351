import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_CODES, type ErrorCode, TocsinError } from '../domain/errors.ts';
import { ACT_HEADER, newRequestKey, SESSION_COOKIE } from '../main/client-parts.ts';
import { plain } from '../participant/plain.ts';
import type { FetchLike } from '../participant/session.ts';
import { object, text } from './shape.ts';

/** The API as one person asks it. Paths begin with `/v1/`. Methods throw what the server says. */
export type Client = {
  /** Where it asks, without a `/` at the end. */
  readonly url: string;
  get(path: string): Promise<unknown>;
  /** An answer that is not JSON, piece by piece as it comes. */
  stream(path: string): AsyncIterable<Uint8Array>;
  /** An act; however often the request has to be sent, it is done once. */
  post(path: string, body: Readonly<Record<string, unknown>>, more?: IfMatch): Promise<unknown>;
  postBytes(path: string, bytes: Uint8Array): Promise<unknown>;
};

type IfMatch = { readonly ifMatch?: number };

type Request = {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
};

/** Freezing an artifact's slots or tracing through many alerts takes minutes at worst. */
const TIMEOUT_MS = 10 * 60_000;
const RETRY_AFTER_MS = 500;
/** The plan of a large programme has some megabytes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_DETAIL = 2_000;

/** @param token sent in the Authorization header, and to `url` only: redirects are not followed. */
export function openClient(fetch: FetchLike, url: string, token: string): Client {
  return clientKnownBy(fetch, url, { authorization: `Bearer ${token}` });
}

/**
 * The API as whoever has signed in at a browser asks it.
 * @param secret of the session: sent as the browser does, and to `url` only.
 * @throws as `Client`.
 */
export async function openSessionClient(
  fetch: FetchLike,
  url: string,
  secret: string,
): Promise<Client> {
  const cookie = `${SESSION_COOKIE}=${secret}`;
  const raw = await clientKnownBy(fetch, url, { cookie }).get('/v1/session');
  const { act } = object({ act: text })(raw, 'session');
  return clientKnownBy(fetch, url, { cookie, origin: new URL(url).origin, [ACT_HEADER]: act });
}

function clientKnownBy(fetch: FetchLike, url: string, known: Request['headers']): Client {
  const send = (path: string, request: Request) =>
    exchange(fetch, url + path, { ...request, headers: { ...known, ...request.headers } });
  const act = async (path: string, type: string, body: Request['body'], { ifMatch }: IfMatch) => {
    const headers = {
      'content-type': type,
      'idempotency-key': newRequestKey(),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
    };
    return json(await send(path, { method: 'POST', headers, body }));
  };
  return {
    url,
    get: async (path) => json(await send(path, GET)),
    async *stream(path) {
      yield* bodyOf(await send(path, GET));
    },
    post: (path, body, more = {}) => act(path, 'application/json', JSON.stringify(body), more),
    postBytes: (path, bytes) => act(path, 'application/octet-stream', Uint8Array.from(bytes), {}),
  };
}

const GET: Request = { method: 'GET', headers: {}, body: null };

/** Sends, and once more when the connection broke: an act carries the same key both times. */
async function exchange(fetch: FetchLike, url: string, request: Request): Promise<Response> {
  const init = (): RequestInit => ({
    ...request,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  let response: Response;
  try {
    response = await fetch(url, init());
  } catch (cause) {
    if (networkCode(cause) === 'ECONNREFUSED') throw unreachable(url, cause);
    await sleep(RETRY_AFTER_MS);
    try {
      response = await fetch(url, init());
    } catch (again) {
      throw unreachable(url, again);
    }
  }
  if (response.status >= 200 && response.status < 300) return response;
  throw refusal(response.status, await wholeText(response));
}

async function json(response: Response): Promise<unknown> {
  const text = await wholeText(response);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TocsinError('UNSUPPORTED', "the server's answer: expected JSON", { cause });
  }
}

async function wholeText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of bodyOf(response)) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new TocsinError(
        'LIMIT_EXCEEDED',
        `the server's answer: expected at most ${MAX_ANSWER_BYTES} bytes, found more`,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function* bodyOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const stream: AsyncIterable<Uint8Array> = body;
  yield* stream;
}

/** A problem document (RFC 9457) as the error it was; of anything else only the status. */
function refusal(status: number, body: string): TocsinError {
  const { code, detail, field } = problemOf(body);
  const known = ERROR_CODES.find((candidate) => candidate === code);
  if (known !== undefined && detail !== null) {
    return new TocsinError(known, plain(detail, MAX_DETAIL), field === null ? {} : { field });
  }
  const what = status < 400 ? 'a redirect, which is not followed' : 'another one';
  return new TocsinError(
    codeOf(status),
    `the server: expected an answer of Tocsin, found ${what} (${status}): is TOCSIN_URL right?`,
  );
}

/** Of an answer that no Tocsin gave, such as a proxy's. */
function codeOf(status: number): ErrorCode {
  return status >= 500 ? 'STORE_UNAVAILABLE' : 'UNSUPPORTED';
}

type Problem = Readonly<Record<'code' | 'detail' | 'field', string | null>>;

function problemOf(body: string): Problem {
  const none = { code: null, detail: null, field: null };
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return none;
    const found = new Map<string, unknown>(Object.entries(value));
    const word = (name: string) => {
      const member = found.get(name);
      return typeof member === 'string' ? member : null;
    };
    return { code: word('code'), detail: word('detail'), field: word('field') };
  } catch {
    // A proxy's page: the status alone says enough.
    return none;
  }
}

function unreachable(url: string, cause: unknown): TocsinError {
  return new TocsinError(
    'STORE_UNAVAILABLE',
    `${new URL(url).origin}: expected an answer, found none (${networkCode(cause)}): ` +
      'is tocsin serve running there?',
    { cause },
  );
}

/** `fetch` hides what went wrong one level down. */
function networkCode(error: unknown): string {
  const beneath = error instanceof Error ? error.cause : null;
  return beneath instanceof Error && 'code' in beneath ? String(beneath.code) : 'no answer';
}
