/**
 * The form in which the proof of an event travels: JSON, bytes as lower-case hex.
 * Format: docs/formats/event-proof.md.
 */
import { type Audience, parseAudience } from './event-leaf.ts';
import { EVENT_TREE_DEPTH } from './event-tree.ts';
import { count, hex32, list, record, text } from './shape.ts';
import type { Tick } from './tick-leaf.ts';

/** A proof as JSON. All hex strings are 64 lower-case digits. */
export type EventProof = {
  /** The event's entry, as `eventEntry` made it. */
  readonly entry: string;
  /** The one part that is opened. */
  readonly part: { readonly audience: Audience; readonly body: string; readonly salt: string };
  /** Of the event in its tick's tree. */
  readonly position: number;
  /** 20 hashes from the event up to the root of its tick's tree. */
  readonly path: readonly string[];
  readonly tick: { readonly tick: number; readonly at: number; readonly root: string };
  /** Of the tick's leaf in the log. */
  readonly logIndex: number;
  /** The RFC 6962 inclusion proof of that leaf in the tree of `checkpoint`. */
  readonly logProof: readonly string[];
  /** A signed note. */
  readonly checkpoint: string;
};

/** The same with bytes as bytes. */
export type EventProofBytes = Omit<EventProof, 'part' | 'path' | 'tick' | 'logProof'> & {
  readonly part: { readonly audience: Audience; readonly body: string; readonly salt: Uint8Array };
  readonly path: readonly Uint8Array[];
  readonly tick: Tick;
  readonly logProof: readonly Uint8Array[];
};

/** A tree of at most 2^53 leaves has at most 53 levels below its root. */
const MAX_LOG_PROOF = 53;

/** The proof as it is sent. */
export function encodeEventProof(proof: EventProofBytes): EventProof {
  return {
    ...proof,
    part: { ...proof.part, salt: hex(proof.part.salt) },
    path: proof.path.map(hex),
    tick: { ...proof.tick, root: hex(proof.tick.root) },
    logProof: proof.logProof.map(hex),
  };
}

/**
 * Reads a proof that anybody may have sent; only its form is checked. Unknown members are ignored.
 * @throws INVALID_INPUT naming the field.
 */
export function parseEventProof(value: unknown): EventProofBytes {
  const proof = record('proof', value);
  const part = record('part', proof['part']);
  const tick = record('tick', proof['tick']);
  return {
    entry: text('entry', proof['entry']),
    part: {
      audience: parseAudience('part.audience', part['audience']),
      body: text('part.body', part['body']),
      salt: hex32('part.salt', part['salt']),
    },
    position: count('position', proof['position']),
    path: hashes('path', proof['path'], EVENT_TREE_DEPTH),
    tick: {
      tick: count('tick.tick', tick['tick']),
      at: count('tick.at', tick['at']),
      root: hex32('tick.root', tick['root']),
    },
    logIndex: count('logIndex', proof['logIndex']),
    logProof: hashes('logProof', proof['logProof'], MAX_LOG_PROOF),
    checkpoint: text('checkpoint', proof['checkpoint']),
  };
}

function hashes(field: string, value: unknown, most: number): Buffer[] {
  return list(field, value, most).map((item, i) => hex32(`${field}[${i}]`, item));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
