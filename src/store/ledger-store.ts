import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import type { LogNode, NodeAt } from '../ledger/log-tree.ts';
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

/**
 * How many events a tick left over, if it took as many as it could; 0 where it did not, which is
 * known without counting.
 */
export async function leftOver(tx: Tx, tick: number, limit: number): Promise<number> {
  const { rows } = await sql<{ left: number }>`
    select count(*) as left from event where tick is null
      and exists (select 1 from tick t where t.tick = ${tick} and t.events >= ${limit})`.execute(
    tx,
  );
  return rows[0]?.left ?? 0;
}

export type TickRow = {
  readonly tick: number;
  readonly at: Instant;
  readonly root: Buffer;
  readonly tickKey: Buffer;
  readonly events: number;
};

/**
 * Adds a tick, the complete subtrees of the log that its leaf makes, and the checkpoint over it,
 * in one statement.
 * @param note the signed checkpoint of the log with this tick as its last.
 */
export async function insertTick(
  tx: Tx,
  { tick, at, root, tickKey, events }: TickRow,
  nodes: readonly LogNode[],
  note: string,
): Promise<void> {
  const hashes = nodes.map(({ hash }) => Buffer.from(hash));
  await sql`
    with placed as (insert into tick (tick, at, root, tick_key, events)
      values (${tick}, ${timestamp(at)}, ${root}, ${tickKey}, ${events})),
    grown as (insert into log_node (level, index, hash)
      select level, index, hash
      from unnest(${nodes.map((node) => node.level)}::integer[],
        ${nodes.map((node) => node.index)}::bigint[], ${hashes}::bytea[])
        as r (level, index, hash))
    insert into checkpoint (size, at, note)
    values (${tick + 1}, ${timestamp(at)}, ${note})`.execute(tx);
}

export async function tickByNumber(tx: Tx, tick: number): Promise<TickRow | null> {
  const [row] = await ticksBetween(tx, tick, tick + 1);
  return row ?? null;
}

/** The ticks from one number on and below another, in order. */
export async function ticksBetween(tx: Tx, from: number, below: number): Promise<TickRow[]> {
  const rows = await tx
    .selectFrom('tick')
    .selectAll()
    .where('tick', '>=', from)
    .where('tick', '<', below)
    .orderBy('tick')
    .execute();
  return rows.map(({ tick_key: tickKey, ...row }) => ({ ...row, tickKey }));
}

/** Complete subtrees of the log as they are stored, keyed `level/index`. */
export type StoredNodes = ReadonlyMap<string, Buffer>;

/** The complete subtrees at these coordinates, without those that are not stored. */
export async function logNodes(tx: Tx, coordinates: readonly NodeAt[]): Promise<StoredNodes> {
  if (coordinates.length === 0) return new Map();
  const { rows } = await sql<{ hashes: readonly (Buffer | null)[] }>`
    select ${hashesAt(coordinates)} as hashes`.execute(tx);
  return keyed(coordinates, rows[0]?.hashes ?? []);
}

/** The hash of each coordinate, in their order; null: it is not stored. */
function hashesAt(coordinates: readonly NodeAt[]): RawBuilder<readonly (Buffer | null)[]> {
  return sql`array(
    select (select hash from log_node n where n.level = r.level and n.index = r.index)
    from unnest(${coordinates.map((at) => at.level)}::integer[],
      ${coordinates.map((at) => at.index)}::bigint[])
      with ordinality as r (level, index, nth)
    order by nth)`;
}

function keyed(
  coordinates: readonly NodeAt[],
  hashes: readonly (Buffer | null)[],
): Map<string, Buffer> {
  const nodes = new Map<string, Buffer>();
  for (const [i, { level, index }] of coordinates.entries()) {
    const hash = hashes[i];
    if (hash) nodes.set(`${level}/${index}`, hash);
  }
  return nodes;
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

/** The log as one statement finds it, so as it was at one moment. */
export type StoredLog = { readonly latest: CheckpointRow | null; readonly nodes: StoredNodes };

/** The newest committed checkpoint together with complete subtrees, as `logNodes`. */
export async function storedLog(tx: Tx, coordinates: readonly NodeAt[]): Promise<StoredLog> {
  const { rows } = await sql<
    { hashes: readonly (Buffer | null)[] } & (CheckpointRow | { size: null })
  >`select c.size, c.at, c.note, ${hashesAt(coordinates)} as hashes
    from (values (1)) as always
    left join (select size, at, note from checkpoint order by size desc limit 1) c
      on true`.execute(tx);
  const [row] = rows;
  if (!row) return { latest: null, nodes: new Map() };
  const { hashes, ...latest } = row;
  return { latest: latest.size === null ? null : latest, nodes: keyed(coordinates, hashes) };
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

/** An event, and the newest checkpoint at the moment it was seen; null before the first. */
export type SeenEvent = PlacedEvent & {
  readonly newest: Pick<CheckpointRow, 'size' | 'note'> | null;
};

/**
 * Read with the event, in one statement: at least as new as in any answer before, and as the tick
 * of the event.
 */
const NEWEST_CHECKPOINT = sql`left join
  (select size, note from checkpoint order by size desc limit 1) as newest on true`;

type NewestColumns = { size: number | null; note: string | null };

function seen(event: PlacedEvent, { size, note }: NewestColumns): SeenEvent {
  return { ...event, newest: size === null || note === null ? null : { size, note } };
}

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

export async function eventByLeaf(tx: Tx, leaf: Buffer): Promise<SeenEvent | null> {
  const { rows } = await sql<EventColumns & NewestColumns>`
    select ${EVENT_COLUMNS}, size, note from event ${NEWEST_CHECKPOINT}
    where leaf = ${leaf}`.execute(tx);
  const [row] = rows;
  return row ? seen(eventFromRow(row), row) : null;
}

type OwnEventColumns = Omit<
  EventColumns,
  'leaf' | 'participant_id' | 'issuer_body' | 'issuer_salt'
>;

/**
 * The same as the participant's login, which cannot read the issuer's part: only its own part is
 * there.
 */
export async function ownEventByLeaf(tx: Tx, leaf: Buffer): Promise<SeenEvent | null> {
  const { rows } = await sql<OwnEventColumns & NewestColumns>`
    select entry, tick, position, participant_body, participant_salt, size, note
    from event ${NEWEST_CHECKPOINT} where leaf = ${leaf}`.execute(tx);
  const [row] = rows;
  if (!row) return null;
  const part = {
    audience: 'participant',
    body: row.participant_body,
    salt: row.participant_salt,
  } as const;
  const { entry, tick, position } = row;
  return seen({ entry, leaf, tick, position, parts: [part] }, row);
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

/** All events of ticks from one number up to another, by tick and in position order. */
export async function eventsOfTicks(tx: Tx, first: number, last: number): Promise<PlacedEvent[]> {
  const { rows } = await sql<EventColumns>`select ${EVENT_COLUMNS} from event
    where tick between ${first} and ${last} order by tick, position`.execute(tx);
  return rows.map(eventFromRow);
}
