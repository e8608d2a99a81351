import { notesOn } from './engine.ts';
import type { Policy } from './policy.ts';
import type { Row } from './request.ts';
import { type Attribute, PRINCIPAL_SLOTS, SLOT, type Vocabulary } from './vocabulary.ts';

/**
 * What of a participant the rules of a policy can tell apart: values by those that rules name,
 * instants by how they lie to each other and to those of the alert. Participants of one alert that
 * agree in it are decided alike, each at its own instants.
 */
export type Telling = {
  readonly values: readonly { readonly slot: number; readonly told: (value: number) => number }[];
  /** Slots of instants that count only by how they compare. */
  readonly instants: readonly number[];
  /** Whether some of it depends on the alert too. */
  readonly perAlert: boolean;
};

/** What the rules of a policy tell apart. */
export function tellingOf({ engine: { vocabulary }, rules }: Policy): Telling {
  const notes = rules.map((rule) => notesOn(rule, vocabulary));
  const exact = new Set(notes.flatMap((each) => [...each.exact]));
  const slotted = notes.every((each) => each.slotted);
  const read = new Set(notes.flatMap((each) => [...each.attributes]));
  const attributes = [...vocabulary.attributes.values()].filter(
    ({ path, slot }) => isPrincipals(slot, vocabulary) && (read.has(path) || slot === SLOT.tier),
  );
  const compared = ({ type, slot }: Attribute) =>
    type.kind === 'long' && slotted && !exact.has(slot);
  const named = (attribute: Attribute) => {
    // Programs are compiled for each tier, so that no rule need name one for it to tell.
    if (exact.has(attribute.slot) || attribute.slot === SLOT.tier) return itself;
    return toldByName(attribute, notes);
  };
  return {
    values: attributes
      .filter((each) => !compared(each))
      .map((each) => ({ slot: each.slot, told: named(each) })),
    instants: attributes.filter(compared).map(({ slot }) => slot),
    perAlert: attributes.some(({ slot }) => slot === SLOT.embargoOpensAt),
  };
}

function isPrincipals(slot: number, { criteriaSlot }: Vocabulary): boolean {
  return slot < PRINCIPAL_SLOTS || slot >= criteriaSlot;
}

const itself = (value: number): number => value;
/** Stands for every value that no rule names. */
const UNNAMED = -1;

function toldByName({ type }: Attribute, notes: readonly ReturnType<typeof notesOn>[]) {
  if (type.kind === 'long') return itself;
  const codes = new Set(notes.flatMap(({ values }) => [...(values.get(type.name) ?? [])]));
  if (type.kind === 'enum') return (code: number) => (codes.has(code) ? code : UNNAMED);
  const mask = [...codes].reduce((all, code) => all | (1 << code), 0);
  return (set: number) => set & mask;
}

/** The instants of an alert's request, in order: what those of a participant lie between. */
export function landmarksOf(row: Row, vocabulary: Vocabulary): number[] {
  const slots = [...vocabulary.attributes.values()]
    .filter(({ type, slot }) => type.kind === 'long' && slot !== SLOT.score)
    .filter(({ slot }) => !isPrincipals(slot, vocabulary))
    .map(({ slot }) => row[slot] ?? Number.NaN);
  return [...new Set(slots)].sort((a, b) => a - b);
}

/** A text for what a filled row says of the participant, whatever the alert. */
export function keyOf(row: Row, { values, instants }: Telling): string {
  let key = '';
  for (const { slot, told } of values) key += `${told(row[slot] ?? Number.NaN)},`;
  for (let i = 1; i < instants.length; i++) {
    const at = row[instants[i] ?? 0] ?? Number.NaN;
    for (let j = 0; j < i; j++) key += distance(at, row[instants[j] ?? 0] ?? Number.NaN);
  }
  return key;
}

/**
 * Between which landmarks an instant lies, and whether it is one of them or a millisecond beside:
 * a comparison turns at an instant or a millisecond after it, and farther apart all is one. One
 * character, since it is asked for every participant and alert.
 */
export function placeOf(at: number, landmarks: readonly number[]): string {
  let below = 0;
  while (below < landmarks.length && (landmarks[below] ?? 0) < at) below += 1;
  const under = distance(at, landmarks[below - 1] ?? Number.NEGATIVE_INFINITY);
  const over = distance(at, landmarks[below] ?? Number.POSITIVE_INFINITY);
  return String.fromCharCode((below * DISTANCES + under) * DISTANCES + over);
}

/** How many there are. */
const DISTANCES = 5;

function distance(a: number, b: number): number {
  // Also of two that never come, whose difference is no number.
  if (a === b) return 2;
  const difference = a - b;
  if (difference > 1) return 4;
  if (difference < -1) return 0;
  return difference > 0 ? 3 : 1;
}
