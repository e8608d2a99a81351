import { fastifySwagger } from '@fastify/swagger';
import { Type } from 'typebox';
import { ERROR_CODES, TocsinError } from '../domain/errors.ts';
import type { Context } from '../programme/context.ts';
import { openTreeShelf } from '../programme/ledger/tree-shelf.ts';
import { buildApp } from './app.ts';
import type { Audience } from './auth/audience.ts';
import { SESSION_COOKIE } from './auth/cookies.ts';
import type { App, HttpDeps } from './deps.ts';
import { openLines } from './lines.ts';
import { createMetrics } from './metrics.ts';
import { STATUS } from './problem.ts';

/** The OpenAPI 3.1 description of the API, generated from the routes' own schemas. */
export async function describeApi(): Promise<string> {
  const app = buildApp(nothingToServe(), describe);
  await app.ready();
  const document: unknown = app.swagger();
  await app.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}

function describe(app: App): void {
  app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tocsin',
        version: 'v1',
        description: 'See docs/api.md: tokens, errors, cursors, repeats, versions.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: SECURITY, schemas: { Problem: PROBLEM } },
    },
    transform: ({ schema, url, route }) => {
      const { audience = [], repeat, takes, signedIn, binds } = route.config ?? {};
      return {
        url,
        schema: {
          ...schema,
          ...(takes === 'bytes' ? { consumes: ['application/octet-stream'], body: BYTES } : {}),
          ...(repeat === 'key' ? { headers: withRepeatKey(schema?.headers) } : {}),
          security: signedIn === undefined ? securityOf(audience, binds) : [{ session: [] }],
          response: { ...responsesOf(schema), default: PROBLEM_RESPONSE },
        },
      };
    },
  });
}

const SECURITY = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'A session; every other route takes it too, from pages of ours',
  },
  reader: { type: 'http', scheme: 'bearer', description: "A reader's token" },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature',
    description:
      "A signature by the reader's own key (RFC 9421; docs/api.md, Signed requests), with its " +
      'token or without: a programme can want it of every request',
  },
  person: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of a person of the issuer, with one of the scopes named',
  },
} as const;

/** OpenAPI 3.1 lets any scheme list the roles it needs; several entries are alternatives. */
function securityOf(audience: readonly Audience[], binds?: true): Record<string, string[]>[] {
  return audience.flatMap((one): Record<string, string[]>[] => {
    if (one === 'public') return [];
    if (one === 'reader') return [...(binds ? [] : [{ reader: [] }]), { signature: [] }];
    return [{ person: [one.slice('person:'.length)] }];
  });
}

const BYTES = { type: 'string', format: 'binary' };

const REPEAT_KEY = Type.Object({
  'Idempotency-Key': Type.String({ minLength: 8, maxLength: 128 }),
});

function withRepeatKey(headers: unknown): unknown {
  return headers === undefined ? REPEAT_KEY : { allOf: [headers, REPEAT_KEY] };
}

const PROBLEM = Type.Object(
  {
    type: Type.Literal('about:blank'),
    title: Type.String(),
    status: Type.Integer({ enum: [...new Set(Object.values(STATUS))].sort((a, b) => a - b) }),
    code: Type.String({ enum: [...ERROR_CODES] }),
    detail: Type.String({ description: 'what was expected and what was found' }),
    field: Type.Optional(Type.String({ description: 'the input at fault, as a path' })),
  },
  { description: 'RFC 9457, with a closed `code`' },
);

const PROBLEM_RESPONSE = {
  description: 'Anything else',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function responsesOf(schema: { readonly response?: unknown } | undefined): object {
  return typeof schema?.response === 'object' && schema.response !== null ? schema.response : {};
}

/**
 * Dependencies for an app that is only described or refused to: whatever a handler needs is out of
 * reach.
 */
export function nothingToServe(known: Partial<Pick<HttpDeps, 'clock' | 'logLine'>> = {}): HttpDeps {
  const unreachable = (): never => {
    throw new TocsinError('INTERNAL', 'expected a description only, found a request');
  };
  return {
    get context(): Context {
      return unreachable();
    },
    trees: openTreeShelf(),
    requireLedger: () => undefined,
    clock: { now: unreachable, reading: unreachable, rebase: unreachable },
    readerBundle: null,
    metrics: createMetrics(),
    lines: openLines(),
    ready: unreachable,
    ...known,
  };
}
