import { TocsinError } from '../../domain/errors.ts';
import { authenticate } from '../../programme/people.ts';
import type { App, HttpDeps } from '../deps.ts';
import { repeatKey } from '../idempotency.ts';
import { admits, callerOf } from './audience.ts';
import { bearerToken, refuseTokenInUrl } from './bearer.ts';

/**
 * Lets no route exist without a declared audience, and none be reached by anybody outside it. Who
 * calls is settled before a byte of the body is read.
 */
export function guardRoutes(app: App, deps: HttpDeps): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    const audience = config?.audience ?? [];
    if (audience.length === 0) {
      throw new TocsinError('INTERNAL', `route ${url}: expected a declared audience`);
    }
    if (audience.includes('public') && audience.length > 1) {
      throw new TocsinError('INTERNAL', `route ${url}: expected "public" alone`);
    }
    if (method === 'POST' && !config?.repeat) {
      throw new TocsinError('INTERNAL', `route ${url}: expected to know what a repeat does`);
    }
  });
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    const { audience } = request.routeOptions.config;
    // No audience: the answer to unknown routes, the same for everybody.
    if (!audience) return;
    refuseTokenInUrl(request.url);
    if (audience.includes('public')) return;
    const token = bearerToken(request.headers.authorization);
    const caller = await authenticate(deps.context, token);
    if (!admits(audience, caller)) {
      throw new TocsinError('SCOPE_MISSING', `token: expected one for ${audience.join(' or ')}`);
    }
    request.caller = caller;
    deps.lines.taken(request.raw, reply.raw, caller);
  });
  app.decorateRequest('repeat', null);
  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.config.repeat !== 'key') return;
    request.repeat = repeatKey(deps.context, callerOf(request), request);
  });
}
