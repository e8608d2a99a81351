import type { Format } from '../../domain/artifact.ts';
import type { Sidecar } from '../sidecar.ts';

/**
 * Where a proposal comes from. An `author` approved it by name, so a fault in it is an error; what
 * a carrier found by itself (`automatic`) is dropped with its reason instead.
 */
export type Source = 'author' | 'automatic';

/** A place a carrier offers. `start` and `end` are UTF-16 offsets of the text, end exclusive. */
export type ProposedBit = {
  readonly kind: 'bit';
  readonly source: Source;
  /** Carrier and manner, `prose.word`: what a normaliser would flatten at once. */
  readonly family: string;
  readonly start: number;
  readonly end: number;
  readonly other: string;
  /** Names the place in messages: `alternates[3]`, `rule Webshell_1, line 12`. */
  readonly what: string;
  /** How much we would rather have this slot than one it overlaps; about 1. */
  readonly weight: number;
};

/** A place for a value of the reader's own; otherwise as `ProposedBit`. */
export type ProposedCanary = {
  readonly kind: 'canary';
  readonly source: Source;
  readonly family: string;
  readonly start: number;
  readonly end: number;
  readonly form: 'guid' | 'hex';
  readonly what: string;
  readonly weight: number;
};

/** What a carrier may offer. */
export type ProposedSlot = ProposedBit | ProposedCanary;

/** A place that will carry nothing, and why; told to the author. */
export type Dropped = {
  readonly family: string;
  readonly what: string;
  readonly reason: string;
};

/** What a carrier found: places it offers, and places it cannot use, with the reason. */
export type Proposal = {
  readonly slots: readonly ProposedSlot[];
  readonly dropped: readonly Dropped[];
};

/** What a carrier sees of an artifact version. `sidecar` is null where the author wrote none. */
export type CarrierInput = {
  readonly format: Format;
  readonly text: string;
  readonly sidecar: Sidecar | null;
};

/**
 * Tries the chosen slots of a text on what the text is for. Keeps those whose two texts do the same
 * in every combination, and says why it drops the others.
 */
export type Gate = (text: string, chosen: readonly ProposedBit[]) => GateAnswer;

/** Kept and dropped together are what was chosen. */
export type GateAnswer = {
  readonly kept: readonly ProposedBit[];
  readonly dropped: readonly Dropped[];
};

/**
 * One manner of marking. `propose` MUST be pure and MUST NOT offer a place whose two texts differ
 * in anything a carrier may not touch (docs/formats/slot-table.md, "Never touched"). What it offers
 * may overlap and need not read differently: freezing settles that, the same way for every carrier.
 */
export type Carrier = {
  readonly name: string;
  readonly formats: readonly Format[];
  /** The part of a sidecar it reads; null: it needs none. */
  readonly reads: keyof Sidecar | null;
  propose(input: CarrierInput): Proposal;
  /** Null where an author's approval is the only check there can be. */
  readonly gate: Gate | null;
};
