import { sha256 } from '../crypto/hash.ts';
import { randomBytes } from '../crypto/random.ts';
import type { Signer } from '../crypto/sign.ts';
import { type ErrorCode, TocsinError } from '../domain/errors.ts';
import { parseJsonDocument } from '../formats/json-document.ts';
import {
  componentsOf,
  contentDigest,
  type RequestToSign,
  signatureBase,
  signatureHeaders,
  signatureParams,
} from '../formats/signed-request.ts';
import { plain } from './plain.ts';
import type { FetchLike, Member, Session } from './session.ts';

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

type Headers = Readonly<Record<string, string>>;

/** Makes the headers by which a request is known as a reader's. */
type SignsFor = (request: RequestToSign) => Headers;

/**
 * Asks a server without saying who asks. Redirects are not followed: they might lead a token, or
 * what is answered, elsewhere.
 */
export function openApi(fetch: FetchLike, url: string): Api {
  return apiOf((request) => send(fetch, url, request, () => ({})));
}

/**
 * Asks a server as a member: each request has the token, in the Authorization header and nowhere
 * else, and a signature by the member's own key. Which of its keys is in force the server knows: by
 * the newest first, and where that is refused by those before. Where none is in force, as in the
 * day after a report, the token alone may still do what it does in programmes that want no more.
 */
export function openMemberApi({ fetch, now }: Session, member: Member): Api {
  const { url, reader } = member;
  const authorization = `Bearer ${member.token}`;
  let signers = member.own.map(({ signer }) => signer).reverse();
  return apiOf(async (request) => {
    for (const signer of signers) {
      const answer = await send(fetch, url, request, (line) => ({
        authorization,
        ...signed(line, { signer, reader, at: now() }),
      }));
      if (wantsSignature(answer)) continue;
      signers = [signer, ...signers.filter((other) => other !== signer)];
      return answer;
    }
    const unsigned = await send(fetch, url, request, () => ({ authorization }));
    if (wantsSignature(unsigned)) requireSameTime(unsigned.date, now());
    return unsigned;
  });
}

function signed(
  line: RequestToSign,
  { signer, reader, at }: { readonly signer: Signer; readonly reader: string; readonly at: number },
): Headers {
  const components = componentsOf(line);
  const nonce = randomBytes(16).toString('base64url');
  const params = signatureParams(components, {
    ...{ created: Math.floor(at / 1000), nonce, keyid: reader },
  });
  const signature = signer.sign(signatureBase(components, params));
  return signatureHeaders(params, signature);
}

/** Whether the server does not take the signature: of no other refusal has it looked at nothing. */
function wantsSignature({ status, bytes }: Answer): boolean {
  return status === 403 && problemIn(bytes, 'code') === 'SIGNATURE_NEEDED';
}

const SAME_TIME_MS = 60_000;

/** @throws CLOCK_DOUBT where the server says another time than this machine, and so refuses. */
function requireSameTime(date: string | null, now: number): void {
  const apart = date === null ? Number.NaN : Date.parse(date) - now;
  // The header says seconds.
  if (!(Math.abs(apart) > SAME_TIME_MS - 1_000)) return;
  const seconds = Math.round(Math.abs(apart) / 1_000);
  throw new TocsinError(
    'CLOCK_DOUBT',
    `this machine's clock: expected the server's time within a minute, found it ${seconds} s ` +
      `${apart > 0 ? 'behind' : 'ahead'}: set it right and try again`,
  );
}

function apiOf(answerTo: (request: Request) => Promise<Answer>): Api {
  const good = async (request: Request): Promise<Buffer> => {
    const answer = await answerTo(request);
    if (answer.status !== 200 && answer.status !== 201) throw refusal(answer);
    return answer.bytes;
  };
  const json = async (request: Omit<Request, 'most'>): Promise<unknown> =>
    parseJsonDocument(await good({ ...request, most: MAX_JSON_BYTES }), "the server's answer");
  return {
    ask: (path, most) => answerTo({ path, most }),
    getBytes: (path, most) => good({ path, most }),
    getJson: (path) => json({ path }),
    postJson: (path, body, key) => json({ path, body: JSON.stringify(body), key }),
  };
}

async function send(
  fetch: FetchLike,
  url: string,
  { path, most, body, key }: Request,
  known: SignsFor,
): Promise<Answer> {
  const method = body === undefined ? 'GET' : 'POST';
  const digest = body === undefined ? null : contentDigest(sha256(Buffer.from(body)));
  const headers: Record<string, string> = { accept: 'application/json, */*' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (digest !== null) headers['content-digest'] = digest;
  if (key !== undefined) headers['idempotency-key'] = key;
  const line: RequestToSign = {
    ...{ method, authority: new URL(url).host, target: path },
    ...{ contentDigest: digest, idempotencyKey: key ?? null },
  };
  const init: RequestInit = {
    method,
    headers: { ...headers, ...known(line) },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
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
  const detail = problemIn(bytes, 'detail');
  return detail === null ? 'no reason that this program understands' : plain(detail);
}

/** A text of a problem document; null where the answer is none, or has none. */
function problemIn(bytes: Buffer, member: 'detail' | 'code'): string | null {
  try {
    const problem = parseJsonDocument(bytes, 'problem');
    if (typeof problem !== 'object' || problem === null) return null;
    const found: unknown = Object.entries(problem).find(([name]) => name === member)?.[1];
    return typeof found === 'string' ? found : null;
  } catch (error) {
    // Not every proxy speaks JSON; the status alone says enough.
    if (!(error instanceof TocsinError)) throw error;
    return null;
  }
}

function unreachable(url: string, cause: unknown): TocsinError {
  const beneath = cause instanceof Error ? cause.cause : null;
  const code = beneath instanceof Error && 'code' in beneath ? String(beneath.code) : 'no answer';
  return new TocsinError('STORE_UNAVAILABLE', `${url}: expected an answer, found none (${code})`, {
    cause,
  });
}
