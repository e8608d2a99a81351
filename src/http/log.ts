import type { FastifyReply, FastifyRequest } from 'fastify';
import { TocsinError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';

/** What a request to no route is logged and counted as. */
export const NO_ROUTE = '(none)';

/**
 * A request as it is logged. Fields are built from what we declared (pattern, status, kind of
 * caller), never copied from the request: no path, query, header, body, address or id can get in.
 */
export function requestLine(at: Instant, request: FastifyRequest, reply: FastifyReply): string {
  return JSON.stringify({
    at: new Date(at).toISOString(),
    http: methodOf(request),
    route: routeOf(request),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    caller: request.caller?.kind ?? 'public',
  });
}

/** An error inside, with the places it passed and without its text, which may quote what it met. */
export function errorLine(at: Instant, request: FastifyRequest, error: unknown): string {
  const places: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    places.push(`${cause.name}${cause instanceof TocsinError ? ` ${cause.code}` : ''}`);
    places.push(...frames(cause));
  }
  return JSON.stringify({
    at: new Date(at).toISOString(),
    http: methodOf(request),
    route: routeOf(request),
    error: error instanceof TocsinError ? error.code : 'INTERNAL',
    places,
  });
}

const FRAMES = 6;
const FRAME = /^ {4}at .*$/gm;

/**
 * The stack's frames alone. A message of several lines could pose as one, so it is cut off first.
 */
function frames({ stack = '', message }: Error): string[] {
  const from = stack.indexOf(message);
  const after = from < 0 ? stack : stack.slice(from + message.length);
  return (after.match(FRAME) ?? []).slice(0, FRAMES).map((frame) => frame.trim());
}

export function routeOf(request: FastifyRequest): string {
  return request.is404 ? NO_ROUTE : (request.routeOptions.url ?? NO_ROUTE);
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

/** The method, if it is a usual one: the method of a hostile request is its sender's text too. */
export function methodOf({ method }: FastifyRequest): string {
  return METHODS.has(method) ? method : 'OTHER';
}
