import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyReply, fastify } from 'fastify';
import { SECOND_MS } from '../domain/instant.ts';
import { issuerOnly } from './auth/audience.ts';
import { guardRoutes } from './auth/guard.ts';
import { BODY_LIMITS, parseBodies } from './body.ts';
import type { App, HttpDeps } from './deps.ts';
import { asOurError } from './fastify-errors.ts';
import { errorLine, methodOf, requestLine, routeOf } from './log.ts';
import { NOT_FOUND, PROBLEM_TYPE, type Problem, problemOf } from './problem.ts';
import { ROUTES } from './routes/index.ts';
import { requestValidator } from './validation.ts';

/** Time for a whole request to arrive: the largest upload on a slow line, and no longer. */
const REQUEST_TIMEOUT_MS = 120 * SECOND_MS;
const KEEP_ALIVE_MS = 30 * SECOND_MS;

/** On every answer: content is kept by nobody, sniffed by nobody, framed by nobody. */
const HEADERS = {
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * The public API. It listens nowhere yet; `prepare` may look at routes before they are registered.
 */
export function buildApp(deps: HttpDeps, prepare: (app: App) => void = () => undefined): App {
  const app = fastify({
    logger: false,
    requestIdHeader: false,
    // A HEAD of a copy would be a delivery that nobody gets.
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    bodyLimit: BODY_LIMITS.default,
    routerOptions: {
      // An id of any length is looked up like another; Node bounds the URL as a whole.
      maxParamLength: 16_384,
      // A URL that cannot be decoded: the router gives up before any hook.
      onBadUrl: (_path, _request, response) => notFound(response),
    },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(BAD_REQUEST);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(requestValidator());
  app.server.on('timeout', (socket: Socket) => deps.lines.idle(socket));
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(HEADERS);
    // A database that went back says what is no longer so, of suspensions as of deliveries.
    deps.requireLedger();
  });
  answerErrors(app, deps);
  observe(app, deps);
  guardRoutes(app, deps);
  parseBodies(app);
  prepare(app);
  app.after(() => {
    for (const register of ROUTES) register(app, deps);
  });
  return app;
}

/** To a peer that does not speak HTTP. */
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Every error leaves through here, and every path or method that is not ours: as a problem. */
function answerErrors(app: App, { clock, logLine }: HttpDeps): void {
  app.setNotFoundHandler((_request, reply) => answer(reply, NOT_FOUND));
  app.setErrorHandler((thrown, request, reply) => {
    const { bodyLimit, config } = request.routeOptions;
    const error = asOurError(thrown, bodyLimit ?? BODY_LIMITS.default);
    const problem = problemOf(error, issuerOnly(config.audience ?? []));
    if (problem.status >= 500) logLine?.(errorLine(clock.reading().wall, request, error));
    return answer(reply, problem);
  });
}

function answer(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).headers(headersOf(problem)).send(problem.bytes);
}

function notFound(response: ServerResponse): void {
  const length = { 'content-length': String(NOT_FOUND.bytes.length) };
  response.writeHead(NOT_FOUND.status, { ...headersOf(NOT_FOUND), ...length });
  response.end(NOT_FOUND.bytes);
}

function headersOf({ headers }: Problem): Record<string, string> {
  return { ...HEADERS, 'content-type': PROBLEM_TYPE, ...headers };
}

function observe(app: App, { clock, logLine, metrics }: HttpDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    const seconds = reply.elapsedTime / SECOND_MS;
    metrics.request(methodOf(request), routeOf(request), reply.statusCode, seconds);
    logLine?.(requestLine(clock.reading().wall, request, reply));
  });
}
