import { sql } from 'kysely';
import { TocsinError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { type Tx, timestamp } from './database.ts';

/** An event as its tick places it. */
export type Placed = { readonly position: number; readonly hash: Buffer; readonly at: Instant };

/**
 * Gives committed events without a tick, of an instant not after `until`, their place in one; at
 * most `limit`. Selected by their state, not by a high serial: a transaction that took its serials
 * early and commits late is simply found by a later tick.
 * @param draw gives as many distinct positions as there are events
 * @returns the leaf hash of each at its position, and when it happened
 */
export async function placeEvents(
  tx: Tx,
  tick: number,
  { until, limit }: { readonly until: Instant; readonly limit: number },
  draw: (events: number) => readonly number[],
): Promise<Placed[]> {
  const waiting = await tx
    .selectFrom('event')
    .select(['serial', 'leaf', 'at'])
    .where('tick', 'is', null)
    .where('at', '<=', timestamp(until))
    .orderBy('serial')
    .limit(limit)
    .execute();
  if (waiting.length === 0) return [];
  const positions = draw(waiting.length);
  const serials = waiting.map((event) => event.serial);
  await sql`update event set tick = ${tick}, position = r.position
    from unnest(${serials}::bigint[], ${positions}::integer[]) as r (serial, position)
    where event.serial = r.serial and event.tick is null`.execute(tx);
  return waiting.map(({ leaf, at }, index) => ({
    position: positions[index] ?? 0,
    hash: leaf,
    at,
  }));
}

export type TickRow = {
  readonly tick: number;
  readonly at: Instant;
  readonly root: Buffer;
  readonly tickKey: Buffer;
  readonly events: number;
};

export async function insertTick(tx: Tx, tick: TickRow): Promise<void> {
  await tx
    .insertInto('tick')
    .values({
      tick: tick.tick,
      at: new Date(tick.at),
      root: tick.root,
      tick_key: tick.tickKey,
      events: tick.events,
    })
    .execute();
}

export async function tickByNumber(tx: Tx, tick: number): Promise<TickRow | null> {
  const row = await tx.selectFrom('tick').selectAll().where('tick', '=', tick).executeTakeFirst();
  return row
    ? { tick: row.tick, at: row.at, root: row.root, tickKey: row.tick_key, events: row.events }
    : null;
}

/** Adds complete subtrees of the log. */
export async function insertLogNodes(
  tx: Tx,
  nodes: readonly { readonly level: number; readonly index: number; readonly hash: Uint8Array }[],
): Promise<void> {
  await tx
    .insertInto('log_node')
    .values(nodes.map((node) => ({ ...node, hash: Buffer.from(node.hash) })))
    .execute();
}

/**
 * The complete subtrees at these coordinates, keyed `level/index`. @throws LEDGER_TAMPERED when one
 * is missing.
 */
export async function logNodes(
  tx: Tx,
  coordinates: readonly { readonly level: number; readonly index: number }[],
): Promise<Map<string, Buffer>> {
  if (coordinates.length === 0) return new Map();
  const { rows } = await sql<{ level: number; index: number; hash: Buffer }>`
    select n.level, n.index, n.hash from log_node n
    join unnest(${coordinates.map((c) => c.level)}::integer[],
      ${coordinates.map((c) => c.index)}::bigint[]) as r (level, index)
      on n.level = r.level and n.index = r.index`.execute(tx);
  const found = new Map(rows.map((row) => [`${row.level}/${row.index}`, row.hash]));
  for (const { level, index } of coordinates) {
    if (!found.has(`${level}/${index}`)) {
      throw new TocsinError(
        'LEDGER_TAMPERED',
        `log node: expected a stored hash at level ${level}, index ${index}, found none`,
      );
    }
  }
  return found;
}

export async function insertCheckpoint(tx: Tx, checkpoint: CheckpointRow): Promise<void> {
  await tx
    .insertInto('checkpoint')
    .values({ size: checkpoint.size, at: new Date(checkpoint.at), note: checkpoint.note })
    .execute();
}

/** A checkpoint as stored: its signed note, and the time of its last tick. */
export type CheckpointRow = { readonly size: number; readonly at: Instant; readonly note: string };

/** The newest committed checkpoint, or null before the first tick. */
export async function latestCheckpoint(tx: Tx): Promise<CheckpointRow | null> {
  const row = await tx
    .selectFrom('checkpoint')
    .selectAll()
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** One event as recorded and placed, with the parts that still exist. */
export type PlacedEvent = {
  readonly entry: string;
  readonly leaf: Buffer;
  readonly tick: number | null;
  readonly position: number | null;
  readonly parts: readonly {
    readonly audience: 'issuer' | 'participant';
    readonly body: string | null;
    readonly salt: Buffer | null;
  }[];
};

const EVENT_COLUMNS = sql`entry, leaf, tick, position, participant_id, issuer_body,
  issuer_salt, participant_body, participant_salt`;

type EventColumns = {
  entry: string;
  leaf: Buffer;
  tick: number | null;
  position: number | null;
  participant_id: string | null;
  issuer_body: string | null;
  issuer_salt: Buffer | null;
  participant_body: string | null;
  participant_salt: Buffer | null;
};

function eventFromRow(row: EventColumns): PlacedEvent {
  const issuer = { audience: 'issuer', body: row.issuer_body, salt: row.issuer_salt } as const;
  const theirs = {
    audience: 'participant',
    body: row.participant_body,
    salt: row.participant_salt,
  } as const;
  return {
    entry: row.entry,
    leaf: row.leaf,
    tick: row.tick,
    position: row.position,
    parts: row.participant_id === null ? [issuer] : [issuer, theirs],
  };
}

export async function eventByLeaf(tx: Tx, leaf: Buffer): Promise<PlacedEvent | null> {
  const { rows } = await sql<EventColumns>`select ${EVENT_COLUMNS} from event
    where leaf = ${leaf}`.execute(tx);
  return rows[0] ? eventFromRow(rows[0]) : null;
}

/**
 * The same as the participant's login, which cannot read the issuer's part: only its own part is
 * there.
 */
export async function ownEventByLeaf(tx: Tx, leaf: Buffer): Promise<PlacedEvent | null> {
  const row = await tx
    .selectFrom('event')
    .select(['entry', 'leaf', 'tick', 'position', 'participant_body', 'participant_salt'])
    .where('leaf', '=', leaf)
    .executeTakeFirst();
  if (!row) return null;
  const part = {
    audience: 'participant',
    body: row.participant_body,
    salt: row.participant_salt,
  } as const;
  const { entry, tick, position } = row;
  return { entry, leaf: row.leaf, tick, position, parts: [part] };
}

/** The leaves of one tick's tree: what a proof needs of all its events, without their bodies. */
export async function leavesOfTick(
  tx: Tx,
  tick: number,
): Promise<{ readonly position: number; readonly hash: Buffer }[]> {
  const rows = await tx
    .selectFrom('event')
    .select(['position', 'leaf'])
    .where('tick', '=', tick)
    .execute();
  return rows.map(({ position, leaf }) => ({ position: position ?? 0, hash: leaf }));
}

/** All events of one tick, in position order. */
export async function eventsOfTick(tx: Tx, tick: number): Promise<PlacedEvent[]> {
  const { rows } = await sql<EventColumns>`select ${EVENT_COLUMNS} from event
    where tick = ${tick} order by position`.execute(tx);
  return rows.map(eventFromRow);
}
