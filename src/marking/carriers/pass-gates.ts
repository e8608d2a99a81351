import type { Dropped, Gate, Proposal, ProposedBit, ProposedSlot } from './carrier.ts';

/**
 * What every gate of a format lets pass: each tries what the one before it kept, and all they drop
 * is told. A canary changes no text that a gate could try, and stays.
 */
export function passGates(
  text: string,
  slots: readonly ProposedSlot[],
  gates: readonly Gate[],
): Proposal {
  let bits = slots.filter((slot): slot is ProposedBit => slot.kind === 'bit');
  const dropped: Dropped[] = [];
  for (const gate of gates) {
    if (bits.length === 0) break;
    const answer = gate(text, bits);
    bits = [...answer.kept];
    dropped.push(...answer.dropped);
  }
  const kept = new Set<ProposedSlot>(bits);
  return { slots: slots.filter((slot) => slot.kind === 'canary' || kept.has(slot)), dropped };
}
