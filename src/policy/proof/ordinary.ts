import {
  type EnumName,
  NEVER,
  SLOT,
  UNSCORED,
  type ValueType,
  type Vocabulary,
} from '../vocabulary.ts';

/**
 * The ordinary request: a participant in good standing, a full artifact on a sealed channel, an
 * alert of which nothing is known and that nothing has happened to. Counterexamples say where they
 * differ from it.
 */
const ORDINARY: Readonly<Partial<Record<EnumName, string>>> = {
  Standing: 'active',
  DutyStatus: 'stated',
  Provenance: 'attested',
  ConsentMode: 'standing',
  Consent: 'signatory',
  Involvement: 'none',
  Doubt: 'none',
  Variant: 'full',
  Assurance: 'sealed',
  Severity: 'unknown',
  Vector: 'unknown',
  Discovery: 'unknown',
  Platform: 'sound',
};

/** Numbers that are small, or long past, in the ordinary request; all others are never reached. */
const LEAST: readonly number[] = [SLOT.signedAt, SLOT.embargoOpensAt, SLOT.score];

/** The ordinary code of an enumerated value, the empty set, or the side a number lies on. */
export function ordinary(vocabulary: Vocabulary, type: ValueType, slot: number): number {
  switch (type.kind) {
    case 'set':
      return 0;
    case 'long':
      return LEAST.includes(slot) ? rangeOf(slot).least : rangeOf(slot).most;
    case 'enum': {
      const code = vocabulary.enums[type.name].indexOf(ORDINARY[type.name] ?? '');
      return Math.max(0, code);
    }
  }
}

/** What a stored number can be. */
export function rangeOf(slot: number): { readonly least: number; readonly most: number } {
  return slot === SLOT.score ? { least: UNSCORED, most: 100 } : { least: 0, most: NEVER };
}
