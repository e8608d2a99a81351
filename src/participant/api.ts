import { type ErrorCode, TocsinError } from '../domain/errors.ts';
import { parseJsonDocument } from '../formats/json-document.ts';
import { plain } from './plain.ts';
import type { FetchLike } from './session.ts';

/** What a server answered, whatever it is: nothing of it is believed yet. */
export type Answer = {
  readonly status: number;
  /** The header `Date`; null when there is none. */
  readonly date: string | null;
  readonly bytes: Buffer;
};

/** A server as one reader asks it. Paths begin with `/v1/`. */
export type Api = {
  /** Any answer. @throws STORE_UNAVAILABLE when none comes; LIMIT_EXCEEDED when it is too long. */
  ask(path: string, most: number): Promise<Answer>;
  /** The bytes of a good answer. @throws as `ask`; the server's refusal, see `refusal`. */
  getBytes(path: string, most: number): Promise<Buffer>;
  /** The parsed JSON of a good answer. @throws as `getBytes`; INVALID_INPUT when it is not JSON. */
  getJson(path: string): Promise<unknown>;
  /** @param key where the route asks for one: however often it is sent, the act is done once. */
  postJson(path: string, body: object, key?: string): Promise<unknown>;
};

/** Largest JSON answer read: a full page of the inbox takes some 100 kB. */
export const MAX_JSON_BYTES = 4 * 1024 * 1024;
/** The largest artifact has 16 MiB; marks, manifest and seal add little. */
export const MAX_COPY_BYTES = 32 * 1024 * 1024;

const TIMEOUT_MS = 120_000;

type Request = {
  readonly path: string;
  readonly most: number;
  readonly body?: string;
  readonly key?: string | undefined;
};

/**
 * @param token null before joining; it is sent in the Authorization header and nowhere else, and
 *   only to `url`: redirects are not followed.
 */
export function openApi(fetch: FetchLike, url: string, token: string | null): Api {
  const send = async ({ path, most, body, key }: Request): Promise<Answer> => {
    const headers: Record<string, string> = { accept: 'application/json, */*' };
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = key;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const init: RequestInit = {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
    };
    try {
      const response = await fetch(url + path, init);
      const bytes = await readBody(response, most);
      return { status: response.status, date: response.headers.get('date'), bytes };
    } catch (cause) {
      if (cause instanceof TocsinError) throw cause;
      throw unreachable(url, cause);
    }
  };
  const good = async (request: Request): Promise<Buffer> => {
    const answer = await send(request);
    if (answer.status !== 200 && answer.status !== 201) throw refusal(answer);
    return answer.bytes;
  };
  const json = async (request: Omit<Request, 'most'>): Promise<unknown> =>
    parseJsonDocument(await good({ ...request, most: MAX_JSON_BYTES }), "the server's answer");
  return {
    ask: (path, most) => send({ path, most }),
    getBytes: (path, most) => good({ path, most }),
    getJson: (path) => json({ path }),
    postJson: (path, body, key) => json({ path, body: JSON.stringify(body), key }),
  };
}

/** A server's length header is its own word: bytes are counted as they come. */
async function readBody({ body }: Response, most: number): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  const stream: AsyncIterable<Uint8Array> = body;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.length;
    if (length > most) {
      throw new TocsinError(
        'LIMIT_EXCEEDED',
        `the server's answer: expected at most ${most} bytes, found more`,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * Our code for a status. The server's own codes are not taken over: no server shall make this
 * program say that a promise or the ledger is broken.
 */
const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'SCOPE_MISSING',
  404: 'NOT_FOUND',
  409: 'NOT_AVAILABLE',
  413: 'LIMIT_EXCEEDED',
  429: 'RATE_LIMITED',
};

/** What a server answered instead of what was asked, as an error with our code and its words. */
export function refusal({ status, bytes }: Answer): TocsinError {
  const code = CODES[status] ?? (status >= 500 ? 'STORE_UNAVAILABLE' : 'INVALID_INPUT');
  if (status >= 300 && status < 400) {
    return new TocsinError(code, `the server: expected an answer, found a redirect (${status})`);
  }
  return new TocsinError(code, `the server says: ${detailOf(bytes)} (${status})`);
}

/** The `detail` of a problem document (RFC 9457), else nothing of the answer. */
function detailOf(bytes: Buffer): string {
  try {
    const problem = parseJsonDocument(bytes, 'problem');
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) {
      if (typeof problem.detail === 'string') return plain(problem.detail);
    }
  } catch (error) {
    // Not every proxy speaks JSON; the status alone says enough.
    if (!(error instanceof TocsinError)) throw error;
  }
  return 'no reason that this program understands';
}

function unreachable(url: string, cause: unknown): TocsinError {
  const beneath = cause instanceof Error ? cause.cause : null;
  const code = beneath instanceof Error && 'code' in beneath ? String(beneath.code) : 'no answer';
  return new TocsinError('STORE_UNAVAILABLE', `${url}: expected an answer, found none (${code})`, {
    cause,
  });
}
