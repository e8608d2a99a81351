/** The thread of `marking-budget.ts`. */
import { suggestionsFor } from '../../marking/carriers/suggest.ts';
import { PARTICIPANT_SHARE } from '../../marking/code.ts';
import { slotsFor } from '../../marking/decoder/needed.ts';
import { expectedPower } from '../../marking/decoder/power.ts';
import type { Slot, SlotTable } from '../../marking/slot-table.ts';
import { answerFrom } from '../thread.ts';
import type { Budgeted, Budgeting } from './marking-budget.ts';

/** Share of the slots supposed unread: what an excerpt, retyped, has left. */
const LOSS = 0.3;

await answerFrom(({ lnLevel, artifacts }: Budgeting): Budgeted => {
  const distinct = (slots: readonly Slot[]) =>
    new Set(slots.map(({ key }) => `${key.artifact}/${key.slot}`)).size;
  const alone = (slots: number) =>
    expectedPower({ slots: named(slots), colluders: 1, loss: LOSS }, lnLevel);
  const slots = distinct(artifacts.flatMap(({ table }) => bitsOf(table)));
  const all = named(slots);
  const power = (colluders: number) => expectedPower({ slots: all, colluders, loss: 0 }, lnLevel);
  const needed = slotsFor(lnLevel);
  return {
    loss: LOSS,
    artifacts: artifacts.map(({ table, text }) => {
      const own = distinct(bitsOf(table));
      const canaries = table.slots.length - bitsOf(table).length;
      return { slots: own, canaries, alone: alone(own), suggested: suggested(table, text) };
    }),
    slots,
    participantSlots: all,
    power: [power(1), power(2), power(3)],
    alone: alone(slots),
    missing: needed && Math.max(0, Math.ceil(needed / (1 - LOSS) / PARTICIPANT_SHARE) - slots),
  };
});

function bitsOf({ slots }: SlotTable): readonly Slot[] {
  return slots.filter(({ kind }) => kind === 'bit');
}

/** How many of so many slots are expected to name participants. */
function named(slots: number): number {
  return Math.round(slots * PARTICIPANT_SHARE);
}

/** Suggestions for the text at places that no slot has yet. */
function suggested({ slots }: SlotTable, text: string | null): number {
  if (text === null) return 0;
  return suggestionsFor(text).filter((place) => {
    const start = Buffer.byteLength(text.slice(0, place.start));
    const end = start + Buffer.byteLength(text.slice(place.start, place.end));
    return !slots.some((slot) => slot.start < end && start < slot.end);
  }).length;
}
