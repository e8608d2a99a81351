import { type ArtifactKind, USE_PERMISSIONS, type UsePermission } from '../../domain/artifact.ts';
import type { Addendum, Role, Standing } from '../../domain/enrolment.ts';
import { type Instant, plus } from '../../domain/instant.ts';
import { plusMonths } from '../months.ts';
import {
  type Audience,
  type Clause,
  type Condition,
  type Offset,
  type SafeField,
  type Term,
  termsOn,
  type UseSection,
} from './section.ts';

/** What use permissions depend on: a participant, an artifact it has or may get, and its alert. */
export type UseFacts = {
  readonly standing: Standing;
  readonly roles: readonly Role[];
  readonly addenda: readonly Addendum[];
  /** The conditions that the participant has attested. */
  readonly holds: readonly Condition[];
  readonly kind: ArtifactKind;
  /** The components that a patch touches, by their codes in the pack; null: not known. */
  readonly patchScope: readonly string[] | null;
  /** What the alert's author permits; the pack says how far. */
  readonly permitted: readonly UsePermission[];
  /**
   * Delivery of the participant's first copy of the artifact, of the one being made too; null: it
   * has none.
   */
  readonly receivedAt: Instant | null;
  readonly disclosureAt: Instant;
};

/** A permission that a participant has, or will have without another act of anybody. */
export type UseGrant = {
  readonly permission: UsePermission;
  readonly from: Instant;
  /** Exclusive; null: for good. */
  readonly until: Instant | null;
  readonly audience: Audience;
  /** What stands on the copy that it comes with. */
  readonly terms: readonly Term[];
  /** For `announce_existence`, what may be said; else empty. */
  readonly fields: readonly SafeField[];
};

/** Why a clause does not give its permission. */
export type ClauseFault =
  | 'KIND'
  | 'ADDENDUM'
  | 'NOT_RECEIVED'
  | 'CONDITION'
  | 'PATCH_SCOPE'
  | 'ENDED';

/** The audiences that each one takes in, itself among them. */
const COVERS: Readonly<Record<Audience, readonly Audience[]>> = {
  self: ['self'],
  own_users: ['self', 'own_users'],
  peers: ['self', 'peers'],
  members: ['self', 'peers', 'members'],
  clients: ['self', 'clients'],
  anyone: ['self', 'own_users', 'peers', 'members', 'clients', 'anyone'],
};

/** Whether a permission for `given` lets do it for `asked`. */
export function covers(given: Audience, asked: Audience): boolean {
  return COVERS[given].includes(asked);
}

/**
 * The permissions of a participant for one artifact that are in force at `now` or start later, in
 * the order of `USE_PERMISSIONS`. None while its standing is not `active`.
 */
export function usePermissions(section: UseSection, facts: UseFacts, now: Instant): UseGrant[] {
  if (facts.standing !== 'active') return [];
  return grantsOf(section, facts).filter(({ until }) => until === null || now < until);
}

/**
 * Whether what is in force at an instant turns on when a copy was first received, for a participant
 * that receives one by then: only where something begins or ends a while after receipt.
 */
export function turnsOnReceipt(section: UseSection): boolean {
  const later = ({ after, months, ms }: Offset) => after === 'receipt' && (months > 0 || ms > 0);
  return [...section.permissions.values()]
    .flat()
    .some(({ from, until }) => later(from) || until?.after === 'receipt');
}

/** Whether one of the grants is in force at `at` for an audience. */
export function inForce(
  grants: readonly UseGrant[],
  permission: UsePermission,
  audience: Audience,
  at: Instant,
): boolean {
  return grants.some(
    (grant) =>
      grant.permission === permission &&
      covers(grant.audience, audience) &&
      at >= grant.from &&
      (grant.until === null || at < grant.until),
  );
}

/** All grants of pack and alert to a participant, whatever its standing and the time. */
export function grantsOf(section: UseSection, facts: UseFacts): UseGrant[] {
  return USE_PERMISSIONS.filter((permission) => facts.permitted.includes(permission)).flatMap(
    (permission) =>
      (section.permissions.get(permission) ?? [])
        .map((clause) => grantOf(section, permission, clause, facts))
        .filter((grant) => typeof grant === 'object'),
  );
}

/** What a clause gives, or why it does not. */
export function grantOf(
  section: UseSection,
  permission: UsePermission,
  clause: Clause,
  facts: UseFacts,
): UseGrant | ClauseFault {
  const fault = clauseFault(section, clause, facts);
  if (fault !== null) return fault;
  const from = resolve(clause.from, facts);
  const until = clause.until === null ? null : resolve(clause.until, facts);
  if (from === null || (clause.until !== null && until === null)) return 'NOT_RECEIVED';
  if (until !== null && until <= from) return 'ENDED';
  const fields = permission === 'announce_existence' ? section.announce : [];
  const terms = termsOn(section, 'copy');
  return { permission, from, until, audience: clause.audience, terms, fields };
}

function clauseFault(section: UseSection, clause: Clause, facts: UseFacts): ClauseFault | null {
  if (clause.kinds.length > 0 && !clause.kinds.includes(facts.kind)) return 'KIND';
  if (missingAddendum(section, facts, facts.kind) !== null) return 'ADDENDUM';
  if (clause.addendum !== null && !facts.addenda.includes(clause.addendum)) return 'ADDENDUM';
  // [R40] [R41] All of what the pack names, attested; what is not known does not hold.
  if (!clause.conditions.every((condition) => facts.holds.includes(condition))) return 'CONDITION';
  return touchesOnly(clause.patchOnly, facts.patchScope) ? null : 'PATCH_SCOPE';
}

function touchesOnly(allowed: readonly string[], scope: readonly string[] | null): boolean {
  if (allowed.length === 0) return true;
  if (scope === null || scope.length === 0) return false;
  return scope.every((component) => allowed.includes(component));
}

/**
 * [R52] The addendum without which a participant gets neither this kind nor feeds, and may do
 * nothing with copies of it; null: none is missing. Release rules of a pack say the same.
 */
export function missingAddendum(
  section: UseSection,
  { roles, addenda }: Pick<UseFacts, 'roles' | 'addenda'>,
  what: ArtifactKind | 'feed',
): Addendum | null {
  const gate = section.addenda.find(
    (each) =>
      (what === 'feed' ? each.feeds : each.kinds.includes(what)) &&
      each.roles.some((role) => roles.includes(role)) &&
      !addenda.includes(each.addendum),
  );
  return gate?.addendum ?? null;
}

/** Null while it counts from a receipt that there has not been. */
function resolve({ after, months, ms }: Offset, facts: UseFacts): Instant | null {
  const start = after === 'T0' ? facts.disclosureAt : facts.receivedAt;
  // [R18] Months as the calendar has them: three from 30 November end in February.
  return start === null ? null : plus(plusMonths(start, months), ms);
}
