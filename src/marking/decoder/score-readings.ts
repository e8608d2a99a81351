import { findCanaries } from './canaries.ts';
import type { TraceResult } from './result.ts';
import { scoreReading, type TraceInput } from './score.ts';

/** A reading of one alert, and what scoring it takes besides the look. */
export type CommittedReading = Omit<TraceInput, 'look' | 'alpha'>;

/** What the readings of one sample came to. */
export type Scored = {
  /** For each reading its result; null for an alert of which the sample shows nothing. */
  readonly results: readonly (TraceResult | null)[];
  /** The last look spent. */
  readonly look: number;
};

/**
 * Scores the readings of one sample, of which each alert that shows anything spends a look; a
 * sample that shows nothing of any spends one in all. `spent` is the last look before.
 *
 * An alert shows something when one of its slots was read, or a canary value of its was found;
 * somebody else's GUID is neither. The canaries are therefore searched before the look is spent.
 * That leaves the bound as it is: a look pays for p-values, and an alert of which no slot was read
 * has none below 1, whatever is found; where one was read, the look is spent without a search. So
 * which number a look has never depends on the codewords that it pays for.
 *
 * @throws INVALID_INPUT as `scoreReading`.
 */
export function scoreReadings(readings: readonly CommittedReading[], spent: number): Scored {
  let look = spent;
  const results = readings.map((reading) => {
    if (!showsSomething(reading)) return null;
    look += 1;
    return scoreReading({ ...reading, look });
  });
  return { results, look: Math.max(look, spent + 1) };
}

function showsSomething({ reading, canaries, ...search }: CommittedReading): boolean {
  if (reading.slots.some(({ value }) => value !== null)) return true;
  return findCanaries({ ...search, slots: canaries, strings: reading.strings }).length > 0;
}
