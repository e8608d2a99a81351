import type { ArtifactId } from '../domain/ids.ts';
import type { BitSlot, CanarySlot, Slot, SlotKey, SlotTable } from './slot-table.ts';
import { tokensOf } from './tokens.ts';

/** A table of the same alert that was frozen before, and its master. */
export type Earlier = { readonly table: SlotTable; readonly text: string };

/** A slot whose coordinates are not known yet. */
export type KeylessSlot = Omit<BitSlot, 'key'> | Omit<CanarySlot, 'key'>;

/** Words on each side of a slot that must agree for two places to be the same passage. */
const CONTEXT_WORDS = 4;

/** Bytes on each side in which those words are looked for. */
const CONTEXT_BYTES = 240;

/** Where a sentence or a paragraph ends; what stands beyond is not part of the passage. */
const BREAK = /[.!?]["')\]]*\s|\n\s*\n/;

/**
 * Gives each slot its coordinates. Where the same passage — the same two texts between the same
 * words of the same sentence — stands in an earlier table, it takes the coordinates it has there,
 * and so shares its bits: whoever has two versions or formats of a passage sees one word, not two.
 * A passage that occurs n times is matched in order, first with first. Canaries are the same
 * passage when they have the same placeholder, also within one text.
 */
export function assignKeys(
  artifact: ArtifactId,
  slots: readonly KeylessSlot[],
  master: Buffer,
  earlier: readonly Earlier[],
): Slot[] {
  const known = knownPassages(earlier);
  const taken = new Set<string>();
  let next = nextNumber(artifact, earlier);
  return slots.map((slot) => {
    const passage = passageOf(slot, master);
    const candidates = known.get(passage) ?? [];
    const shared = candidates.find((key) => slot.kind === 'canary' || !taken.has(nameOf(key)));
    const key = shared ?? { artifact, slot: String(next++) };
    taken.add(nameOf(key));
    if (shared === undefined) known.set(passage, [...candidates, key]);
    return { ...slot, key };
  });
}

function knownPassages(earlier: readonly Earlier[]): Map<string, SlotKey[]> {
  const known = new Map<string, SlotKey[]>();
  for (const { table, text } of earlier) {
    const master = Buffer.from(text);
    for (const slot of table.slots) {
      const passage = passageOf(slot, master);
      const keys = known.get(passage) ?? [];
      if (!keys.some((key) => nameOf(key) === nameOf(slot.key))) keys.push(slot.key);
      known.set(passage, keys);
    }
  }
  return known;
}

function nextNumber(artifact: ArtifactId, earlier: readonly Earlier[]): number {
  const used = earlier
    .flatMap(({ table }) => table.slots)
    .filter(({ key }) => key.artifact === artifact)
    .map(({ key }) => Number(key.slot));
  return used.reduce((next, slot) => Math.max(next, slot + 1), 0);
}

function passageOf(slot: KeylessSlot | Slot, master: Buffer): string {
  if (slot.kind === 'canary') return JSON.stringify(['canary', slot.form, slot.authored]);
  const left = master.toString('utf8', Math.max(0, slot.start - CONTEXT_BYTES), slot.start);
  const right = master.toString('utf8', slot.end, slot.end + CONTEXT_BYTES);
  const before = tokensOf(left.split(BREAK).at(-1) ?? '').slice(-CONTEXT_WORDS);
  const after = tokensOf(right.split(BREAK)[0] ?? '').slice(0, CONTEXT_WORDS);
  return JSON.stringify(['bit', slot.authored, slot.other, before, after]);
}

function nameOf(key: SlotKey): string {
  return `${key.artifact}/${key.slot}`;
}
