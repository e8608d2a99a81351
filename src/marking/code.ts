import { hmacLp } from '../crypto/hash.ts';
import { invalid } from '../domain/errors.ts';
import type { Slot, SlotKey } from './slot-table.ts';

/** The mark key of one alert: 32 random bytes. Whoever holds it can compute every copy. */
export type MarkKey = Uint8Array;

/** Whose bit a slot carries: one for all readers of a participant, or one for each reader. */
export type Scope = 'participant' | 'reader';

/** What the mark key alone says about a slot. Nobody without the key can tell any of the three. */
export type SlotSecrets = {
  /** Chance that a recipient's bit is 1, in 65 536ths. */
  readonly p: Bias;
  readonly scope: Scope;
  /** The bit that the authored text stands for; the other text stands for the other bit. */
  readonly polarity: 0 | 1;
};

/**
 * The three biases, in 65 536ths: .2, .5 and .8, drawn with weights 3/8, 1/4 and 3/8 (`mix25`; a
 * discrete bias distribution after Nuida et al., Designs, Codes and Cryptography 52). Few levels
 * make p-values exact; the decoder uses exactly these numbers, never the rounded decimals.
 */
export const BIASES = [13_107, 32_768, 52_429] as const;
export type Bias = (typeof BIASES)[number];

/** `u16` below the first bound: first bias; below the second: the middle one; else the last. */
const BIAS_BOUNDS = [24_576, 40_960] as const;

/** Two thirds of the slots name the participant. */
const PARTICIPANT_BOUND = 43_691;
/** The share of slots that name the participant. */
export const PARTICIPANT_SHARE = PARTICIPANT_BOUND / 65_536;

const KEY_BYTES = 32;

/** A slot's bias, scope and polarity under `key`. Three HMACs: compile once, not per copy. */
export function slotSecrets(key: MarkKey, slot: SlotKey): SlotSecrets {
  const bias = draw(key, 'tocsin/bias/v1', slot.artifact, slot.slot);
  const scope = draw(key, 'tocsin/scope/v1', slot.artifact, slot.slot);
  const polarity = draw(key, 'tocsin/polarity/v1', slot.artifact, slot.slot);
  return {
    p: bias < BIAS_BOUNDS[0] ? BIASES[0] : bias < BIAS_BOUNDS[1] ? BIASES[1] : BIASES[2],
    scope: scope < PARTICIPANT_BOUND ? 'participant' : 'reader',
    polarity: (polarity & 1) === 1 ? 1 : 0,
  };
}

/**
 * The bit of `recipient` (see `recipientFor`) at a slot of bias `p`, in 65 536ths; before polarity.
 * One HMAC.
 */
export function codeBit(key: MarkKey, recipient: string, slot: SlotKey, p: number): 0 | 1 {
  return draw(key, 'tocsin/code/v1', recipient, slot.artifact, slot.slot) < p ? 1 : 0;
}

/**
 * The name a slot's bit is drawn for. Readers are named by their stable id, never by a key of
 * theirs, so that a changed key changes no copy; the participant's id is part of it, so that a
 * reader who moves to another firm gets another word.
 */
export function recipientFor(scope: Scope, participant: string, reader: string): string {
  return scope === 'participant' ? participant : `${participant}/${reader}`;
}

/** The 32 bytes from which the canary of `recipient` at `slot` is rendered. */
export function canaryValue(key: MarkKey, recipient: string, slot: SlotKey): Buffer {
  return hmacLp(key, 'tocsin/canary/v1', recipient, slot.artifact, slot.slot);
}

/**
 * The bit slots of a table with their secrets: made once per key and table, used for every copy.
 */
export type Code = {
  readonly key: MarkKey;
  readonly slots: readonly { readonly key: SlotKey; readonly secrets: SlotSecrets }[];
};

/**
 * Precomputes what does not depend on the recipient, for the bit slots among `slots`, in their
 * order. @throws INVALID_INPUT when the key is not 32 bytes.
 */
export function compileCode(key: MarkKey, slots: readonly Slot[]): Code {
  checkKey(key);
  return {
    key,
    slots: slots
      .filter((slot) => slot.kind === 'bit')
      .map((slot) => ({ key: slot.key, secrets: slotSecrets(key, slot.key) })),
  };
}

/** @throws INVALID_INPUT when the mark key is not 32 bytes. */
export function checkKey(key: MarkKey): void {
  if (key.length !== KEY_BYTES) throw invalid('markKey', '32 bytes', key.length);
}

/**
 * Which text each bit slot of a copy shows, in table order: 0 the authored one, 1 the other. One
 * HMAC per slot. Entries of reader-scope slots differ between the readers of a participant; the
 * others are taken from `shared` where given: any earlier result for the same code and participant.
 */
export function markBits(
  code: Code,
  participant: string,
  reader: string,
  shared?: Uint8Array,
): Uint8Array {
  const shown = new Uint8Array(code.slots.length);
  for (const [i, { key, secrets }] of code.slots.entries()) {
    const known = secrets.scope === 'participant' ? shared?.[i] : undefined;
    shown[i] = known ?? shownText(code.key, key, secrets, participant, reader);
  }
  return shown;
}

function shownText(
  key: MarkKey,
  slot: SlotKey,
  secrets: SlotSecrets,
  participant: string,
  reader: string,
): number {
  const recipient = recipientFor(secrets.scope, participant, reader);
  return codeBit(key, recipient, slot, secrets.p) ^ secrets.polarity;
}

/** The first two bytes of an HMAC over a label and fields, big-endian. */
function draw(key: MarkKey, label: string, ...fields: string[]): number {
  return hmacLp(key, label, ...fields).readUInt16BE(0);
}
