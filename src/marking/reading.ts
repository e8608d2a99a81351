import type { AlertId } from '../domain/ids.ts';
import type { SlotKey } from './slot-table.ts';

/**
 * What was seen at one slot of a sample. `value` 0 is the authored text, 1 the other; null: not
 * resolved, counts as erased.
 */
export type SlotRead = {
  readonly key: SlotKey;
  readonly family: string;
  readonly value: 0 | 1 | null;
};

/**
 * The blind reading of one sample against one alert's known versions. It depends on the sample and
 * the slot tables only; its canonical JSON is hashed into the ledger before any codeword is
 * computed.
 */
export type Reading = {
  readonly v: 1;
  readonly alert: AlertId;
  /** SHA-256 of the sample's bytes, hex. */
  readonly sample: string;
  /** Per known version: share of the master's tokens that align with the sample, 0 to 1. */
  readonly coverage: readonly {
    readonly artifact: string;
    readonly version: number;
    readonly share: number;
  }[];
  /** Every bit slot of every known version, by key, once. */
  readonly slots: readonly SlotRead[];
  /** Guid- and hex-shaped strings of the sample, whether or not they are ours, at most 10 000. */
  readonly strings: readonly string[];
};
