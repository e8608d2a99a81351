import type { ArtifactId } from '../domain/ids.ts';

/**
 * Where a slot's bits come from: the artifact in which the passage first stood, and its number
 * there. The same passage in several artifacts, formats or versions shares its coordinates, hence
 * its bits (docs/formats/slot-table.md).
 */
export type SlotKey = { readonly artifact: ArtifactId; readonly slot: string };

/** A place with two texts that mean the same. `authored` is what stands in the master. */
export type BitSlot = {
  readonly kind: 'bit';
  readonly key: SlotKey;
  /**
   * Carrier and manner, `prose.word`, `yara.string-order`: what a normaliser would flatten at once.
   */
  readonly family: string;
  /**
   * Byte range of the authored text in the master, end exclusive. Ranges of a table never overlap.
   */
  readonly start: number;
  readonly end: number;
  readonly authored: string;
  readonly other: string;
};

/** A place that carries a value of its own for each recipient, of constant length. */
export type CanarySlot = {
  readonly kind: 'canary';
  readonly key: SlotKey;
  readonly family: string;
  readonly start: number;
  readonly end: number;
  readonly authored: string;
  /** `guid`: RFC 9562 form, 122 bits of value; `hex`: lower-case hex filling the range. */
  readonly form: 'guid' | 'hex';
};

/** A place at which copies differ. */
export type Slot = BitSlot | CanarySlot;

/** Frozen at authoring: slots in ascending order of `start`. */
export type SlotTable = {
  readonly v: 1;
  readonly artifact: ArtifactId;
  readonly version: number;
  /** SHA-256 of the master's bytes, hex: a table belongs to exactly one text. */
  readonly master: string;
  readonly slots: readonly Slot[];
};
