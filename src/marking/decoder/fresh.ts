import type { Reading, SlotRead } from '../reading.ts';

/** One committed reading of an alert, as far as it has slots that no earlier one had. */
export type FreshReading = { readonly reading: Reading; readonly fresh: number };

/**
 * The readings of one alert in the order in which they were committed, each with the slots that an
 * earlier one has read left out as not read: an alert counts every slot once, by its first read.
 * Reading one sample a hundred times adds nothing after the first.
 */
export function freshReadings(readings: readonly Reading[]): FreshReading[] {
  const known = new Set<string>();
  return readings.map((reading) => {
    const slots = reading.slots.map((slot): SlotRead => {
      return known.has(nameOf(slot)) ? { ...slot, value: null } : slot;
    });
    const read = slots.filter(({ value }) => value !== null);
    for (const slot of read) known.add(nameOf(slot));
    return { reading: { ...reading, slots }, fresh: read.length };
  });
}

function nameOf({ key }: SlotRead): string {
  return `${key.artifact}/${key.slot}`;
}
