import type { ArtifactKind, UsePermission } from '../../domain/artifact.ts';
import type { FindKind, FindUse, Shipped } from '../../domain/find.ts';
import type { Instant } from '../../domain/instant.ts';
import { covers, grantOf, type UseFacts } from './grant.ts';
import type { Audience, UseSection } from './section.ts';

/** What is known of a find, seen from the participant whose copy was identified. */
export type FoundUse = {
  readonly kind: FindKind;
  /** For a product: whether it is the participant's own. */
  readonly own: boolean;
  readonly shipped: Shipped;
  readonly at: Instant;
};

/** Why a use is taken for permitted, not permitted, or neither. */
export type FindReason =
  /** A permission that was in force covers this place. */
  | 'IN_FORCE'
  /** No permission in force covers this place. */
  | 'NOT_IN_FORCE'
  /** A term of the programme keeps its text out of products. */
  | 'NO_TEXT_IN_PRODUCTS'
  /** A permission hangs on what Tocsin has no record of: a condition, or the reach of a patch. */
  | 'NOT_ON_RECORD'
  /** It could have been lawfully shipped, and then taken from there. */
  | 'PERHAPS_SHIPPED'
  /** It could have been lawfully shared; what others did then is theirs. */
  | 'PERHAPS_SHARED'
  /** The place does not say that anybody gave it to anybody. */
  | 'PLACE_SAYS_NOTHING'
  /** The participant had no copy then. */
  | 'NO_COPY_YET'
  /** The participant's roles or addenda may have been others then. */
  | 'FACTS_CHANGED'
  /** Which policy was in force then is not on record. */
  | 'POLICY_UNKNOWN';

/** The answer for one artifact. */
export type FindVerdict = { readonly use: FindUse; readonly because: FindReason };

/** The permissions to ship a product that was built of an artifact; none: no product is. */
const SHIPS: Readonly<Record<ArtifactKind, readonly UsePermission[]>> = {
  advisory: [],
  summary: [],
  repro_steps: [],
  detection_guidance: ['ship_detection'],
  detection_rule: ['ship_detection'],
  indicator: ['ship_detection'],
  poc: [],
  patch: ['distribute_binary', 'distribute_source'],
  mitigation: ['distribute_binary', 'distribute_source'],
  test_file: ['distribute_binary', 'distribute_source'],
};

type State = 'in_force' | 'not_on_record' | 'no';

/**
 * Whether the place where a participant's text was found is a use that was permitted to it then.
 * That a copy was identified is another result, and neither follows from the other. Standing does
 * not matter: what was received before a suspension may be used as agreed.
 *
 * @param section null: the pack does not say, so that the alert's own list is all that is known.
 */
export function useOfFind(
  section: UseSection | null,
  facts: UseFacts,
  found: FoundUse,
): FindVerdict {
  const { receivedAt } = facts;
  if (receivedAt === null || found.at < receivedAt) return unknown('NO_COPY_YET');
  const inProduct = found.kind === 'member_product' && found.own;
  const shipping = stateOfAny(section, facts, SHIPS[facts.kind], 'own_users', found.at);
  if (inProduct || found.shipped === 'yes') {
    if (section?.terms.has('no_text_in_products')) return notPermitted('NO_TEXT_IN_PRODUCTS');
    const verdict = verdictOf(shipping);
    if (inProduct || verdict.use !== 'not_permitted') return verdict;
  }
  const perhaps = found.shipped === 'unknown' && shipping !== 'no';
  switch (found.kind) {
    case 'public_site': {
      const open = verdictOf(stateOfAny(section, facts, SHIPS[facts.kind], 'anyone', found.at));
      return open.use === 'not_permitted' && perhaps ? unknown('PERHAPS_SHIPPED') : open;
    }
    case 'member_product':
    case 'private_channel':
      if (shares(section, facts, found.at)) return unknown('PERHAPS_SHARED');
      return perhaps ? unknown('PERHAPS_SHIPPED') : notPermitted('NOT_IN_FORCE');
    case 'seized':
    case 'other':
      return unknown('PLACE_SAYS_NOTHING');
  }
}

/** Whether a permission of the section hangs on roles and addenda, which change. */
export function turnsOnAddenda(section: UseSection): boolean {
  const clauses = [...section.permissions.values()].flat();
  return section.addenda.length > 0 || clauses.some(({ addendum }) => addendum !== null);
}

/** The answer for several artifacts found at once: one that was not permitted decides. */
export function useOfAll(verdicts: readonly FindVerdict[]): FindUse {
  if (verdicts.some(({ use }) => use === 'not_permitted')) return 'not_permitted';
  const known = verdicts.length > 0 && verdicts.every(({ use }) => use === 'permitted');
  return known ? 'permitted' : 'unknown';
}

/** Whether it might have been given to others of the programme, or to clients. */
function shares(section: UseSection | null, facts: UseFacts, at: Instant): boolean {
  const states = [
    stateOf(section, facts, 'share_peers', 'peers', at),
    stateOf(section, facts, 'share_clients', 'clients', at),
    stateOfAny(section, facts, SHIPS[facts.kind], 'members', at),
    stateOfAny(section, facts, SHIPS[facts.kind], 'clients', at),
  ];
  return states.some((state) => state !== 'no');
}

function stateOfAny(
  section: UseSection | null,
  facts: UseFacts,
  permissions: readonly UsePermission[],
  audience: Audience,
  at: Instant,
): State {
  const states = permissions.map((one) => stateOf(section, facts, one, audience, at));
  if (states.includes('in_force')) return 'in_force';
  return states.includes('not_on_record') ? 'not_on_record' : 'no';
}

function stateOf(
  section: UseSection | null,
  facts: UseFacts,
  permission: UsePermission,
  audience: Audience,
  at: Instant,
): State {
  if (!facts.permitted.includes(permission)) return 'no';
  if (section === null) return 'not_on_record';
  const clauses = section.permissions.get(permission) ?? [];
  const states = clauses
    .filter((clause) => covers(clause.audience, audience))
    .map((clause) => grantOf(section, permission, clause, facts));
  const open = states.some(
    (grant) =>
      typeof grant === 'object' && at >= grant.from && (grant.until === null || at < grant.until),
  );
  if (open) return 'in_force';
  const unrecorded = states.some((grant) => grant === 'CONDITION' || grant === 'PATCH_SCOPE');
  return unrecorded ? 'not_on_record' : 'no';
}

function verdictOf(state: State): FindVerdict {
  switch (state) {
    case 'in_force':
      return { use: 'permitted', because: 'IN_FORCE' };
    case 'not_on_record':
      return unknown('NOT_ON_RECORD');
    case 'no':
      return notPermitted('NOT_IN_FORCE');
  }
}

function unknown(because: FindReason): FindVerdict {
  return { use: 'unknown', because };
}

function notPermitted(because: FindReason): FindVerdict {
  return { use: 'not_permitted', because };
}
