import { DUTY_PROVENANCES } from '../../domain/enrolment.ts';
import type { Row } from '../request.ts';
import { DUTY_STATUSES, SLOT, type Vocabulary } from '../vocabulary.ts';
import type { Dimension } from './dimensions.ts';
import type { Reads } from './reads.ts';
import { IMPOSSIBLE, type Piece } from './solve.ts';

/**
 * What facts can be at all (`fillRow` makes no other rows): a counterexample that no facts lead to
 * would be none.
 */
export function possibleFacts(
  { leads, leadSlot }: Vocabulary,
  reads: Reads,
  dimensions: readonly Dimension[],
): Piece[] {
  const values = new Map(dimensions.map(({ slot, values }) => [slot, values.map((v) => v.value)]));
  return [
    ...unknownDuties(reads, values),
    ...scopesOfDuties(reads),
    ...notAfterDisclosure(reads, SLOT.embargoOpensAt),
    ...leads.flatMap((_, i) => notAfterDisclosure(reads, leadSlot + i)),
  ];
}

const UNKNOWN = DUTY_STATUSES.indexOf('unknown');
const MASKS = [SLOT.dutyToGovernment, SLOT.dutyToCsirt, SLOT.dutyToRegulator] as const;

/** Duties of which nothing is known are vouched for by nobody, out of date, and none. */
function unknownDuties({ named }: Reads, values: ReadonlyMap<number, readonly number[]>): Piece[] {
  if (!values.has(SLOT.dutyStatus)) return [];
  const needed = new Map<number, number>();
  const least = [...MASKS, SLOT.dutyScopes, SLOT.dutyExpiresAt, SLOT.dutyClock] as const;
  for (const slot of least) {
    const found = values.get(slot);
    if (found !== undefined) needed.set(slot, Math.min(...found));
  }
  const provenances = values.get(SLOT.dutyProvenance) ?? [];
  const none = DUTY_PROVENANCES.indexOf('none');
  // Where no rule names `none`, another value that none names stands for it.
  const standsForNone = provenances.includes(none)
    ? none
    : provenances.find((code) => named.get('Provenance')?.has(code) !== true);
  if (standsForNone !== undefined) needed.set(SLOT.dutyProvenance, standsForNone);
  return [
    requirement([SLOT.dutyStatus, ...needed.keys()], (row) =>
      row[SLOT.dutyStatus] === UNKNOWN
        ? [...needed].every(([slot, value]) => row[slot] === value)
        : true,
    ),
  ];
}

/** A duty has a scope, and no scope is without a duty. */
function scopesOfDuties({ slots }: Reads): Piece[] {
  const masks = MASKS.filter((slot) => slots.has(slot));
  if (!slots.has(SLOT.dutyScopes) || masks.length === 0) return [];
  return [
    requirement([SLOT.dutyScopes, ...masks], (row) => {
      const owed = masks.some((slot) => row[slot] !== 0);
      const scoped = row[SLOT.dutyScopes] !== 0;
      return owed ? scoped : !scoped || masks.length < MASKS.length;
    }),
  ];
}

/** No lead is negative, and no embargo that somebody keeps. */
function notAfterDisclosure({ slots }: Reads, slot: number): Piece[] {
  const late = SLOT.disclosureAt;
  if (!slots.has(slot) || !slots.has(late)) return [];
  return [requirement([slot, late], (row) => (row[slot] ?? 0) <= (row[late] ?? 0))];
}

function requirement(slots: readonly number[], holds: (row: Row) => boolean): Piece {
  return { slots: new Set(slots), says: (row) => (holds(row) ? 0 : IMPOSSIBLE) };
}
