import {
  CompiledQuery,
  Kysely,
  PostgresDialect,
  type PostgresPoolClient,
  type RawBuilder,
  sql,
} from 'kysely';
import pg from 'pg';
import { TocsinError } from '../domain/errors.ts';
import {
  type AlertId,
  type DeliveryId,
  type ParticipantId,
  parseId,
  type ReaderId,
} from '../domain/ids.ts';
import { type Instant, instant } from '../domain/instant.ts';
import { type Ear, type Hearing, openEar } from './ear.ts';
import type { Login } from './login.ts';
import type { Database } from './schema.ts';

declare const inTransaction: unique symbol;

/** Every reader and writer takes one: there is no access to the store outside a transaction. */
export type Tx = Kysely<Database> & { readonly [inTransaction]: true };

/**
 * Test hook around commit: throwing at `before_commit` is "failed and not persisted", at
 * `after_commit` "failed but persisted".
 */
export type CommitFault = (stage: 'before_commit' | 'after_commit') => void;

export type Store = {
  /** A transaction as the issuer's login. */
  issuer<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same for a tick: there is one at a time, whoever runs it. Locked from BEGIN on. */
  sequencer<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** A transaction as the participants' login that sees this participant's rows and no others. */
  participant<T>(participant: ParticipantId, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * The same for a release to one reader: holds the release lock of the alert's programme (see
   * `locks.ts`) from its first round trip on, which also reads the facts of the decision; null when
   * there is nothing to be seen. `readerFactsFrom` gives them their shape.
   */
  release<T>(
    to: { readonly participant: ParticipantId; readonly reader: ReaderId; readonly alert: AlertId },
    work: (tx: Tx, facts: unknown) => Promise<Closing<T>>,
  ): Promise<T>;
  /**
   * The same for the receipt of one delivery: its first round trip reads what was sent; null when
   * there is none of this participant's. `sentDelivery` gives it its shape.
   */
  receipt<T>(
    of: { readonly participant: ParticipantId; readonly delivery: DeliveryId },
    work: (sent: unknown) => Promise<Closing<T>>,
  ): Promise<T>;
  /** As the issuer's login, each statement a transaction of its own without BEGIN and COMMIT. */
  lookup<T>(statements: (tx: Tx) => Promise<T>): Promise<T>;
  /** A transaction as the participants' login that sees what has been published, as anybody may. */
  audience<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Hears, on a connection of its own, what any process commits (`tellCut`). */
  hear(hearing: Hearing): Promise<Ear>;
  close(): Promise<void>;
};

/**
 * How a release or a receipt ends: its value, and what is still to be written when it has one, or
 * null.
 */
export type Closing<T> = { readonly value: T; readonly last: LastStatement | null };

/**
 * A statement that goes to the database in one round trip with COMMIT: a fetch is little else than
 * round trips. Nobody waits for its result; when it fails the transaction does.
 */
export type LastStatement = { readonly text: string };

/** A call of one of the store's functions, with the text of each argument. */
export function lastStatement(
  name: 'tocsin_record_delivery' | 'tocsin_record_receipt',
  values: readonly string[],
): LastStatement {
  return { text: `select ${name}(${values.map(literal).join(', ')})` };
}

/** Bytes as the text of an argument. */
export function byteaText(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
}

/**
 * A text between dollar quotes, in which nothing has to be escaped. The driver escapes character by
 * character: of JSON within JSON that was more than a third of all a fetch allocates.
 */
export function literal(text: string): string {
  for (let n = 0; ; n++) {
    const quote = `$t${n}$`;
    // Also not across the end: `$t0` would end together with the first `$` of the quote.
    if (`${text}${quote}`.indexOf(quote) === text.length) return `${quote}${text}${quote}`;
  }
}

const ISSUER_CONNECTIONS = 8;
const PARTICIPANT_CONNECTIONS = 16;

/** Opens both pools. Nothing is connected until the first transaction. */
export function openStore(
  logins: { issuer: Login; participant: Login },
  fault?: CommitFault,
): Store {
  const issuer = connect(logins.issuer, ISSUER_CONNECTIONS);
  const participant = connect(logins.participant, PARTICIPANT_CONNECTIONS);
  return {
    issuer: (work) => transact(issuer, fault, [], whole(work)),
    sequencer: (work) => transact(issuer, fault, [AS_SEQUENCER], whole(work)),
    participant: (id, work) => transact(participant, fault, [asParticipant(id)], whole(work)),
    release: (to, work) =>
      transact(participant, fault, [releaseFacts(to)], (tx, read) => work(tx, factsIn(read))),
    receipt: (of, work) =>
      transact(participant, fault, [receiptFacts(of)], (_, read) => work(factsIn(read))),
    lookup: (statement) => single(issuer, statement),
    audience: (work) => transact(participant, fault, [AS_PUBLIC], whole(work)),
    hear: (hearing) =>
      openEar(logins.issuer, hearing).catch((error: unknown) => {
        throw asStoreError(error);
      }),
    async close() {
      await Promise.all([issuer.destroy(), participant.destroy()]);
    },
  };
}

/** Work that has written all it has to write. */
function whole<T>(work: (tx: Tx) => Promise<T>): (tx: Tx) => Promise<Closing<T>> {
  return async (tx) => ({ value: await work(tx), last: null });
}

// The context dies with the transaction (is_local = true): a pooled connection carries nothing
// over.
const AS_PUBLIC = "select set_config('tocsin.audience', 'public', true)";

// "tocs" as a number: a key of our own beside those of `locks.ts`. What is read has to be later
// statements: one's snapshot is taken before it waits for a lock.
const AS_SEQUENCER = `select pg_advisory_xact_lock(${0x746f6373})`;

/**
 * Ids are checked, not quoted: a preamble is sent as text so that it is one round trip with BEGIN.
 */
function asParticipant(id: ParticipantId): string {
  return `select set_config('tocsin.participant', '${parseId(id, 'participant')}', true)`;
}

function releaseFacts(to: {
  participant: ParticipantId;
  reader: ReaderId;
  alert: AlertId;
}): string {
  const participant = parseId(to.participant, 'participant');
  const [alert, reader] = [parseId(to.alert, 'alert'), parseId(to.reader, 'reader')];
  return `select tocsin_release_facts('${participant}', '${alert}', '${reader}') as facts`;
}

function receiptFacts(of: { participant: ParticipantId; delivery: DeliveryId }): string {
  const participant = parseId(of.participant, 'participant');
  const delivery = parseId(of.delivery, 'delivery');
  return `select tocsin_receipt_facts('${participant}', '${delivery}') as facts`;
}

function factsIn(read: unknown): unknown {
  return (read as { readonly facts: unknown }).facts;
}

async function single<T>(db: Kysely<Database>, statement: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await db.connection().execute((connection) => statement(connection as Tx));
  } catch (error) {
    throw asStoreError(error);
  }
}

async function transact<T>(
  db: Kysely<Database>,
  fault: CommitFault | undefined,
  preamble: readonly string[],
  work: (tx: Tx, read: unknown) => Promise<Closing<T>>,
): Promise<T> {
  try {
    const result = await db.connection().execute(async (connection) => {
      const begin = CompiledQuery.raw(['begin', ...preamble].join('; '));
      const { rows } = await connection.executeQuery(begin);
      try {
        const { value, last } = await work(connection as Tx, rows[0]);
        fault?.('before_commit');
        await commit(connection, last);
        return value;
      } catch (error) {
        // A connection that cannot even roll back is broken; the pool drops it, the server its
        // work.
        await sql
          .raw('rollback')
          .execute(connection)
          .catch(() => undefined);
        throw error;
      }
    });
    fault?.('after_commit');
    return result;
  } catch (error) {
    throw asStoreError(error);
  }
}

type CommitQuery = CompiledQuery<{ readonly command: string }>;

async function commit(connection: Kysely<Database>, last: LastStatement | null): Promise<void> {
  const text = last === null ? 'commit' : `${last.text}; commit`;
  const { rows } = await connection.executeQuery(CompiledQuery.raw(text) as CommitQuery);
  // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK, not with an error.
  if (rows[0]?.command === 'ROLLBACK') {
    throw new TocsinError('INTERNAL', 'the transaction had failed: nothing was written');
  }
}

/** A connected Kysely over one login; used for migrations too. */
export function connect(login: Login, connections: number): Kysely<Database> {
  const pool = new pg.Pool({
    ...('url' in login ? { connectionString: login.url } : login),
    max: connections,
    connectionTimeoutMillis: 5_000,
    types: { getTypeParser: typeParser },
    // Without statistics the planner takes the facts of a release for a large query, and compiling
    // it costs several times what running it does.
    options:
      '-c timezone=UTC -c jit=off -c statement_timeout=60000 ' +
      '-c idle_in_transaction_session_timeout=15000',
  });
  // An idle connection that breaks (server stopped) is replaced at the next use; without a listener
  // Node would end.
  pool.on('error', () => undefined);
  // One that breaks while in use says so twice: to the query under way, and here.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => prepared(await pool.connect()),
        end: () => pool.end(),
        options: {},
      },
    }),
  });
}

/** An instant as an operand of a comparison. */
export function timestamp(at: Instant): RawBuilder<Instant> {
  return sql<Instant>`${new Date(at)}::timestamptz`;
}

const statementNames = new Map<string, string>();
const MAX_PREPARED = 400;

type Session = PostgresPoolClient & { readonly processID: number };

/** One for each connection as long as it lives: what Kysely keeps of a connection hangs on it. */
const sessions = new WeakMap<pg.PoolClient, Session>();

/**
 * Sends each distinct statement as a named one, so that the server parses and plans it once per
 * connection: the row-level policies make planning cost more than most of our queries.
 */
function prepared(client: pg.PoolClient): Session {
  const known = sessions.get(client);
  if (known) return known;
  const session = {
    // The driver knows it and its types do not; Kysely asks for it to end a query that runs on.
    processID: Reflect.get(client, 'processID') as number,
    release: (destroy?: boolean) => client.release(destroy),
    query: (text: unknown, values?: readonly unknown[]) => {
      if (typeof text !== 'string' || !values || values.length === 0) {
        return client.query(text as string, values as unknown[]).then(lastResult);
      }
      const name = nameOf(text);
      return client.query({ ...(name && { name }), text, values: values as unknown[] });
    },
  } as unknown as Session;
  sessions.set(client, session);
  return session;
}

/** A text of several statements gives a result for each. */
function lastResult(result: unknown): unknown {
  return Array.isArray(result) ? (result.at(-1) as unknown) : result;
}

function nameOf(text: string): string | null {
  const known = statementNames.get(text);
  if (known) return known;
  if (statementNames.size >= MAX_PREPARED) return null;
  const name = `t${statementNames.size}`;
  statementNames.set(text, name);
  return name;
}

const OID_BIGINT = 20;
const OID_TIMESTAMPTZ = 1184;

function typeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === OID_TIMESTAMPTZ) return parseTimestamp;
  if (oid === OID_BIGINT) return parseBigint;
  return pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown;
}

function parseTimestamp(text: string): Instant {
  return instant(Date.parse(`${text.replace(' ', 'T')}:00`), 'timestamptz');
}

function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new TocsinError('INTERNAL', `expected a bigint within 2^53, found ${text.length} digits`);
  }
  return value;
}

/** Raised by `tocsin_second_person` in the migrations. */
const AN_AUTHOR_APPROVES = 'TS2ND';
const UNAVAILABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT']);

/**
 * Turns a driver's error into ours. SQL and parameters never reach the message: they may hold
 * content.
 */
export function asStoreError(error: unknown): unknown {
  if (error instanceof TocsinError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '53100') {
    return new TocsinError('STORE_FULL', 'the database has no space left: nothing was written', {
      cause: error,
    });
  }
  if (code === AN_AUTHOR_APPROVES) {
    return new TocsinError(
      'SECOND_PERSON',
      'approval: expected a person who neither opened the alert nor changed what is approved',
      { cause: error },
    );
  }
  if (
    /^(08|57P|53|25P0[34])/.test(code) ||
    UNAVAILABLE.has(code) ||
    /terminated|timeout|not queryable/i.test(error.message)
  ) {
    return new TocsinError('STORE_UNAVAILABLE', 'the database does not answer', { cause: error });
  }
  return new TocsinError(
    'INTERNAL',
    `the database refused a statement (SQLSTATE ${code || 'none'})`,
    {
      cause: error,
    },
  );
}
