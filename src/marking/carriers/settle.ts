import { invalid } from '../../domain/errors.ts';
import { cutsWord, endsInWord, readAlike, startsInWord } from '../tokens.ts';
import type { Dropped, Proposal, ProposedSlot } from './carrier.ts';

/**
 * The proposals that a table can hold: each readable in a sample, no two overlapping. An author's
 * are all held; among automatic ones that overlap, the set of greatest weight is chosen; the others
 * were alternatives, not faults, and are not reported. Slots come out in ascending order.
 * @throws INVALID_INPUT naming the sidecar's entry when an author's proposal cannot be held.
 */
export function settle(text: string, proposals: readonly Proposal[]): Proposal {
  const refused: Dropped[] = [];
  const readable = proposals
    .flatMap(({ slots }) => slots)
    .filter((slot) => {
      const fault = faultOf(text, slot);
      if (fault === null) return true;
      if (slot.source === 'author') throw invalid(slot.what, fault.expected, fault.found);
      const reason = `expected ${fault.expected}, found ${fault.found}`;
      refused.push({ family: slot.family, what: slot.what, reason });
      return false;
    })
    .sort((a, b) => a.end - b.end || a.start - b.start);
  refuseAuthorsOverlap(readable);
  const slots = heaviest(besideAuthors(readable));
  return { slots, dropped: [...proposals.flatMap((one) => one.dropped), ...refused] };
}

type Fault = { readonly expected: string; readonly found: string };

/** Why a sample could not show which of the two texts stands there. */
function faultOf(text: string, slot: ProposedSlot): Fault | null {
  if (cutsWord(text, slot.start) || cutsWord(text, slot.end)) {
    return { expected: 'a range of whole words', found: 'a part of a word' };
  }
  if (slot.kind === 'canary') return null;
  const authored = text.slice(slot.start, slot.end);
  if (readAlike(authored, slot.other)) {
    return { expected: 'two texts with different words', found: 'the same words' };
  }
  const before = endsInWord(text.slice(0, slot.start)) && startsInWord(slot.other);
  const after = startsInWord(text.slice(slot.end)) && endsInWord(slot.other);
  if (before || after) {
    return { expected: 'a text that keeps apart from its neighbours', found: 'a joined word' };
  }
  return null;
}

/** An author's slots are all wanted: two that overlap are a mistake, not a choice. */
function refuseAuthorsOverlap(slots: readonly ProposedSlot[]): void {
  const authored = slots.filter(({ source }) => source === 'author');
  const byStart = authored.toSorted((a, b) => a.start - b.start || a.end - b.end);
  for (const [index, slot] of byStart.entries()) {
    const next = byStart[index + 1];
    if (next !== undefined && next.start < slot.end) {
      throw invalid(next.what, 'a range of its own', `an overlap with ${slot.what}`);
    }
  }
}

/** What overlaps a slot of the author's is no alternative to it. */
function besideAuthors(slots: readonly ProposedSlot[]): readonly ProposedSlot[] {
  const authored = slots.filter(({ source }) => source === 'author');
  const overlaps = (slot: ProposedSlot): boolean =>
    authored.some(({ start, end }) => start < slot.end && slot.start < end);
  return slots.filter((slot) => slot.source === 'author' || !overlaps(slot));
}

/** Weighted interval scheduling over slots in ascending order of `end`. */
function heaviest(slots: readonly ProposedSlot[]): ProposedSlot[] {
  const best = [0];
  const before: number[] = [];
  for (const [index, slot] of slots.entries()) {
    const compatible = firstEndingAfter(slots, slot.start, index);
    before.push(compatible);
    best.push(Math.max(best[index] ?? 0, (best[compatible] ?? 0) + slot.weight));
  }
  const chosen: ProposedSlot[] = [];
  let index = slots.length;
  while (index > 0) {
    const slot = slots[index - 1];
    if (slot === undefined || best[index] === best[index - 1]) {
      index--;
      continue;
    }
    chosen.push(slot);
    index = before[index - 1] ?? 0;
  }
  return chosen.reverse();
}

/** How many of the first `count` slots end at or before `start`. */
function firstEndingAfter(slots: readonly ProposedSlot[], start: number, count: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}
