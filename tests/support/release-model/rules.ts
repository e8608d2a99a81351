/**
 * Who may hold what of an alert at an instant, in the words of the packs `mapp`, `mapp-2024` and
 * `mapp-poc-only`, for histories in which leads, T0, facts and packs change. Nothing here asks
 * `src/policy`: tier and time are stated here, the rest by the oracle of `mapp`.
 */
import type { ArtifactKind, Variant } from '../../../src/domain/artifact.ts';
import type { ReasonCode } from '../../../src/domain/decision.ts';
import type { Consent, DutyFacts, Enrolment } from '../../../src/domain/enrolment.ts';
import { DAY_MS, HOUR_MS, type Instant, plus } from '../../../src/domain/instant.ts';
import { CONSENTING, DISCLOSED, expectedFor, type Stage } from '../mapp-oracle.ts';

export const TIERS = ['validate', 'ans', 'entry'] as const;
type Tier = (typeof TIERS)[number];

/** A policy as a history knows it: whose rule of duties, how long before T0, and one odd cell. */
export type Book = {
  readonly pack: 'mapp' | 'mapp-2024' | 'mapp-poc-only';
  readonly leadMs: Readonly<Record<Tier, number>>;
  /** For nobody before T0. */
  readonly late: 'poc' | 'advisory' | null;
};

const AS_SHIPPED = { validate: 14 * DAY_MS, ans: 5 * DAY_MS, entry: 24 * HOUR_MS };
const LONGER = { validate: 14 * DAY_MS, ans: 7 * DAY_MS, entry: 48 * HOUR_MS };
const SHORTER = { validate: 7 * DAY_MS, ans: 24 * HOUR_MS, entry: 2 * HOUR_MS };

/** The policies among which histories change. The first is that of their beginning. */
export const BOOKS: readonly [Book, ...Book[]] = [
  { pack: 'mapp', leadMs: AS_SHIPPED, late: null },
  { pack: 'mapp-2024', leadMs: AS_SHIPPED, late: null },
  { pack: 'mapp-poc-only', leadMs: AS_SHIPPED, late: null },
  { pack: 'mapp', leadMs: LONGER, late: null },
  { pack: 'mapp', leadMs: SHORTER, late: 'poc' },
  { pack: 'mapp-2024', leadMs: SHORTER, late: null },
  { pack: 'mapp-2024', leadMs: LONGER, late: 'poc' },
  { pack: 'mapp-2024', leadMs: LONGER, late: 'advisory' },
  { pack: 'mapp-poc-only', leadMs: LONGER, late: 'poc' },
];

/** Those that are packs as they ship. */
export const SHIPPED: readonly Book[] = BOOKS.slice(0, 3);

/** When an alert opens to each tier, and to all. */
export type Opening = {
  readonly t0: Instant;
  readonly tiers: Readonly<Record<string, Instant>>;
};

/** The waves of a disclosure at `t0`. */
export function openingUnder({ leadMs }: Book, t0: Instant): Opening {
  return { t0, tiers: Object.fromEntries(TIERS.map((tier) => [tier, plus(t0, -leadMs[tier])])) };
}

/** The same at `at`. Of what is disclosed no lead is to come. */
export function openingAt(book: Book, t0: Instant, at: Instant): Opening {
  if (t0 > at) return openingUnder(book, t0);
  return { t0, tiers: Object.fromEntries(TIERS.map((tier) => [tier, t0])) };
}

/** An embargo that ends at `end`, where it was to end later: what had not opened opens then. */
export function endedBy(opening: Opening, end: Instant): Opening {
  if (opening.t0 <= end) return opening;
  const tiers = Object.entries(opening.tiers).map(
    ([tier, at]) => [tier, at < end ? at : end] as const,
  );
  return { t0: end, tiers: Object.fromEntries(tiers) };
}

/** An artifact; `standIn` is the place in the alert of the general description in its stead. */
export type Piece = {
  readonly kind: ArtifactKind;
  readonly variant: Variant;
  readonly standIn: number | null;
};

/**
 * What somebody may hold: how many artifacts as they are, of how many a reduced form, which those
 * are, and of which they are.
 */
export type Holding = {
  readonly allowed: number;
  readonly reduced: number;
  readonly pieces: ReadonlySet<number>;
  readonly key: string;
};

export const NOTHING: Holding = { allowed: 0, reduced: 0, pieces: new Set(), key: '' };

/** What a participant may hold of an approved alert at `at`. */
export function holding(
  book: Book,
  enrolment: Enrolment,
  consent: Consent,
  { opening, pieces }: { readonly opening: Opening; readonly pieces: readonly Piece[] },
  at: Instant,
): Holding {
  const { agreement, consentMode, standing, tier } = enrolment;
  const inForce = agreement !== null && agreement.signedAt <= at && at < agreement.expiresAt;
  const held = { allowed: 0, reduced: 0, pieces: new Set<number>(), key: '' };
  for (const [index, { kind, variant, standIn }] of pieces.entries()) {
    const disclosed = at >= opening.t0;
    const opens = book.late === kind ? opening.t0 : opening.tiers[tier];
    const isOpen = disclosed || (opens !== undefined && at >= opens);
    const stage: Stage = disclosed ? DISCLOSED : isOpen ? OPEN : BEFORE;
    const { outcome } = expectedFor(
      { artifact: { kind, variant }, assurance: 'sealed' },
      {
        active: standing === 'active',
        wave: OPEN,
        inForce: inForce ? [BEFORE, OPEN, DISCLOSED] : [],
        restriction: () => restriction(book, enrolment.duty, kind, at),
        consents: CONSENTING[consentMode].includes(consent),
      },
      stage,
    );
    if (outcome === 'allow') {
      held.allowed += 1;
      held.pieces.add(index);
      held.key += ` ${index}`;
    }
    if (outcome === 'allow_reduced' && standIn !== null) {
      held.reduced += 1;
      held.pieces.add(standIn);
      held.key += ` ${index} reduced`;
    }
  }
  return held;
}

/** The oracle's stages: nothing is open yet, or the one wave that counts here. */
const BEFORE: Stage = 0;
const OPEN: Stage = 1;

/** Whether what is known of a firm's duties withholds a kind from it, and why. */
function restriction(
  { pack }: Book,
  duty: DutyFacts,
  kind: ArtifactKind,
  at: Instant,
): ReasonCode | null {
  const bound =
    duty.status === 'stated' &&
    duty.duties.some((each) => each.trigger === 'any_known' && each.recipient === 'government');
  switch (pack) {
    case 'mapp-2024':
      return null;
    case 'mapp-poc-only':
      return bound && kind === 'poc' ? 'LEGAL_DUTY' : null;
    case 'mapp':
      if (duty.status === 'unknown') return 'DUTY_FACTS_UNKNOWN';
      if (duty.provenance === 'none') return 'DUTY_FACTS_UNATTESTED';
      if (at >= duty.expiresAt) return 'DUTY_FACTS_EXPIRED';
      return bound ? 'LEGAL_DUTY' : null;
  }
}
