import type { AlertId } from '../../domain/ids.ts';
import type { Reading, SlotRead } from '../reading.ts';
import type { BitSlot, SlotKey, SlotTable } from '../slot-table.ts';
import { type Decision, decide } from './decide.ts';
import { type Grams, gramsOf } from './grams.ts';
import { type Lattice, latticeOf } from './lattice.ts';
import { likenessOf } from './likeness.ts';
import { piecesOf } from './pieces.ts';
import { runsOf } from './runs.ts';
import { type OpenedSample, openSample, wordsOf } from './sample.ts';
import { canaryStrings } from './strings.ts';
import { type Trace, traceRun } from './trace-run.ts';
import { newVocabulary, type Vocabulary } from './words.ts';

/** A version that copies were made of: its frozen table and its master. */
export type KnownVersion = { readonly table: SlotTable; readonly text: string };

/** An alert, and every version that copies of it were made of. */
export type KnownAlert = { readonly alert: AlertId; readonly versions: readonly KnownVersion[] };

/** A sample, and what it is compared with. */
export type ReadInput = KnownAlert & { readonly sample: Uint8Array };

/** An alert made ready to be compared with samples: what does not depend on any of them. */
export type PreparedAlert = KnownAlert & {
  readonly vocabulary: Vocabulary;
  readonly lattices: readonly Lattice[];
  readonly grams: Grams;
};

/** Makes an alert ready, once for all the samples it is compared with. */
export function prepareAlert({ alert, versions }: KnownAlert): PreparedAlert {
  const vocabulary = newVocabulary();
  const lattices = versions.map(({ table, text }) => latticeOf(table, text, vocabulary));
  return { alert, versions, vocabulary, lattices, grams: gramsOf(lattices) };
}

/**
 * Reads a sample blind: from its bytes and the slot tables alone, no key and no codeword. It is
 * first aligned with every known version as a whole; slots are read only within stretches that
 * align, so that another text reads as not ours. What cannot be told apart, and what reads
 * differently at two places of the sample, is null.
 * @throws LIMIT_EXCEEDED for a sample above `MAX_SAMPLE_BYTES`.
 */
export function readSample({ sample, ...known }: ReadInput): Reading {
  return readOpened(openSample(sample), prepareAlert(known));
}

/** The same with a sample that was opened once, for all the alerts it is compared with. */
export function readOpened(sample: OpenedSample, prepared: PreparedAlert): Reading {
  const { alert, versions, vocabulary, lattices, grams } = prepared;
  const { numbers, list } = wordsOf(sample, vocabulary);
  const likeness = likenessOf(list);
  const pieces = piecesOf(lattices, grams, numbers);
  const runs = runsOf(
    numbers.length,
    versions.map(({ table }, index) => ({ artifact: table.artifact, pieces: pieces[index] ?? [] })),
  );
  const traces = lattices.map((lattice, index) =>
    (runs[index] ?? []).map((run) => traceRun(lattice, numbers, run, likeness)),
  );
  const strongest = strongestAt(numbers.length, traces.flat());
  const reads: Reads = new Map();
  for (const [index, lattice] of lattices.entries()) {
    for (const trace of traces[index] ?? []) collect(lattice, trace, strongest, reads);
  }
  return {
    v: 1,
    alert,
    sample: sample.sha256,
    coverage: versions.map(({ table }, index) => ({
      artifact: table.artifact,
      version: table.version,
      share: coverage(lattices[index], traces[index] ?? []),
    })),
    slots: slotReads(versions, reads),
    strings: canaryStrings(
      sample.bytes,
      versions.map(({ table }) => table),
    ),
  };
}

/**
 * For each word of the sample, the pins of the strongest run that claims it. A passage that two
 * artifacts share word for word belongs to the one that explains more of what stands around it.
 */
function strongestAt(length: number, traces: readonly Trace[]): Int32Array {
  const strongest = new Int32Array(length);
  for (const { run, found } of traces) {
    for (const at of found.values()) {
      strongest[at] = Math.max(strongest[at] ?? 0, run.pins.length);
    }
  }
  return strongest;
}

type Read = { readonly value: 0 | 1 | null; readonly firm: boolean };
type Reads = Map<string, Read>;

/**
 * A run with less than this share of the strongest one's pins at a place does not count there.
 */
const LEAST_STRENGTH = 0.8;

function collect(lattice: Lattice, trace: Trace, strongest: Int32Array, reads: Reads): void {
  for (const outcome of trace.slots.values()) {
    const item = lattice.items[outcome.item];
    const decision = decide(lattice, trace, outcome);
    if (item?.kind !== 'slot' || decision === null) continue;
    const rival = strongest[nearestFound(trace, outcome.item)] ?? 0;
    if (trace.run.pins.length < LEAST_STRENGTH * rival) continue;
    const name = nameOf(item.slot.key);
    reads.set(name, merge(reads.get(name), decision));
  }
}

/**
 * Two decisions about one slot, from two places of the sample or by way of two versions: a firm one
 * outweighs one that is not; equals that differ leave nothing.
 */
function merge(earlier: Read | undefined, decision: Decision): Read {
  if (earlier === undefined || (decision.firm && !earlier.firm)) return decision;
  if (earlier.firm && !decision.firm) return earlier;
  return earlier.value === decision.value ? earlier : { value: null, firm: earlier.firm };
}

/** Where in the sample the nearest neighbour of a slot stands. */
function nearestFound({ found }: Trace, slot: number): number {
  for (let ahead = 1; ahead < 100; ahead++) {
    const at = found.get(slot - ahead) ?? found.get(slot + ahead);
    if (at !== undefined) return at;
  }
  return -1;
}

/** Share of a lattice's items that some run found, 0 to 1. */
function coverage(lattice: Lattice | undefined, traces: readonly Trace[]): number {
  const found = new Set<number>();
  for (const trace of traces) {
    for (const item of trace.found.keys()) found.add(item);
    for (const [item, { exact }] of trace.slots) if (exact > 0) found.add(item);
  }
  const total = lattice?.items.length ?? 0;
  return total === 0 ? 0 : found.size / total;
}

function slotReads(versions: readonly KnownVersion[], reads: Reads): SlotRead[] {
  const slots = new Map<string, SlotRead>();
  for (const slot of versions.flatMap(({ table }) => table.slots).filter(isBit)) {
    const { key, family } = slot;
    const name = nameOf(key);
    if (!slots.has(name)) slots.set(name, { key, family, value: reads.get(name)?.value ?? null });
  }
  return [...slots.values()];
}

function isBit(slot: SlotTable['slots'][number]): slot is BitSlot {
  return slot.kind === 'bit';
}

function nameOf(key: SlotKey): string {
  return `${key.artifact}/${key.slot}`;
}
