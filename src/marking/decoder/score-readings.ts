import type { Reading } from '../reading.ts';
import { findCanaries } from './canaries.ts';
import type { Entry } from './fresh.ts';
import { type FrozenEvidence, freezeEvidence } from './frozen.ts';
import type { EvidenceResult, TraceResult } from './result.ts';
import { ALPHA, scoreReading, type TraceInput } from './score.ts';
import { type Spoken, scoreEvidence } from './score-evidence.ts';

/** A reading of one alert, and what scoring it takes besides the look. */
export type CommittedReading = Omit<TraceInput, 'look' | 'alpha'>;

/** The evidence that the programme has collected, the sample at hand included. */
export type Ledgered = {
  /** In the order of the ledger. */
  readonly entries: readonly Entry[];
  /** Of alerts whose mark key is sealed away. */
  readonly frozen: readonly FrozenEvidence[];
  /** Alerts whose mark key was opened for this trace, and is to be sealed away again. */
  readonly opened: readonly string[];
  readonly cap: number;
};

/** What the readings of one sample came to. */
export type Scored = {
  /** For each reading its result; null for an alert of which the sample shows nothing. */
  readonly results: readonly (TraceResult | null)[];
  /** The last look spent. */
  readonly look: number;
  /** Over all alerts; null where the sample shows no slot of any. */
  readonly evidence: EvidenceResult | null;
  /** Of each entry how many slots it adds to the evidence; none where there is no evidence. */
  readonly adds: readonly number[];
  /** For whom of those named the sample itself speaks, alert by alert. */
  readonly spoken: readonly Spoken[];
  /** What alerts whose mark key was opened add from now on; none where there is no evidence. */
  readonly refrozen: readonly { readonly alert: string; readonly frozen: FrozenEvidence | null }[];
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
 * A sample that shows a slot is then put beside all that was read before in the programme, under
 * its last look (`scoreEvidence`).
 *
 * @throws INVALID_INPUT as `scoreReading`; LIMIT_EXCEEDED as `scoreEvidence`.
 */
export function scoreReadings(
  readings: readonly CommittedReading[],
  spent: number,
  ledgered: Ledgered,
): Scored {
  let look = spent;
  const results = readings.map((reading) => {
    if (!showsSomething(reading)) return null;
    look += 1;
    return scoreReading({ ...reading, look });
  });
  look = Math.max(look, spent + 1);
  const shown = readings.find(({ reading }) => showsSlots(reading));
  if (!shown) return { results, look, evidence: null, adds: [], spoken: [], refrozen: [] };
  const sample = readings.flatMap(({ reading: { alert } }, i) => {
    const result = results[i] ?? null;
    return result === null ? [] : [{ alert, result }];
  });
  const sampleSha256 = shown.reading.sample;
  const scored = scoreEvidence({ ...ledgered, sample, sampleSha256, look, alpha: ALPHA });
  const refrozen = ledgered.opened.map((alert) => {
    const own = ledgered.entries.filter(({ reading }) => reading.alert === alert);
    return { alert, frozen: freezeEvidence(own) };
  });
  const { result: evidence, adds, spoken } = scored;
  return { results, look, evidence, adds, spoken, refrozen };
}

function showsSomething({ reading, canaries, ...search }: CommittedReading): boolean {
  if (showsSlots(reading)) return true;
  return findCanaries({ ...search, slots: canaries, strings: reading.strings }).length > 0;
}

/** Whether a slot was read at all. */
export function showsSlots({ slots }: Reading): boolean {
  return slots.some(({ value }) => value !== null);
}
