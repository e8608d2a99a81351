import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { Instant } from '../domain/instant.ts';
import type { Caller } from '../programme/act.ts';
import type { Context } from '../programme/context.ts';
import type { TreeShelf } from '../programme/ledger/tree-shelf.ts';
import type { SignedBody } from '../programme/people/signed-requests.ts';
import type { Audience, Repeat, SignedInNeed } from './auth/audience.ts';
import type { RepeatKey } from './idempotency.ts';
import type { Lines } from './lines.ts';
import type { Metrics } from './metrics.ts';

/** What the edge needs of the clock. */
export type EdgeClock = {
  /** The one instant of a request. @throws CLOCK_DOUBT after a jump. */
  now(): Instant;
  /** What the clock says even then, for log lines and for confirming it. */
  reading(): { readonly wall: Instant };
  /** Takes the wall clock as right from here on, after two persons confirmed it. */
  rebase(): void;
};

/** What both apps work with. Routes read it when asked, never while they are registered. */
export type HttpDeps = {
  readonly context: Context;
  readonly trees: TreeShelf;
  /** Throws while the database's ledger is not the one that was pinned. */
  readonly requireLedger: () => void;
  readonly clock: EdgeClock;
  /** The recipient's program as built; null in a checkout without a build. */
  readonly readerBundle: { readonly bytes: Buffer; readonly sha256: string } | null;
  readonly metrics: Metrics;
  readonly lines: Lines;
  readonly ready: () => Promise<boolean>;
  /** One JSON line per request. */
  readonly logLine?: (line: string) => void;
};

/** A fastify instance whose handlers take their types from their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Registers one route. */
export type Route = (app: App, deps: HttpDeps) => void;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever the token names; null on public routes. */
    caller: Caller | null;
    /** Under what a repeated POST finds the first one's answer; null where a repeat needs none. */
    repeat: RepeatKey | null;
    /** Of a signed request what it says of its body; null: the request is not signed. */
    signedBody: SignedBody | null;
  }
  interface FastifyContextConfig {
    audience?: readonly Audience[];
    repeat?: Repeat;
    signedIn?: SignedInNeed;
    /**
     * What a reader does there binds it: a token does not do, nor a session by a passkey that was
     * just made at a link.
     */
    binds?: true;
    /** `bytes`: the body is application/octet-stream, else JSON. */
    takes?: 'bytes';
  }
}
