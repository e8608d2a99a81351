import { type Bias, type MarkKey, type Scope, slotSecrets } from '../code.ts';
import type { Reading, SlotRead } from '../reading.ts';
import type { SlotKey } from '../slot-table.ts';

/** A slot of a reading with what the mark key says about it. It holds nobody's codeword. */
export type TracedSlot = {
  readonly key: SlotKey;
  readonly family: string;
  readonly scope: Scope;
  /** Bias in 65 536ths. */
  readonly p: Bias;
  /** What was seen: 0 the authored text, 1 the other, null erased. */
  readonly value: 0 | 1 | null;
  /** The bit seen, null where erased: bit and text differ by the slot's secret polarity. */
  readonly y: 0 | 1 | null;
  /** Chance that a copy not used for the leak shows the authored text here. */
  readonly authored: number;
};

/** A slot at which something was seen. */
export type ReadSlot = TracedSlot & { readonly value: 0 | 1; readonly y: 0 | 1 };

/** Opens a reading with the alert's mark key. */
export function openReading(reading: Reading, key: MarkKey): TracedSlot[] {
  return reading.slots.map((slot) => openSlot(slot, key));
}

function openSlot({ key: slot, family, value }: SlotRead, key: MarkKey): TracedSlot {
  const { p, scope, polarity } = slotSecrets(key, slot);
  const one = p / 65_536;
  return {
    key: slot,
    family,
    scope,
    p,
    value,
    y: value === null ? null : value === polarity ? 0 : 1,
    authored: polarity === 1 ? one : 1 - one,
  };
}

/** Whether something was seen at the slot. */
export function isRead(slot: TracedSlot): slot is ReadSlot {
  return slot.y !== null;
}

/** The bit that the authored text stands for. */
export function authoredBit({ value, y }: ReadSlot): 0 | 1 {
  return value === 0 ? y : y === 0 ? 1 : 0;
}
