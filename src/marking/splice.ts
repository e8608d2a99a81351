import { sha256Hex } from '../crypto/hash.ts';
import { TocsinError } from '../domain/errors.ts';
import type { CanarySlot, Slot, SlotTable } from './slot-table.ts';

/** A master cut at its slots, once per version; a copy is then one allocation and a few copies. */
export type Splicer = {
  readonly parts: readonly Part[];
  readonly bitSlots: number;
  /** Bytes of the longest possible copy. */
  readonly maxLength: number;
};

type Part =
  | { readonly kind: 'fixed'; readonly bytes: Buffer }
  | { readonly kind: 'bit'; readonly authored: Buffer; readonly other: Buffer }
  | { readonly kind: 'canary'; readonly slot: CanarySlot; readonly length: number };

/** Bytes of a canary's value: what one HMAC-SHA-256 gives. */
const CANARY_VALUE_BYTES = 32;

/**
 * Cuts `master` at the slots of `table`.
 * @throws MARK_FAILED when the table belongs to another text, when its slots are out of order or
 *   overlap, or when the master has another text than `authored` at a slot.
 */
export function compileTable(master: Uint8Array, table: SlotTable): Splicer {
  const found = sha256Hex(master);
  if (found !== table.master) {
    throw failed(`expected the master with SHA-256 ${table.master}, found ${found}`);
  }
  const bytes = Buffer.from(master);
  const parts: Part[] = [];
  let at = 0;
  for (const slot of table.slots) {
    checkPlace(slot, at, bytes);
    if (slot.start > at) parts.push({ kind: 'fixed', bytes: bytes.subarray(at, slot.start) });
    parts.push(partOf(slot));
    at = slot.end;
  }
  if (at < bytes.length) parts.push({ kind: 'fixed', bytes: bytes.subarray(at) });
  const bitSlots = parts.filter(({ kind }) => kind === 'bit').length;
  const longest = parts.map(longestOf).reduce((sum, length) => sum + length, 0);
  return { parts, bitSlots, maxLength: longest };
}

/**
 * One reader's copy: `bits[i]` chooses the text of the i-th bit slot of the table (0 authored, 1
 * other), `canaries` gives the 32-byte value of a canary slot. Pure: same input, same bytes.
 * @throws MARK_FAILED unless there is exactly one bit, 0 or 1, for each bit slot, and 32 bytes for
 *   each canary: a copy that cannot be rendered is held, never served unmarked.
 */
export function splice(
  splicer: Splicer,
  bits: Uint8Array,
  canaries: (slot: CanarySlot) => Uint8Array,
): Buffer {
  if (bits.length !== splicer.bitSlots) {
    throw failed(`expected ${splicer.bitSlots} bits, found ${bits.length}`);
  }
  const chosen = choose(splicer.parts, bits, canaries);
  let length = 0;
  for (const piece of chosen) length += piece.length;
  const copy = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of chosen) {
    copy.set(piece, at);
    at += piece.length;
  }
  return copy;
}

/**
 * Bytes of the longest copy that `table` can make of `master`. @throws MARK_FAILED as
 * `compileTable`.
 */
export function maxLength(master: Uint8Array, table: SlotTable): number {
  return compileTable(master, table).maxLength;
}

/**
 * A canary's value in the form of its slot. `guid`: the first 16 bytes as a version 4, variant 10
 * UUID (RFC 9562 §5.4), so that 122 bits are the value's own. `hex`: the bytes as lower-case hex,
 * repeated as often as the range needs.
 * @throws MARK_FAILED unless `value` has 32 bytes.
 */
export function renderCanary(slot: CanarySlot, value: Uint8Array): string {
  if (value.length !== CANARY_VALUE_BYTES) {
    throw failed(`expected a canary value of 32 bytes, found ${value.length}`);
  }
  const hex = Buffer.from(value).toString('hex');
  switch (slot.form) {
    case 'guid':
      return guid(hex);
    case 'hex': {
      const digits = slot.end - slot.start;
      return hex.repeat(Math.ceil(digits / hex.length)).slice(0, digits);
    }
  }
}

/** RFC 9562 §5.4: digit 12 is the version, the top two bits of digit 16 are the variant. */
function guid(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0b0011) | 0b1000).toString(16);
  const version = `4${hex.slice(13, 16)}`;
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    version,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

function choose(
  parts: readonly Part[],
  bits: Uint8Array,
  canaries: (slot: CanarySlot) => Uint8Array,
): Uint8Array[] {
  const chosen: Uint8Array[] = [];
  let next = 0;
  for (const part of parts) {
    switch (part.kind) {
      case 'fixed':
        chosen.push(part.bytes);
        break;
      case 'bit':
        chosen.push(textFor(part, bits[next++]));
        break;
      case 'canary':
        chosen.push(Buffer.from(renderCanary(part.slot, canaries(part.slot)), 'latin1'));
        break;
    }
  }
  return chosen;
}

function textFor(part: Part & { kind: 'bit' }, bit: number | undefined): Buffer {
  if (bit === 0) return part.authored;
  if (bit === 1) return part.other;
  throw failed(`expected bits of 0 or 1, found ${bit}`);
}

function partOf(slot: Slot): Part {
  switch (slot.kind) {
    case 'bit':
      return {
        kind: 'bit',
        authored: Buffer.from(slot.authored),
        other: Buffer.from(slot.other),
      };
    case 'canary':
      return { kind: 'canary', slot, length: slot.end - slot.start };
  }
}

function longestOf(part: Part): number {
  switch (part.kind) {
    case 'fixed':
      return part.bytes.length;
    case 'bit':
      return Math.max(part.authored.length, part.other.length);
    case 'canary':
      return part.length;
  }
}

/**
 * A table is our own record, but a wrong one would put one reader's text where another's belongs.
 */
function checkPlace(slot: Slot, from: number, master: Buffer): void {
  const where = `slot ${slot.key.artifact}/${slot.key.slot}`;
  if (!(slot.start >= from && slot.end > slot.start && slot.end <= master.length)) {
    throw failed(`${where}: expected a range within ${from}-${master.length} bytes`);
  }
  if (!master.subarray(slot.start, slot.end).equals(Buffer.from(slot.authored))) {
    throw failed(`${where}: expected the authored text in the master, found another`);
  }
}

function failed(message: string): TocsinError {
  return new TocsinError('MARK_FAILED', message);
}
