import type { MarkKey, Scope } from '../code.ts';
import type { Reading } from '../reading.ts';
import { examineFamilies, type FamilyReport } from './families.ts';
import { type KnownWord, knownWordOf } from './known-word.ts';
import { isRead, openReading, type ReadSlot, type TracedSlot } from './slots.ts';
import { byClass } from './words.ts';

/** The slots of one scope that count, and what they say together. */
export type CountedScope = {
  /** Read, and of a family that is not erased there; by class. */
  readonly kept: readonly ReadSlot[];
  /** Whether copies were mixed with the text as authored, whose word is then given. */
  readonly mixed: boolean;
};

/** What of a reading counts. It follows from the reading and the secret biases, no codeword. */
export type Counted = {
  readonly slots: readonly TracedSlot[];
  readonly read: readonly ReadSlot[];
  /** A family is erased here when it is at the slots of one scope at least. */
  readonly families: readonly FamilyReport[];
  /** Set: the sample is a text that is no recipient's copy, and nobody is to be scored. */
  readonly knownWord: KnownWord | null;
  readonly scopes: Readonly<Record<Scope, CountedScope>>;
};

/**
 * Opens a reading with the alert's mark key, and leaves out what says nothing of any copy. Each
 * scope is looked at by itself: readers of one participant who compare their copies see the slots
 * at which these differ, and whatever they write there must not cost the others.
 */
export function countedOf(reading: Reading, key: MarkKey): Counted {
  const slots = openReading(reading, key);
  const read = slots.filter(isRead);
  const examined = {
    participant: examineFamilies(slots.filter(({ scope }) => scope === 'participant')),
    reader: examineFamilies(slots.filter(({ scope }) => scope === 'reader')),
  };
  const { participant, reader } = examined;
  const erased = (scope: Scope, family: string): boolean =>
    examined[scope].reports.some((report) => report.family === family && report.erased);
  const kept = (scope: Scope): ReadSlot[] =>
    byClass(read.filter((slot) => slot.scope === scope && !erased(scope, slot.family)));
  return {
    slots,
    read,
    families: added(participant.reports, reader.reports),
    knownWord: knownWordOf(read),
    scopes: {
      participant: { kept: kept('participant'), mixed: participant.mixed },
      reader: { kept: kept('reader'), mixed: participant.mixed || reader.mixed },
    },
  };
}

function added(one: readonly FamilyReport[], other: readonly FamilyReport[]): FamilyReport[] {
  const families = [...new Set([...one, ...other].map(({ family }) => family))].sort();
  return families.map((family) => {
    const own = [...one, ...other].filter((report) => report.family === family);
    return {
      family,
      slots: own.reduce((sum, report) => sum + report.slots, 0),
      read: own.reduce((sum, report) => sum + report.read, 0),
      erased: own.some((report) => report.erased),
    };
  });
}
