import type { FastifyRequest } from 'fastify';
import { TocsinError } from '../domain/errors.ts';
import { checkSignedBody, signatureNeeded } from '../programme/people/signed-requests.ts';
import type { App } from './deps.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Largest bodies, bytes. A route without its own takes `DEFAULT`. */
export const BODY_LIMITS = {
  default: 64 * KIB,
  /** A policy pack's texts. */
  pack: MIB,
  /** A list of members, or the keys of one. */
  members: 4 * MIB,
  /** An artifact of 16 MiB in base64, with its sidecar. */
  artifact: 24 * MIB,
  /** A sample, or a document to import: raw bytes. */
  bytes: 16 * MIB,
} as const;

const BYTES = 'application/octet-stream';

/** Takes JSON, and raw bytes where a route says so; everything else is refused by name. */
export function parseBodies(app: App): void {
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (isAsSigned(request, body, done)) void parseJson(request, body.toString(), done);
  });
  app.addContentTypeParser(BYTES, { parseAs: 'buffer' }, (request, body, done) => {
    if (isAsSigned(request, body, done)) done(null, body);
  });
  app.addHook('preValidation', async ({ body, routeOptions, signedBody }) => {
    if (body === undefined && signedBody !== null) checkSignedBody(signedBody, null);
    const expected = routeOptions.config.takes === 'bytes' ? BYTES : 'application/json';
    if (body === undefined || Buffer.isBuffer(body) === (expected === BYTES)) return;
    throw new TocsinError('UNSUPPORTED', `Content-Type: expected ${expected}`, {
      field: 'Content-Type',
    });
  });
}

/** Whether the bytes are those that the request's signature is over; if not, that is the end. */
function isAsSigned(
  { signedBody }: FastifyRequest,
  body: string | Buffer,
  done: (error: Error) => void,
): boolean {
  try {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (signedBody !== null) checkSignedBody(signedBody, bytes);
    return true;
  } catch (error) {
    done(error instanceof Error ? error : signatureNeeded());
    return false;
  }
}

/** The raw bytes of a route that takes them. @throws INVALID_INPUT when there is no body. */
export function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new TocsinError('INVALID_INPUT', `body: expected bytes as ${BYTES}, found none`, {
    field: 'body',
  });
}
