import { CompiledQuery } from 'kysely';
import { canonicalJson } from '../crypto/canonical.ts';
import { newId, randomBytes } from '../crypto/random.ts';
import {
  type Actor,
  type Event,
  type EventData,
  type EventType,
  makeEvent,
  PARTICIPANT_EVENTS,
} from '../domain/event.ts';
import type { EventId, ProgrammeId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { eventEntry, eventLeafHash, type Part } from '../ledger/event-leaf.ts';
import type { Tx } from './database.ts';

/** Whose act something stored is, and when: what its event says of it. */
export type Act = { readonly programme: ProgrammeId; readonly actor: Actor; readonly at: Instant };

/** What a verb says of an act; id, subjects, salts and hashes are added here. */
export type NewEvent<T extends EventType = EventType> = {
  readonly type: T;
  readonly at: Instant;
  readonly programme: ProgrammeId | null;
  readonly actor: Actor;
  readonly data: EventData<T>;
};

export type PreparedEvent = {
  readonly event: Event;
  readonly participant: string | null;
  readonly parts: readonly Part[];
  readonly entry: string;
  /** RFC 6962 leaf hash of the entry: what a promise and a proof speak of. */
  readonly leaf: Buffer;
};

const SALT_BYTES = 32;

/**
 * Makes an event ready for the ledger: its parts, salts and leaf hash. The leaf is known before the
 * commit because a copy carries the promise of it.
 */
export function prepareEvent<T extends EventType>(fields: NewEvent<T>): PreparedEvent {
  const event = makeEvent({ id: newId<EventId>(), ...fields }) as Event;
  const parts: Part[] = [
    {
      audience: 'issuer',
      body: canonicalJson(event),
      salt: randomBytes(SALT_BYTES),
    },
  ];
  const participant = participantOf(event);
  if (participant) {
    parts.push({
      audience: 'participant',
      body: participantBody(event),
      salt: randomBytes(SALT_BYTES),
    });
  }
  const entry = eventEntry(parts);
  return { event, participant, parts, entry, leaf: eventLeafHash(entry) };
}

function participantOf(event: Event): string | null {
  if (!PARTICIPANT_EVENTS.has(event.type) || !('participant' in event.data)) return null;
  const { participant } = event.data;
  return typeof participant === 'string' ? participant : null;
}

/** The participant's part says what happened to it, not which person at the issuer did it. */
function participantBody(event: Event): string {
  const { actor: _actor, subjects: _subjects, ...rest } = event;
  return canonicalJson(rest);
}

/** Prepares and inserts one event in the caller's transaction; that commit is "in the ledger". */
export async function recordEvent<T extends EventType>(
  tx: Tx,
  fields: NewEvent<T>,
): Promise<PreparedEvent> {
  const prepared = prepareEvent(fields);
  await insertEvents(tx, [prepared]);
  return prepared;
}

/** Inserts prepared events in one statement, whatever their number, so that it is planned once. */
export async function insertEvents(tx: Tx, events: readonly PreparedEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.executeQuery(CompiledQuery.raw(EVENT_INSERT, [JSON.stringify(eventRows(events))]));
}

/**
 * The statement behind `insertEvents`; $1 is the JSON of `eventRows`.
 * `tocsin_record_delivery` and `tocsin_record_receipt` in the migrations say the same of theirs.
 */
const EVENT_INSERT = `insert into event (id, at, type, programme_id, subjects, entry, leaf,
    issuer_body, issuer_salt, participant_id, participant_body, participant_salt)
  select id, at, type, programme, subjects, entry, decode(leaf, 'hex'), ib, decode("is", 'hex'),
    participant, pb, decode(ps, 'hex')
  from json_to_recordset($1::json) as r (id uuid, at timestamptz(3), type text, programme uuid,
    subjects uuid[], entry text, leaf text, ib text, "is" text, participant uuid, pb text,
    ps text)`;

/** Events as the store's statements read them, in the fields of its JSON. */
function eventRows(events: readonly PreparedEvent[]): readonly EventRow[] {
  return events.map(eventRow);
}

type EventRow = ReturnType<typeof eventRow>;

function eventRow({ event, participant, parts, entry, leaf }: PreparedEvent) {
  return {
    id: event.id,
    at: new Date(event.at).toISOString(),
    type: event.type,
    programme: event.programme,
    subjects: event.subjects,
    entry,
    leaf: leaf.toString('hex'),
    ib: parts[0]?.body ?? null,
    is: parts[0]?.salt.toString('hex') ?? null,
    participant,
    pb: parts[1]?.body ?? null,
    ps: parts[1]?.salt.toString('hex') ?? null,
  };
}
