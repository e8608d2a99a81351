import { Type } from 'typebox';
import { newBrowser } from '../../../programme/people/challenges.ts';
import { askToRegister, register } from '../../../programme/people/passkeys.ts';
import { leaveSession } from '../../../programme/people/sessions.ts';
import { BROWSER_COOKIE, cookieIn, SESSION_COOKIE, setCookie } from '../../auth/cookies.ts';
import { requireOwnPage } from '../../auth/own-page.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed } from '../../schemas/basic.ts';
import {
  AttestationBody,
  CreationOptionsText,
  LabelText,
  SignedInText,
} from '../../schemas/sign-in.ts';
import { cookiesOf } from '../sign-in/passkey.ts';

const Link = {
  link: Type.String({ minLength: 1, maxLength: 200 }),
  code: Type.Optional(
    Type.String({ maxLength: 100, description: 'told by who proposed a recovery' }),
  ),
};

export function askAtLink(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/passkey-links/options',
    {
      config: { audience: ['public'], repeat: 'natural' },
      schema: {
        summary: 'What to ask an authenticator, to register a passkey by a one-time link',
        body: Type.Object({ ...Link }, closed),
        response: { 200: CreationOptionsText },
      },
    },
    async (request, reply) => {
      requireOwnPage(request.headers, deps.context.site.origin);
      const browser = newBrowser();
      const { wall } = deps.clock.reading();
      const { link, code = null } = request.body;
      const asked = await askToRegister(deps.context, browser, { link, code }, wall);
      reply.header('set-cookie', setCookie(BROWSER_COOKIE, browser));
      return asked;
    },
  );
}

export function registerAtLink(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/passkey-links',
    {
      // A link serves once, so a repeat finds it used.
      config: { audience: ['public'], repeat: 'natural' },
      schema: {
        summary: 'Registers the first passkey of whoever a one-time link is for, and signs them in',
        body: Type.Object({ ...Link, label: LabelText, passkey: AttestationBody }, closed),
        response: { 201: SignedInText },
      },
    },
    async (request, reply) => {
      const { context, clock } = deps;
      requireOwnPage(request.headers, context.site.origin);
      const { wall } = clock.reading();
      const { link, code = null, label, passkey: attestation } = request.body;
      const browser = cookieIn(request.headers.cookie, BROWSER_COOKIE) ?? '';
      const opened = await register(context, browser, { link, code, label, attestation }, wall);
      const earlier = cookieIn(request.headers.cookie, SESSION_COOKIE);
      if (earlier !== null) await leaveSession(context, earlier, wall);
      return reply.code(201).header('set-cookie', cookiesOf(opened)).send({ signedIn: true });
    },
  );
}
