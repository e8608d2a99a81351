import { align, type SlotOutcome } from './align.ts';
import type { Lattice } from './lattice.ts';
import type { Likeness } from './likeness.ts';
import type { Pin } from './pins.ts';
import { REACH, type Run } from './runs.ts';

/** A run followed from pin to pin: which items were found where, and how its slots came out. */
export type Trace = {
  readonly run: Run;
  /** Places in the sample of the items that are words. */
  readonly found: ReadonlyMap<number, number>;
  /** Their places are the sample's. */
  readonly slots: ReadonlyMap<number, SlotOutcome>;
};

/**
 * Aligns everything between the pins of a run, and what lies before the first and after the last.
 */
export function traceRun(
  lattice: Lattice,
  sample: Int32Array,
  run: Run,
  likeness: Likeness,
): Trace {
  const found = new Map<number, number>();
  const slots = new Map<number, SlotOutcome>();
  const follow = (gap: Gap): boolean => {
    const { items, words, ...open } = gap;
    const stretch = { items: lattice.items, ...items, sample: sample.subarray(...words), ...open };
    const alignment = align(stretch, likeness);
    for (const [item, at] of alignment?.matched ?? []) found.set(item, words[0] + at);
    for (const outcome of alignment?.slots ?? [])
      slots.set(outcome.item, placed(outcome, words[0]));
    return alignment !== null;
  };
  for (const gap of gapsOf(lattice, run))
    if (!follow(gap)) for (const end of endsOf(gap)) follow(end);
  for (const { item, at } of run.pins.filter(isAnchor)) found.set(item, at);
  return { run, found, slots };
}

function placed(outcome: SlotOutcome, from: number): SlotOutcome {
  const { first, last } = outcome;
  return first === -1 ? outcome : { ...outcome, first: from + first, last: from + last };
}

type Gap = {
  readonly items: { readonly from: number; readonly to: number };
  readonly words: readonly [number, number];
  readonly openStart: boolean;
  readonly openEnd: boolean;
};

/** A pin that an alignment starts from. Others show the way, and may be off it by a sentence. */
function isAnchor({ fast, unique }: Pin): boolean {
  return fast && unique;
}

function* gapsOf({ items }: Lattice, { pins, from, to }: Run): Generator<Gap> {
  const start = Math.max(0, (pins[0]?.item ?? 0) - REACH);
  const end = Math.min(items.length, (pins.at(-1)?.item ?? 0) + 1 + REACH);
  let last: Pin | null = null;
  for (const pin of pins.filter(isAnchor)) {
    const item = last === null ? start : last.item + 1;
    const at = last === null ? from : last.at + 1;
    const openStart = last === null;
    if (item < pin.item) {
      yield { items: { from: item, to: pin.item }, words: [at, pin.at], openStart, openEnd: false };
    }
    last = pin;
  }
  // A run that lies in slots alone, such as a sentence with an alternate, has none.
  const item = last === null ? start : last.item + 1;
  const at = last === null ? from : last.at + 1;
  yield {
    items: { from: item, to: end },
    words: [at, to],
    openStart: last === null,
    openEnd: true,
  };
}

/** Where a gap is too large to be aligned as a whole, its two ends are. */
function endsOf({ items, words, openStart, openEnd }: Gap): Gap[] {
  const [from, to] = words;
  const ends: Gap[] = [];
  const half = Math.min(REACH, Math.floor((to - from) / 2));
  const share = Math.min(REACH, Math.floor((items.to - items.from) / 2));
  if (!openStart) {
    const first = { from: items.from, to: items.from + share };
    ends.push({ items: first, words: [from, from + half], openStart: false, openEnd: true });
  }
  if (!openEnd) {
    const last = { from: items.to - share, to: items.to };
    ends.push({ items: last, words: [to - half, to], openStart: true, openEnd: false });
  }
  return ends;
}
