import { Type } from 'typebox';
import { TocsinError } from '../../../domain/errors.ts';
import { askProvider, signInByProvider } from '../../../programme/people/provider-sign-in.ts';
import {
  cookieIn,
  dropCookie,
  PROVIDER_COOKIE,
  SESSION_COOKIE,
  setCookie,
} from '../../auth/cookies.ts';
import { requireOwnPage } from '../../auth/own-page.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { bytesResponse } from '../../schemas/bytes.ts';
import { asPage } from '../pages/pages.ts';

export function showWays(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/sign-in',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'How one can sign in beside passkeys',
        response: { 200: Type.Object({ provider: Type.Boolean() }) },
      },
    },
    async () => ({ provider: deps.context.provider !== null }),
  );
}

export function askAtProvider(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sign-in/oidc',
    {
      config: { audience: ['public'], repeat: 'natural' },
      schema: {
        summary: 'Where at the identity provider to sign in',
        response: { 200: Type.Object({ address: Type.String() }) },
      },
    },
    async (request, reply) => {
      requireOwnPage(request.headers, deps.context.site.origin);
      const { browser, address } = await askProvider(deps.context, deps.clock.reading().wall);
      reply.header('set-cookie', setCookie(PROVIDER_COOKIE, browser, 'Lax'));
      return { address };
    },
  );
}

/**
 * The cookie of a session is sent along by our own pages alone, and this request was another
 * site's: so the answer is a page, which goes on to ours.
 */
const SIGNED_IN = page(
  'Signed in',
  '<p>You are signed in. <a href="/account">Go on</a></p>',
  '<meta http-equiv="refresh" content="0; url=/account" />',
);
const NOT_SIGNED_IN = page(
  'Not signed in',
  '<p>That did not sign you in. <a href="/sign-in">Try again</a></p>',
);

const PAGE = bytesResponse('A page', 'text/html');

export function returnFromProvider(app: App, deps: HttpDeps): void {
  app.get(
    '/sign-in/oidc',
    {
      config: { audience: ['public'] },
      schema: {
        summary: 'Where the identity provider sends browsers back to',
        response: { 200: PAGE, 401: PAGE },
      },
    },
    async (request, reply) => {
      const { context, clock } = deps;
      const browser = cookieIn(request.headers.cookie, PROVIDER_COOKIE) ?? '';
      const query = request.url.split('?')[1] ?? '';
      asPage(reply).type('text/html; charset=utf-8');
      try {
        const { secret } = await signInByProvider(context, browser, query, clock.reading().wall);
        const cookies = [setCookie(SESSION_COOKIE, secret), dropCookie(PROVIDER_COOKIE)];
        return await reply.header('set-cookie', cookies).send(SIGNED_IN);
      } catch (error) {
        const code = error instanceof TocsinError ? error.code : null;
        if (code !== 'UNAUTHENTICATED' && code !== 'NOT_AVAILABLE') throw error;
        // One page whatever is wrong: it tells no name from another.
        return reply
          .code(401)
          .header('set-cookie', dropCookie(PROVIDER_COOKIE))
          .send(NOT_SIGNED_IN);
      }
    },
  );
}

function page(title: string, body: string, head = ''): Buffer {
  return Buffer.from(`<!doctype html>
<html lang="en"><head><meta charset="utf-8" /><title>${title}: Tocsin</title>${head}
<link rel="stylesheet" href="/tocsin.css" /></head>
<body><main><h1>${title}</h1>${body}</main></body></html>
`);
}
