import type { MarkKey, Scope } from '../code.ts';
import type { Reading } from '../reading.ts';
import { countedOf } from './counted.ts';
import type { ReadSlot } from './slots.ts';
import type { Named } from './stage.ts';

/** A committed reading, its alert's mark key, and all who had a copy of that alert. */
export type Entry = {
  readonly reading: Reading;
  readonly key: MarkKey;
  readonly holders: readonly Named[];
};

/** An entry as it counts. */
export type CountedEntry = {
  readonly alert: string;
  readonly key: MarkKey;
  readonly holders: readonly Named[];
  /** The slots of both scopes that count here and counted in no earlier entry of the alert. */
  readonly slots: readonly ReadSlot[];
  /** Whether copies were mixed with the text as authored, whose word is given then. */
  readonly mixed: Readonly<Record<Scope, boolean>>;
};

/**
 * What each reading adds to the evidence, in the order in which they were committed: an alert
 * counts every slot once, by the first read of it that counts. Reading one sample a hundred times
 * adds nothing after the first.
 *
 * A read counts when it would if the sample were scored by itself. The text as authored, which is
 * nobody's copy, and normalised families take no slot away: else tracing the public text would
 * close an alert. That is seen from the reading and the secret biases, without any codeword, so
 * which slots count never depends on what they say.
 *
 * @param entries of one programme, with all slots of each reading.
 */
export function countEntries(entries: readonly Entry[]): CountedEntry[] {
  const counted = new Map<string, Set<string>>();
  return entries.map(({ reading, key, holders }) => {
    const { alert } = reading;
    const known = counted.get(alert) ?? new Set();
    counted.set(alert, known);
    const { slots, mixed } = countingSlots(reading, key);
    const fresh = slots.filter((slot) => !known.has(nameOf(slot)));
    for (const slot of fresh) known.add(nameOf(slot));
    return { alert, key, holders, slots: fresh, mixed };
  });
}

/** The slots that count when the sample is scored by itself. */
function countingSlots(reading: Reading, key: MarkKey) {
  const { scopes, knownWord } = countedOf(reading, key);
  const { participant, reader } = scopes;
  return {
    slots: knownWord === null ? [...participant.kept, ...reader.kept] : [],
    mixed: { participant: participant.mixed, reader: reader.mixed },
  };
}

function nameOf({ key }: ReadSlot): string {
  return `${key.artifact}/${key.slot}`;
}
