import type { SlotOutcome } from './align.ts';
import type { Item, Lattice } from './lattice.ts';
import type { Trace } from './trace-run.ts';

/** Neighbours looked at on each side of a slot, and how many of them must have been found. */
const NEIGHBOURS = 4;
const SUPPORT = 2;

/**
 * By how much the better text must win, in units of half a matched word: by anything when every
 * word of it is there, by a word it does not lack when it is empty, else by a matched word.
 */
const LEAST_EXACT = 0.25;
const LEAST_EMPTY = 1;
const LEAST_NEAR = 2;

/** Least share of the better text's words that must be there. */
const LEAST_SHARE = 0.5;

/**
 * By how much more an alignment with the text must explain than one that leaves the slot out, in
 * the same units: a passage that fits two places of the master as well says nothing of either.
 */
const LEAST_GAIN = 2;

/** What stands at a slot. `firm`: what surrounds it was found on both sides, not on one alone. */
export type Decision = { readonly value: 0 | 1; readonly firm: boolean };

/**
 * What stands at a slot, if it is clear. Both texts were aligned with the same stretch; the better
 * one counts when its own words are there and its surroundings are, so that neither a deleted
 * passage nor a third wording is read as the shorter text. Null means erased.
 */
export function decide(lattice: Lattice, trace: Trace, outcome: SlotOutcome): Decision | null {
  const item = lattice.items[outcome.item];
  if (item?.kind !== 'slot') return null;
  const [authored, other] = outcome.scores;
  const value = other > authored ? 1 : 0;
  const lead = Math.abs(other - authored);
  const left = supported(lattice, trace, outcome.item, -1);
  const right = supported(lattice, trace, outcome.item, 1);
  const firm = left && right;
  if (outcome.length === 0) {
    return lead >= LEAST_EMPTY && firm && closedUp(lattice, trace, outcome.item)
      ? { value, firm }
      : null;
  }
  if (Math.max(authored, other) - outcome.without < LEAST_GAIN) return null;
  const whole = outcome.exact === outcome.length;
  const share = (outcome.exact + outcome.near) / outcome.length;
  const clear = whole ? lead >= LEAST_EXACT : share >= LEAST_SHARE && lead >= LEAST_NEAR;
  const enough = firm || (whole && (distinct(item, value, left, right) || standsOut(outcome)));
  return clear && enough ? { value, firm } : null;
}

/**
 * Whether enough of what stands next to a slot on one side was found; a border of the text is
 * enough.
 */
function supported(lattice: Lattice, trace: Trace, slot: number, step: -1 | 1): boolean {
  let [seen, found] = [0, 0];
  for (const item of neighbours(lattice, trace, slot, step)) {
    seen++;
    if (isFound(trace, item)) found++;
    if (seen === NEIGHBOURS) break;
  }
  return found >= Math.min(SUPPORT, seen);
}

/** What stands on one side of a slot, the nearest first; comments only where they were found. */
function* neighbours({ items }: Lattice, { found }: Trace, slot: number, step: -1 | 1) {
  for (let at = slot + step; at >= 0 && at < items.length; at += step) {
    const item = items[at];
    if (item?.kind === 'word' && item.aside && !found.has(at)) continue;
    yield at;
  }
}

function isFound(trace: Trace, item: number): boolean {
  if (trace.found.has(item)) return true;
  const slot = trace.slots.get(item);
  return slot !== undefined && slot.exact > 0 && slot.exact + slot.near >= slot.length / 2;
}

/**
 * Words of a text, all there, and by how much it must win, for it to count without surroundings.
 */
const LONG = 6;
const LEAST_LONG = 6;

/** A whole sentence, or two items of a list, may have been moved away from everything around it. */
function standsOut({ exact, scores }: SlotOutcome): boolean {
  return exact >= LONG && Math.abs(scores[1] - scores[0]) >= LEAST_LONG;
}

/** An empty text is read only where its two neighbours follow each other directly. */
function closedUp(lattice: Lattice, trace: Trace, slot: number): boolean {
  const [earlier = -1] = neighbours(lattice, trace, slot, -1);
  const [later = -1] = neighbours(lattice, trace, slot, 1);
  const before = trace.found.get(earlier) ?? trace.slots.get(earlier)?.last ?? -1;
  const after = trace.found.get(later) ?? trace.slots.get(later)?.first ?? -1;
  return before !== -1 && after === before + 1;
}

/**
 * At the edge of an excerpt one side is missing. The text counts all the same, unless it could be
 * what is left of the other one.
 */
function distinct(
  { variants }: Item & { kind: 'slot' },
  value: 0 | 1,
  left: boolean,
  right: boolean,
): boolean {
  const own = variants[value];
  const other = variants[value === 0 ? 1 : 0];
  const isEnd = own.every((word, index) => word === other[other.length - own.length + index]);
  const isStart = own.every((word, index) => word === other[index]);
  return (left && !isStart) || (right && !isEnd);
}
