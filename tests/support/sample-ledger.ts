import { canonicalJson, type Json } from '../../src/crypto/canonical.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { signer } from '../../src/crypto/sign.ts';
import { formatCheckpoint } from '../../src/ledger/checkpoint.ts';
import {
  type Audience,
  eventEntry,
  eventLeafHash,
  type Part,
} from '../../src/ledger/event-leaf.ts';
import { type EventProof, encodeEventProof } from '../../src/ledger/event-proof-form.ts';
import { buildEventTree, drawPositions, type EventTree } from '../../src/ledger/event-tree.ts';
import { type ExportedTick, exportHeader, exportTick } from '../../src/ledger/export.ts';
import {
  appendLeaf,
  EMPTY_FRONTIER,
  inclusionProof,
  type LogNode,
  rootOf,
} from '../../src/ledger/log-tree.ts';
import { signNote, verifierKey } from '../../src/ledger/note.ts';
import { tickLeafHash } from '../../src/ledger/tick-leaf.ts';

/** A small ledger, the same on every run: idle ticks, a tick of one event, a busy one. */
export type SampleLedger = {
  readonly verifierKey: string;
  readonly checkpoint: string;
  readonly ticks: readonly SampleTick[];
  readonly nodes: ReadonlyMap<string, Uint8Array>;
};

type SampleTick = Omit<ExportedTick, 'events'> & {
  readonly events: readonly { position: number; entry: string; parts: readonly Part[] }[];
  readonly tree: EventTree;
};

export const ORIGIN = 'log.example/sample';
/** The number of events of each tick. */
const EVENTS = [0, 3, 1, 0, 40, 0, 2];
const FIRST_TICK_AT = Date.UTC(2025, 5, 24);
const TICK_MS = 3_600_000;

export const logKey = signer(seeded('log key'));

export function sampleLedger(): SampleLedger {
  const ticks = EVENTS.map(sampleTick);
  const nodes = new Map<string, Uint8Array>();
  let frontier = EMPTY_FRONTIER;
  for (const tick of ticks) {
    const appended = appendLeaf(frontier, tickLeafHash(tick));
    for (const node of appended.nodes) nodes.set(coordinates(node), node.hash);
    frontier = appended.frontier;
  }
  const checkpoint = signNote(
    formatCheckpoint({ origin: ORIGIN, size: frontier.size, root: rootOf(frontier) }),
    { name: ORIGIN, ...logKey },
  );
  return { verifierKey: verifierKey(ORIGIN, logKey.publicKey), checkpoint, ticks, nodes };
}

/** The proof of one part of one event of one tick. */
export function sampleProof(
  ledger: SampleLedger,
  tickNumber: number,
  eventNumber: number,
  audience: Audience,
): EventProof {
  const tick = ledger.ticks[tickNumber];
  const event = tick?.events[eventNumber];
  const part = event?.parts.find((candidate) => candidate.audience === audience);
  if (!tick || !event || !part) throw new Error('no such part in the sample');
  return encodeEventProof({
    entry: event.entry,
    part,
    position: event.position,
    path: tick.tree.path(event.position),
    tick: { tick: tick.tick, at: tick.at, root: tick.root },
    logIndex: tick.tick,
    logProof: inclusionProof(tick.tick, ledger.ticks.length, (level, index) =>
      stored(ledger, { level, index }),
    ),
    checkpoint: ledger.checkpoint,
  });
}

/** The export of the sample, the form of docs/formats/ledger-export.md. */
export function sampleExport(ledger: SampleLedger): string {
  const { verifierKey: key, checkpoint, ticks } = ledger;
  const header = exportHeader({ origin: ORIGIN, verifierKey: key, checkpoint });
  return header + ticks.map(exportTick).join('');
}

/** An export of these ticks, rightly signed whatever they say. */
export function exportOf(ticks: readonly ExportedTick[]): string {
  const frontier = ticks.reduce(
    (log, tick) => appendLeaf(log, tickLeafHash(tick)).frontier,
    EMPTY_FRONTIER,
  );
  const text = formatCheckpoint({ origin: ORIGIN, size: frontier.size, root: rootOf(frontier) });
  const checkpoint = signNote(text, { name: ORIGIN, ...logKey });
  const key = verifierKey(ORIGIN, logKey.publicKey);
  const header = exportHeader({ origin: ORIGIN, verifierKey: key, checkpoint });
  return header + ticks.map(exportTick).join('');
}

/** A tick with one event, which happened at `happened`. */
export function tickOfEvent(tick: number, at: number, happened: number): ExportedTick {
  return tickOfBodies(tick, at, [{ v: 1, type: 'sample', at: happened }]);
}

/** A tick with events of these bodies, all the issuer's, at rising positions. */
export function tickOfBodies(tick: number, at: number, bodies: readonly Json[]): ExportedTick {
  const key = seeded(`key of tick ${tick}`);
  const events = bodies.map((body, i) => {
    const salt = seeded(`salt ${i} of tick ${tick}`);
    const part: Part = { audience: 'issuer', body: canonicalJson(body), salt };
    return { position: 5 + i, entry: eventEntry([part]), parts: [part] };
  });
  const leaves = events.map(({ position, parts }) => ({
    position,
    hash: eventLeafHash(eventEntry(parts)),
  }));
  const { root } = buildEventTree(leaves, key);
  return { tick, at, root, key, events };
}

function sampleTick(count: number, tick: number): SampleTick {
  const key = seeded(`key of tick ${tick}`);
  const positions = drawPositions(count, (bytes) => stream(`positions of tick ${tick}`, bytes));
  const events = positions.map((position, i) => {
    const parts = sampleParts(`tick ${tick} event ${i}`, i % 2 === 0);
    return { position, parts, entry: eventEntry(parts) };
  });
  const leaves = events.map(({ position, parts }) => ({
    position,
    hash: eventLeafHash(eventEntry(parts)),
  }));
  const tree = buildEventTree(leaves, key);
  return { tick, at: FIRST_TICK_AT + tick * TICK_MS, root: tree.root, key, events, tree };
}

function sampleParts(name: string, shared: boolean): Part[] {
  const part = (audience: Audience): Part => ({
    audience,
    body: canonicalJson({ v: 1, type: 'sample', name, audience }),
    salt: seeded(`salt of ${name} for ${audience}`),
  });
  return shared ? [part('issuer'), part('participant')] : [part('issuer')];
}

function stored(ledger: SampleLedger, node: Pick<LogNode, 'level' | 'index'>): Uint8Array {
  const hash = ledger.nodes.get(coordinates(node));
  if (!hash) throw new Error(`no node ${coordinates(node)} in the sample`);
  return hash;
}

function coordinates({ level, index }: Pick<LogNode, 'level' | 'index'>): string {
  return `${level}/${index}`;
}

function seeded(what: string): Buffer {
  return sha256(Buffer.from(`tocsin sample ledger: ${what}`));
}

function stream(what: string, bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, i) => seeded(`${what}, ${i}`));
  return Buffer.concat(blocks).subarray(0, bytes);
}
