import type { SlotTable } from '../slot-table.ts';

/** Most strings reported: each one weakens what a hit means, and no leaked text has more. */
const MAX_STRINGS = 10_000;

/** A GUID, or 16 to 1024 hex digits in one run. */
const SHAPED =
  /(?<![0-9a-f])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,1024})(?![0-9a-f])/gi;

/** Hex digits of a GUID. */
const GUID_DIGITS = 32;

/**
 * The strings of a sample that could be a canary value of one of the tables: GUIDs and runs of hex
 * digits, as long as one of their canaries is. Lower case, each once, in order of appearance, at
 * most 10 000; none where no table has a canary. Bytes are taken as they are, so that captures of
 * traffic and binaries are searched too.
 */
export function canaryStrings(sample: Uint8Array, tables: readonly SlotTable[]): string[] {
  const lengths = new Set(tables.flatMap(canaryLengths));
  if (lengths.size === 0) return [];
  const found = new Set<string>();
  for (const [match] of Buffer.from(sample).toString('latin1').matchAll(SHAPED)) {
    if (!lengths.has(match.includes('-') ? GUID_DIGITS : match.length)) continue;
    found.add(match.toLowerCase());
    if (found.size === MAX_STRINGS) break;
  }
  return [...found];
}

function canaryLengths({ slots }: SlotTable): number[] {
  return slots.flatMap((slot) => {
    if (slot.kind !== 'canary') return [];
    return slot.form === 'guid' ? GUID_DIGITS : slot.end - slot.start;
  });
}
