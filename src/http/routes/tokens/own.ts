import { Type } from 'typebox';
import { SCOPES } from '../../../programme/act.ts';
import { MOST_TOKEN_DAYS, makeOwnToken } from '../../../programme/people/own-tokens.ts';
import { endOwn, listOwn } from '../../../programme/people/sessions.ts';
import { ANYBODY_KNOWN, callerOf } from '../../auth/audience.ts';
import type { App, HttpDeps } from '../../deps.ts';
import { closed, IdText, knownId, listOf, oneOf } from '../../schemas/basic.ts';
import { EndedText, LabelText, OwnTokenText, presentOwn } from '../../schemas/sign-in.ts';

export function listTokens(app: App, deps: HttpDeps): void {
  app.get(
    '/v1/tokens',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session' },
      schema: {
        summary: "The caller's tokens that serve, newest first, each with its last use by the hour",
        response: { 200: Type.Object({ items: listOf(OwnTokenText) }) },
      },
    },
    async (request) => {
      const { wall } = deps.clock.reading();
      const own = await listOwn(deps.context, callerOf(request), 'api', wall);
      return { items: own.map(presentOwn) };
    },
  );
}

export function makeToken(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/tokens',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'verified', repeat: 'key' },
      schema: {
        summary: 'One more token for the caller, shown this once',
        body: Type.Object(
          {
            label: LabelText,
            scopes: Type.Array(oneOf(SCOPES), { minItems: 1, uniqueItems: true }),
            days: Type.Integer({ minimum: 1, maximum: MOST_TOKEN_DAYS }),
          },
          closed,
        ),
        response: { 201: Type.Object({ token: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { context, clock } = deps;
      const { repeat, body } = request;
      const made = await makeOwnToken(
        context,
        callerOf(request),
        body,
        clock.reading().wall,
        repeat,
      );
      return reply.code(201).send(made);
    },
  );
}

export function endToken(app: App, deps: HttpDeps): void {
  app.post(
    '/v1/tokens/:token/end',
    {
      config: { audience: ANYBODY_KNOWN, signedIn: 'session', repeat: 'natural' },
      schema: {
        summary: "Ends a token of the caller's, at once",
        params: Type.Object({ token: IdText }),
        response: { 200: EndedText },
      },
    },
    async (request) => {
      const token = knownId<'token'>(request.params.token);
      const { wall } = deps.clock.reading();
      await endOwn(deps.context, callerOf(request), 'api', token, wall);
      return { ended: true };
    },
  );
}
