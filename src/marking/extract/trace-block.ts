import { type Alignment, align, type SlotOutcome } from './align.ts';
import type { Block, Pin } from './anchors.ts';
import type { Lattice } from './lattice.ts';
import type { Likeness } from './likeness.ts';

/** A block followed from pin to pin: which items were found where, and how its slots came out. */
export type Trace = {
  readonly block: Block;
  /** Places in the sample of the items that are words. */
  readonly found: ReadonlyMap<number, number>;
  /** Their places are the sample's. */
  readonly slots: ReadonlyMap<number, SlotOutcome>;
};

/** How far an alignment reaches beyond the first and the last pin, in items and in words. */
const REACH = 40;

/**
 * Aligns everything between the pins of a block, and what lies before the first and after the last.
 */
export function traceBlock(
  lattice: Lattice,
  sample: Int32Array,
  block: Block,
  likeness: Likeness,
): Trace {
  const found = new Map<number, number>();
  const slots = new Map<number, SlotOutcome>();
  const keep = (alignment: Alignment | null, from: number): void => {
    for (const [item, at] of alignment?.matched ?? []) found.set(item, from + at);
    for (const outcome of alignment?.slots ?? []) {
      const { first, last } = outcome;
      const placed =
        first === -1 ? outcome : { ...outcome, first: from + first, last: from + last };
      slots.set(outcome.item, placed);
    }
  };
  for (const gap of gapsOf(lattice, sample, block.pins)) {
    const { items, words, ...open } = gap;
    const stretch = { items: lattice.items, ...items, sample: sample.subarray(...words), ...open };
    keep(align(stretch, likeness), words[0]);
  }
  for (const { item, at, fast } of block.pins) if (fast) found.set(item, at);
  return { block, found, slots };
}

type Gap = {
  readonly items: { readonly from: number; readonly to: number };
  readonly words: readonly [number, number];
  readonly openStart: boolean;
  readonly openEnd: boolean;
};

function* gapsOf(lattice: Lattice, sample: Int32Array, pins: readonly Pin[]): Generator<Gap> {
  let last: Pin | null = null;
  for (const pin of pins.filter(({ fast }) => fast)) {
    const from = last === null ? Math.max(0, pin.item - REACH) : last.item + 1;
    const at = last === null ? Math.max(0, pin.at - REACH) : last.at + 1;
    if (from < pin.item) {
      yield {
        items: { from, to: pin.item },
        words: [at, pin.at],
        openStart: last === null,
        openEnd: false,
      };
    }
    last = pin;
  }
  yield last === null ? aroundSlots(lattice, sample, pins) : after(lattice, sample, last);
}

function after(lattice: Lattice, sample: Int32Array, { item, at }: Pin): Gap {
  return {
    items: { from: item + 1, to: Math.min(lattice.items.length, item + 1 + REACH) },
    words: [at + 1, Math.min(sample.length, at + 1 + REACH)],
    openStart: false,
    openEnd: true,
  };
}

/**
 * A block that lies in slots alone, such as a sentence with an alternate, has no fast pin to start
 * from.
 */
function aroundSlots(lattice: Lattice, sample: Int32Array, pins: readonly Pin[]): Gap {
  const [first] = pins;
  const last = pins.at(-1);
  return {
    items: {
      from: Math.max(0, (first?.item ?? 0) - REACH),
      to: Math.min(lattice.items.length, (last?.item ?? 0) + REACH),
    },
    words: [
      Math.max(0, (first?.at ?? 0) - REACH),
      Math.min(sample.length, (last?.at ?? 0) + REACH),
    ],
    openStart: true,
    openEnd: true,
  };
}
