import type { FastifyRequest } from 'fastify';
import { TocsinError } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Caller } from '../../programme/act.ts';
import {
  ABOUT_WHAT,
  apartWithin,
  type Named,
  requireApartOf,
} from '../../programme/affiliations.ts';
import { authenticate } from '../../programme/people/people.ts';
import { authenticateSession, bindsItself, isVerified } from '../../programme/people/sessions.ts';
import {
  authenticateSigned,
  ownHosts,
  type SignedRequest,
  signatureNeeded,
} from '../../programme/people/signed-requests.ts';
import type { App, HttpDeps } from '../deps.ts';
import { repeatKey } from '../idempotency.ts';
import { admits, callerOf, type SignedInNeed } from './audience.ts';
import { bearerToken, refuseTokenInUrl } from './bearer.ts';
import { cookieIn, SESSION_COOKIE } from './cookies.ts';
import { refuseOtherSites, requireActToken, requireOwnPage } from './own-page.ts';

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
  app.decorateRequest('signedBody', null);
  app.addHook('onRequest', async (request, reply) => {
    const { audience } = request.routeOptions.config;
    // No audience: the answer to unknown routes, the same for everybody.
    if (!audience) return;
    refuseTokenInUrl(request.url);
    if (audience.includes('public')) return;
    // Not `now()`: whoever confirms a doubted clock is let in while it is doubted.
    const { wall } = deps.clock.reading();
    const caller = await identify(request, deps, wall);
    if (!admits(audience, caller)) {
      throw new TocsinError('SCOPE_MISSING', `token: expected one for ${audience.join(' or ')}`);
    }
    // A person does not act in the matters of a participant on whose side they stand too.
    if (caller.kind === 'person') {
      await requireApartOf(deps.context, caller, namedIn(request.params));
    }
    const { signedIn, binds } = request.routeOptions.config;
    requireSignedIn(signedIn, caller, wall);
    // Before anything of the programme is looked at: the same for all that there is and is not.
    if (signedIn === undefined) requireSignature(caller);
    if (binds === true && !bindsItself(caller, wall)) throw signatureNeeded();
    request.caller = caller;
    deps.lines.taken(request.raw, reply.raw, caller);
  });
  app.decorateRequest('repeat', null);
  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.config.repeat !== 'key') return;
    const caller = callerOf(request);
    const key = repeatKey(deps.context, caller, request);
    request.repeat =
      caller.kind === 'person'
        ? { ...key, admits: apartWithin(caller, namedIn(request.params)) }
        : key;
  });
}

/**
 * The caller by a signature, with a token or alone; else by a token; or where none is sent by a
 * session's cookie, which a browser sends along whoever has it sent: so that it counts only from
 * pages of ours.
 */
async function identify(request: FastifyRequest, deps: HttpDeps, now: Instant): Promise<Caller> {
  const { method, headers } = request;
  const { authorization } = headers;
  const signed = signatureOf(request, deps);
  if (signed !== null) {
    const token = authorization === undefined ? null : bearerToken(authorization);
    const binds = request.routeOptions.config.binds === true;
    const caller = await authenticateSigned(deps.context, signed, token, binds, now);
    request.signedBody = { digest: signed.contentDigest };
    return caller;
  }
  const secret = cookieIn(headers.cookie, SESSION_COOKIE);
  if (authorization !== undefined || secret === null) {
    const token = bearerToken(authorization);
    return authenticate(deps.context, token, now);
  }
  const { context } = deps;
  refuseOtherSites(headers);
  if (method !== 'GET') {
    requireOwnPage(headers, context.site.origin);
    requireActToken(headers, secret);
  }
  return authenticateSession(context, secret, now);
}

/** Null: neither header of a signature is there. One without the other is a wrong signature. */
function signatureOf(
  { method, url, headers, raw }: FastifyRequest,
  deps: HttpDeps,
): SignedRequest | null {
  const input = headers['signature-input'];
  const { signature } = headers;
  if (input === undefined && signature === undefined) return null;
  const hosts = ownHosts(deps.context, raw.socket.localPort ?? null, headers.host ?? '');
  return {
    ...{ method, target: url, hosts },
    contentDigest: oneOf(headers['content-digest']),
    idempotencyKey: oneOf(headers['idempotency-key']),
    signatureInput: oneOf(input) ?? '',
    signature: oneOf(signature) ?? '',
  };
}

function oneOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : (header?.join(', ') ?? null);
}

/** Where a programme wants it, a reader's own signature alone does: no token, no cookie. */
function requireSignature(caller: Caller): void {
  if (caller.kind === 'reader' && caller.mustSign && !caller.signed) throw signatureNeeded();
}

/** What no token may do, however much it may do otherwise: whoever stole one keeps nothing more. */
function requireSignedIn(needed: SignedInNeed | undefined, caller: Caller, now: Instant): void {
  if (needed === undefined) return;
  if (caller.signedIn === null) throw signInNeeded('a session, found a token');
  if (needed === 'verified' && !isVerified(caller, now)) {
    throw signInNeeded('a passkey to have verified its user minutes ago');
  }
}

/** What a path names that is a participant's matter. */
function namedIn(params: unknown): Named[] {
  const given = params as Readonly<Record<string, string | undefined>>;
  return ABOUT_WHAT.flatMap((what): Named[] => {
    const id = given[what];
    // What is no id is refused by the route, which names the field.
    return id !== undefined && isId(id) ? [[what, id]] : [];
  });
}

function signInNeeded(expected: string): TocsinError {
  return new TocsinError('SIGN_IN_NEEDED', `caller: expected ${expected}`);
}
