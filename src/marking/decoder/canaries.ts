import { canaryValue, type MarkKey, recipientFor, type Scope } from '../code.ts';
import type { CanarySlot } from '../slot-table.ts';
import { renderCanary } from '../splice.ts';
import type { CanaryHit } from './result.ts';

/** A version 4, variant 10 GUID: 6 of 128 bits are fixed (RFC 9562 §5.4). */
const GUID_BITS = 122;

/** A canary is rendered from 32 bytes; a longer field repeats them. */
const MAX_HEX_BITS = 256;

/** What a search for canary values needs. */
export type CanarySearch = {
  readonly key: MarkKey;
  readonly slots: readonly CanarySlot[];
  /** Guid- and hex-shaped strings of the sample. */
  readonly strings: readonly string[];
  readonly participants: readonly {
    readonly participant: string;
    readonly readers: readonly string[];
  }[];
  readonly cap: number;
};

/**
 * Looks for every recipient's canary values among the strings of a sample: each reader's, and each
 * participant's own as machine channels carry it. Case, braces and hyphens do not count.
 */
export function findCanaries(search: CanarySearch): CanaryHit[] {
  const strings = new Set(search.strings.map(bare));
  if (strings.size === 0) return [];
  return search.slots.flatMap((slot) =>
    search.participants.flatMap(({ participant, readers }) =>
      [null, ...readers]
        .filter((reader) => strings.has(bare(valueFor(search.key, slot, participant, reader))))
        .map((reader) => hit(search, slot, participant, reader)),
    ),
  );
}

function valueFor(key: MarkKey, slot: CanarySlot, participant: string, reader: string | null) {
  const scope: Scope = reader === null ? 'participant' : 'reader';
  const recipient = recipientFor(scope, participant, reader ?? '');
  return renderCanary(slot, canaryValue(key, recipient, slot.key));
}

function hit(
  { strings, cap }: CanarySearch,
  slot: CanarySlot,
  participant: string,
  reader: string | null,
): CanaryHit {
  const bits = bitsOf(slot);
  return {
    key: slot.key,
    family: slot.family,
    participant,
    reader,
    bits,
    strings: strings.length,
    corrected: Math.min(1, (cap * strings.length) / 2 ** bits),
  };
}

function bitsOf(slot: CanarySlot): number {
  switch (slot.form) {
    case 'guid':
      return GUID_BITS;
    case 'hex':
      return Math.min(MAX_HEX_BITS, 4 * (slot.end - slot.start));
  }
}

function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[-{}]/g, '');
}
