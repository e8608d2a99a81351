import { Type } from 'typebox';
import { newBrowser } from '../../../programme/people/challenges.ts';
import { leaveSession, type Opened } from '../../../programme/people/sessions.ts';
import { askToSignIn, signIn } from '../../../programme/people/sign-in.ts';
import {
  BROWSER_COOKIE,
  cookieIn,
  dropCookie,
  SESSION_COOKIE,
  setCookie,
} from '../../auth/cookies.ts';
import { requireOwnPage } from '../../auth/own-page.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed } from '../../schemas/basic.ts';
import { AssertionBody, RequestOptionsText, SignedInText } from '../../schemas/sign-in.ts';

export function askForPasskey(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sign-in/passkey/options',
    {
      config: { audience: ['public'], repeat: 'natural' },
      schema: {
        summary: 'What to ask an authenticator, to sign in; the same for everybody',
        response: { 200: RequestOptionsText },
      },
    },
    async (request, reply) => {
      requireOwnPage(request.headers, deps.context.site.origin);
      const browser = newBrowser();
      reply.header('set-cookie', setCookie(BROWSER_COOKIE, browser));
      return askToSignIn(deps.context, browser, deps.clock.reading().wall);
    },
  );
}

export function signInByPasskey(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sign-in/passkey',
    {
      config: { audience: ['public'], repeat: 'natural' },
      schema: {
        summary: 'Signs in by a passkey: the answer sets the cookie of a session',
        description: 'Whatever is wrong with the passkey, the answer is the same 401.',
        body: Type.Object({ passkey: AssertionBody }, closed),
        response: { 200: SignedInText },
      },
    },
    async (request, reply) => {
      const { context, clock } = deps;
      requireOwnPage(request.headers, context.site.origin);
      const { wall } = clock.reading();
      const browser = cookieIn(request.headers.cookie, BROWSER_COOKIE) ?? '';
      const opened = await signIn(context, browser, request.body.passkey, wall);
      const earlier = cookieIn(request.headers.cookie, SESSION_COOKIE);
      if (earlier !== null) await leaveSession(context, earlier, wall);
      reply.header('set-cookie', cookiesOf(opened));
      return { signedIn: true };
    },
  );
}

/** The cookie of a session just opened; which browser it was matters no longer. */
export function cookiesOf({ secret }: Opened): string[] {
  return [setCookie(SESSION_COOKIE, secret), dropCookie(BROWSER_COOKIE)];
}
