import { Type } from 'typebox';
import { SCOPES } from '../../../programme/act.ts';
import { actToken, endOwn, isVerified, listOwn } from '../../../programme/people/sessions.ts';
import { askToVerify, verifySession } from '../../../programme/people/sign-in.ts';
import { ANYBODY_KNOWN, callerOf } from '../../auth/audience.ts';
import { cookieIn, dropCookie, SESSION_COOKIE, setCookie } from '../../auth/cookies.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, knownId, listOf, oneOf } from '../../schemas/basic.ts';
import {
  AssertionBody,
  EndedText,
  OwnTokenText,
  presentOwn,
  RequestOptionsText,
} from '../../schemas/sign-in.ts';

const SessionText = Type.Object({
  session: IdText,
  holder: IdText,
  kind: oneOf(['person', 'reader']),
  scopes: listOf(oneOf(SCOPES)),
  verified: Type.Boolean({ description: 'whether a passkey verified the user minutes ago' }),
  act: Type.String({ description: 'goes into the header Tocsin-Act of every POST' }),
});

export function showSession(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/session',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session' },
      schema: { summary: 'Who is signed in at this browser', response: { 200: SessionText } },
    },
    async (request) => {
      const caller = callerOf(request);
      const secret = cookieIn(request.headers.cookie, SESSION_COOKIE) ?? '';
      return {
        session: caller.token,
        holder: caller.id,
        kind: caller.kind,
        scopes: caller.scopes,
        verified: isVerified(caller, deps.clock.reading().wall),
        act: actToken(secret),
      };
    },
  );
}

export function signOut(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/session/end',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session', repeat: 'natural' },
      schema: { summary: 'Signs out', response: { 200: EndedText } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await endOwn(deps.context, caller, 'session', caller.token, deps.clock.reading().wall);
      reply.header('set-cookie', dropCookie(SESSION_COOKIE));
      return { ended: true };
    },
  );
}

export function askAgain(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/session/verification/options',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session', repeat: 'natural' },
      schema: {
        summary: 'What to ask an authenticator, to verify the user of this session',
        response: { 200: RequestOptionsText },
      },
    },
    async (request) => askToVerify(deps.context, callerOf(request), deps.clock.reading().wall),
  );
}

export function verifyAgain(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/session/verification',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session', repeat: 'natural' },
      schema: {
        summary:
          'Verifies the user of this session by a passkey; its cookie is another from now on',
        body: Type.Object({ passkey: AssertionBody }, closed),
        response: { 200: Type.Object({ act: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { wall } = deps.clock.reading();
      const { passkey } = request.body;
      const { secret } = await verifySession(deps.context, callerOf(request), passkey, wall);
      reply.header('set-cookie', setCookie(SESSION_COOKIE, secret));
      return { act: actToken(secret) };
    },
  );
}

export function listSessions(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/sessions',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session' },
      schema: {
        summary: "The caller's sessions that go on, newest first",
        response: { 200: Type.Object({ items: listOf(OwnTokenText) }) },
      },
    },
    async (request) => {
      const { wall } = deps.clock.reading();
      const own = await listOwn(deps.context, callerOf(request), 'session', wall);
      return { items: own.map(presentOwn) };
    },
  );
}

export function endSession(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/sessions/:session/end',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session', repeat: 'natural' },
      schema: {
        summary: "Ends a session of the caller's, at once",
        params: Type.Object({ session: IdText }),
        response: { 200: EndedText },
      },
    },
    async (request) => {
      const session = knownId<'session'>(request.params.session);
      const { wall } = deps.clock.reading();
      await endOwn(deps.context, callerOf(request), 'session', session, wall);
      return { ended: true };
    },
  );
}
