import type { ArtifactKind, UsePermission } from '../../domain/artifact.ts';
import type { Addendum, Role } from '../../domain/enrolment.ts';

/** For whom something may be done, or to whom it may be given. */
export const AUDIENCES = ['self', 'own_users', 'peers', 'members', 'clients', 'anyone'] as const;
/**
 * One of `AUDIENCES`. `self`: inside the participant; `own_users`: users of its products; `peers`:
 * security teams of other members; `members`: other members; `clients`: those whom it serves.
 */
export type Audience = (typeof AUDIENCES)[number];

/** What may have to be true of the participant; whoever has not said so is not taken to be it. */
export const CONDITIONS = ['hosted', 'no_user_binary', 'all_users_internal'] as const;
/**
 * One of `CONDITIONS`. `hosted`: it runs the patched component itself; `no_user_binary`: no user
 * gets a binary of it; `all_users_internal`: all its users belong to the participant.
 */
export type Condition = (typeof CONDITIONS)[number];

/** An instant to be: so long after the participant's first receipt, or after disclosure. */
export type Offset = {
  readonly after: 'receipt' | 'T0';
  /** Calendar months in UTC. */
  readonly months: number;
  readonly ms: number;
};

/** One way in which a permission is had. Its several ways are alternatives. */
export type Clause = {
  readonly from: Offset;
  /** Exclusive; null: for good. */
  readonly until: Offset | null;
  readonly audience: Audience;
  /** All must hold. */
  readonly conditions: readonly Condition[];
  /** The patch touches nothing but these components; empty: it may touch anything. */
  readonly patchOnly: readonly string[];
  /** Kinds of artifact it is for; empty: all. */
  readonly kinds: readonly ArtifactKind[];
  /** What must have been signed besides the agreement; null: nothing. */
  readonly addendum: Addendum | null;
};

/** All that a participant may be allowed to say of an alert. `existence`: that there is one. */
export const SAFE_FIELDS = ['existence', 'id', 'T0'] as const;
/** One of `SAFE_FIELDS`. */
export type SafeField = (typeof SAFE_FIELDS)[number];

/** Where a term is to be read. */
export type TermPlace = 'agreement' | 'copy';

/** The terms a programme can set, each with the places where it stands. */
export const TERMS = {
  /** [R46] Text of the programme does not go into products; every copy says so. */
  no_text_in_products: ['agreement', 'copy'],
  /** [R48] Membership and alerts are no advertisement. */
  no_marketing: ['agreement', 'copy'],
  /** What is said in discussions stays there, after disclosure too. */
  discussion_confidential: ['agreement', 'copy'],
} as const satisfies Record<string, readonly TermPlace[]>;
/** The code of a term. */
export type Term = keyof typeof TERMS;

/** What becomes of a request to use a patch that differs significantly from the one received. */
export type DifferentPatch =
  /** The issuer is asked, and ought to answer within so many milliseconds. */
  | { readonly rule: 'ask'; readonly withinMs: number }
  | { readonly rule: 'allowed' }
  | { readonly rule: 'refused' };

/** Members of these roles get these kinds, or feeds, only with the addendum signed. */
export type AddendumGate = {
  readonly addendum: Addendum;
  readonly roles: readonly Role[];
  readonly kinds: readonly ArtifactKind[];
  readonly feeds: boolean;
};

/** The `use:` section of `programme.yaml`. */
export type UseSection = {
  /** A permission that is absent is nobody's. */
  readonly permissions: ReadonlyMap<UsePermission, readonly Clause[]>;
  /** What `announce_existence` lets say; empty where the pack does not have it. */
  readonly announce: readonly SafeField[];
  readonly differentPatch: DifferentPatch;
  /** The terms that are set, in the programme's words. */
  readonly terms: ReadonlyMap<Term, string>;
  readonly addenda: readonly AddendumGate[];
};

/** The codes of the terms that stand in a place, in the order of the pack. */
export function termsOn(section: UseSection, place: TermPlace): Term[] {
  return [...section.terms.keys()].filter((term) =>
    TERMS[term].some((each: TermPlace) => each === place),
  );
}
