import { recipientFor, type Scope } from '../code.ts';
import { factorsOf } from './evidence.ts';
import { countEntries, type Entry } from './fresh.ts';
import type { EvidencePart } from './result.ts';
import type { Named } from './stage.ts';

/**
 * What one alert adds to the evidence about each of its holders, kept for when its mark key is
 * sealed away. The products stay the martingale that they were, since nothing is dropped; only the
 * long word loses the slots, which it may, as when that is has nothing to do with what they say
 * (docs/decisions/0023).
 */
export type FrozenEvidence = {
  readonly alert: string;
  /** For each scope over its slots, by `recipientFor` of the holder. */
  readonly added: Readonly<Record<Scope, Readonly<Record<string, Added>>>>;
};
type Added = Omit<EvidencePart, 'alert'>;

/** Freezes all entries of one alert, in the order of the ledger; null: they add no slot. */
export function freezeEvidence(entries: readonly Entry[]): FrozenEvidence | null {
  const counted = countEntries(entries);
  const [first] = counted;
  if (!first || counted.every(({ slots }) => slots.length === 0)) return null;
  const of = (scope: Scope): Record<string, Added> => {
    const byId = new Map(first.holders.map((holder) => [idOf(scope, holder), holder]));
    const added = factorsOf(scope, counted, [...byId.values()]);
    return Object.fromEntries(
      [...byId.keys()].flatMap((id, i) => (added[i] ? [[id, added[i]] as const] : [])),
    );
  };
  return { alert: first.alert, added: { participant: of('participant'), reader: of('reader') } };
}

/** What frozen alerts add about a recipient, one part for each that it had a copy of. */
export function frozenParts(
  scope: Scope,
  frozen: readonly FrozenEvidence[],
  named: Named,
): EvidencePart[] {
  return frozen.flatMap(({ alert, added }) => {
    const own = added[scope][idOf(scope, named)];
    return own && own.agreeing + own.disagreeing > 0 ? [{ alert, ...own }] : [];
  });
}

function idOf(scope: Scope, { participant, reader }: Named): string {
  return recipientFor(scope, participant, reader);
}
