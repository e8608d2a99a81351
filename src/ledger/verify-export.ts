/**
 * Verifies an exported ledger, line by line, from the key held by the caller down to every body
 * that was not erased. Format and steps: docs/formats/ledger-export.md.
 */
import { sha256 } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { type PartCommitment, parseEventEntry, partCommitment } from './event-leaf.ts';
import { buildEventTree, EVENT_TREE_CAPACITY, type EventLeaf } from './event-tree.ts';
import { appendLeaf, EMPTY_FRONTIER, type Frontier, rootOf } from './log-tree.ts';
import { leafHash } from './proof.ts';
import { count, hex32, list, record, text } from './shape.ts';
import { tickLeafHash } from './tick-leaf.ts';
import { type EvidenceWatch, watchEvidence } from './verify-evidence.ts';

/** What a verified export holds. */
export type VerifiedExport = {
  /** Events in all ticks. */
  readonly events: number;
  /** Number of ticks and root of the log, by a checkpoint that the log's key signed. */
  readonly checkpoint: Checkpoint;
};

/**
 * @param lines of the export, without their newlines; anybody may have written them.
 * @param verifierKey the log's, as pinned by the caller.
 * @throws LEDGER_TAMPERED naming the line, what was expected and what was found (`cause` has the
 *   error beneath); KEY_INVALID when `verifierKey` itself is malformed.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  verifierKey: string,
): Promise<VerifiedExport> {
  let checkpoint: Checkpoint | null = null;
  let log: Log = { frontier: EMPTY_FRONTIER, at: -1, events: 0 };
  const evidence = watchEvidence();
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const [known, before] = [checkpoint, log];
    if (known === null) checkpoint = check(`line ${number}`, () => header(line, verifierKey));
    else log = check(`line ${number}`, () => withTick(before, line, evidence));
  }
  if (checkpoint === null) throw tampered('export', 'a first line', 'nothing');
  const { size, root } = checkpoint;
  same('number of ticks', size, log.frontier.size);
  same('root of the log', hex(root), hex(rootOf(log.frontier)));
  evidence.finish();
  return { events: log.events, checkpoint };
}

/** What the ticks so far come to; `at` is the time of the last one. */
type Log = { readonly frontier: Frontier; readonly at: number; readonly events: number };

function header(line: string, verifierKey: string): Checkpoint {
  const found = members(line, ['origin', 'verifierKey', 'checkpoint']);
  same('verifierKey', verifierKey, text('verifierKey', found['verifierKey']));
  const checkpoint = parseCheckpoint(text('checkpoint', found['checkpoint']), verifierKey);
  same('origin', checkpoint.origin, text('origin', found['origin']));
  return checkpoint;
}

function withTick(log: Log, line: string, evidence: EvidenceWatch): Log {
  const found = members(line, ['tick', 'at', 'root', 'events', 'key']);
  const tick = {
    tick: count('tick', found['tick']),
    at: count('at', found['at']),
    root: hex32('root', found['root']),
  };
  same('tick', log.frontier.size, tick.tick);
  if (tick.at <= log.at) throw tampered('at', `later than ${log.at}`, tick.at);
  const events = list('events', found['events'], EVENT_TREE_CAPACITY);
  const leaves = events.map((event, i) => leafOf(`events[${i}]`, event, tick.at));
  const tree = buildEventTree(leaves, hex32('key', found['key']));
  same('root', hex(tick.root), hex(tree.root));
  evidence.tick(events.map(issuerBody));
  const { frontier } = appendLeaf(log.frontier, tickLeafHash(tick));
  return { frontier, at: tick.at, events: log.events + events.length };
}

function leafOf(at: string, value: unknown, tickAt: number): EventLeaf {
  const event = record(at, value);
  const entry = text(`${at}.entry`, event['entry']);
  const committed = parseEventEntry(entry);
  const parts = list(`${at}.parts`, event['parts'], committed.length);
  same(`${at}.parts`, committed.length, parts.length);
  for (const [i, commitment] of committed.entries()) {
    checkPart(`${at}.parts[${i}]`, parts[i], commitment, tickAt);
  }
  return {
    position: count(`${at}.position`, event['position']),
    hash: leafHash(sha256, Buffer.from(entry)),
  };
}

/** The issuer's body of an event that was checked; null: erased. */
function issuerBody(event: unknown): string | null {
  const [part] = list('parts', record('event', event)['parts'], Number.POSITIVE_INFINITY);
  const body = record('part', part)['body'];
  return typeof body === 'string' ? body : null;
}

/** Of an erased part only the commitment is left, and the entry holds that. */
function checkPart(
  at: string,
  value: unknown,
  { audience, commitment }: PartCommitment,
  tickAt: number,
): void {
  const part = record(at, value);
  same(`${at}.audience`, audience, text(`${at}.audience`, part['audience']));
  if (part['erased'] === true) return;
  const salt = hex32(`${at}.salt`, part['salt']);
  const body = text(`${at}.body`, part['body']);
  same(`${at}: commitment`, hex(commitment), hex(partCommitment(salt, body)));
  const happened = happenedAt(body);
  if (happened > tickAt) throw tampered(`${at}: at`, `at most ${tickAt}, the tick's`, happened);
}

/** When the event of a body happened; 0 where the body does not say. */
function happenedAt(body: string): number {
  try {
    const event: unknown = JSON.parse(body);
    const says = typeof event === 'object' && event !== null && 'at' in event;
    return says && typeof event.at === 'number' ? event.at : 0;
  } catch {
    return 0;
  }
}

function members(line: string, names: readonly string[]): Readonly<Record<string, unknown>> {
  const found = record('the line', parseJson(line));
  same('members', names.toSorted().join(', '), Object.keys(found).sort().join(', '));
  return found;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw tampered('the line', 'JSON', `${line.length} characters of something else`);
  }
}

/** Runs the checks of one line; whatever they find wrong is named with it. */
function check<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    // The key is the caller's own: that it is malformed says nothing about the export.
    if (!(cause instanceof TocsinError) || cause.code === 'KEY_INVALID') throw cause;
    throw new TocsinError('LEDGER_TAMPERED', `${where}: ${cause.message}`, { cause });
  }
}

function same(what: string, expected: string | number, found: string | number): void {
  if (found !== expected) throw tampered(what, expected, found);
}

function tampered(what: string, expected: string | number, found: string | number): TocsinError {
  return new TocsinError('LEDGER_TAMPERED', `${what}: expected ${expected}, found ${found}`, {
    field: what,
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
