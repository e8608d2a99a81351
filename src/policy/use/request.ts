import type { UsePermission } from '../../domain/artifact.ts';
import type { Outcome } from '../../domain/decision.ts';
import type { Standing } from '../../domain/enrolment.ts';
import { type Instant, instant, plus } from '../../domain/instant.ts';
import { type ClauseFault, covers, grantOf, type UseFacts, type UseGrant } from './grant.ts';
import type { Audience, DifferentPatch, UseSection } from './section.ts';

/** A participant asks whether it may use a copy in one way. */
export type UseRequest = {
  readonly permission: UsePermission;
  readonly audience: Audience;
  readonly askedAt: Instant;
  /** The patch it would use differs significantly from the one it received. */
  readonly patchDiffers: boolean;
  /** The issuer's answer about that patch; null: there is none. */
  readonly answer: { readonly yes: boolean; readonly at: Instant } | null;
};

/** Why a use is refused. */
export type UseRefusal =
  | 'STANDING'
  | 'NOT_PERMITTED'
  | 'AUDIENCE'
  | 'TOO_EARLY'
  | 'PATCH_DIFFERS'
  | ClauseFault;

/**
 * The answer to a request. `changesAt`: the instant from which it would be granted, where one is
 * known. A hold is a question to the issuer, who ought to answer by `dueAt`; it never ends by
 * itself.
 */
export type UseAnswer =
  | { readonly outcome: 'granted'; readonly grant: UseGrant }
  | {
      readonly outcome: 'hold';
      readonly question: 'PATCH_DIFFERS';
      readonly dueAt: Instant;
      readonly overdue: boolean;
    }
  | {
      readonly outcome: 'refused';
      readonly reason: UseRefusal;
      readonly changesAt: Instant | null;
    };

/** What a request comes to at `now`. */
export function checkUse(
  section: UseSection,
  facts: UseFacts,
  request: UseRequest,
  now: Instant,
): UseAnswer {
  const found = findGrant(section, facts, request, now);
  if (found.outcome !== 'granted' || !request.patchDiffers) return found;
  return aboutDifferentPatch(section.differentPatch, request, found, now);
}

function findGrant(
  section: UseSection,
  facts: UseFacts,
  { permission, audience }: Pick<UseRequest, 'permission' | 'audience'>,
  now: Instant,
): Exclude<UseAnswer, { outcome: 'hold' }> {
  if (facts.standing !== 'active') return refused('STANDING');
  const clauses = section.permissions.get(permission) ?? [];
  if (clauses.length === 0 || !facts.permitted.includes(permission)) {
    return refused('NOT_PERMITTED');
  }
  const wide = clauses.filter((clause) => covers(clause.audience, audience));
  if (wide.length === 0) return refused('AUDIENCE');
  const given = wide.map((clause) => grantOf(section, permission, clause, facts));
  const grants = given.filter((each) => typeof each === 'object');
  const open = grants.find(({ from, until }) => now >= from && (until === null || now < until));
  if (open !== undefined) return { outcome: 'granted', grant: open };
  const later = grants.filter(({ from }) => now < from).map(({ from }) => from);
  if (later.length > 0) return refused('TOO_EARLY', instant(Math.min(...later)));
  const faults = given.filter((each) => typeof each === 'string');
  return refused(faults.find((each) => each !== 'KIND') ?? faults[0] ?? 'ENDED');
}

/** [R43] Only the issuer's yes lets use it: silence, however long, is none. */
function aboutDifferentPatch(
  policy: DifferentPatch,
  { askedAt, answer }: UseRequest,
  granted: UseAnswer,
  now: Instant,
): UseAnswer {
  if (policy.rule === 'allowed') return granted;
  if (policy.rule === 'refused') return refused('PATCH_DIFFERS');
  if (answer !== null && answer.at <= now) return answer.yes ? granted : refused('PATCH_DIFFERS');
  const dueAt = plus(askedAt, policy.withinMs);
  return { outcome: 'hold', question: 'PATCH_DIFFERS', dueAt, overdue: now > dueAt };
}

function refused(reason: UseRefusal, changesAt: Instant | null = null) {
  return { outcome: 'refused', reason, changesAt } as const;
}

/** Somebody of another organisation with whom a participant would share a copy. */
export type Peer = {
  /** Its organisation's standing in the programme; null: it is no participant. */
  readonly standing: Standing | null;
  /** Whether it is the security team of that organisation. */
  readonly security: boolean;
  /** When its organisation's wave of this alert opens; null: it has none. */
  readonly opensAt: Instant | null;
  /** What the release rules answer for its organisation and this very artifact, now. */
  readonly release: Outcome;
};

/** What a participant would share, and how. */
export type Sharing = {
  /** When the participant's own wave opens. */
  readonly opensAt: Instant;
  readonly peer: Peer;
  /** Technical measures keep it from everybody else. */
  readonly controlled: boolean;
};

/** Why a copy may not be shared with a peer. */
export type SharingRefusal =
  | UseRefusal
  | 'PEER_NOT_MEMBER'
  | 'PEER_NOT_SECURITY'
  | 'PEER_OTHER_WAVE'
  | 'PEER_WAVE_NOT_OPEN'
  | 'PEER_NOT_RELEASED'
  | 'NOT_CONTROLLED';

/** Whether a copy may be shared; `changesAt` as in `UseAnswer`. */
export type SharingAnswer =
  | { readonly outcome: 'granted' }
  | {
      readonly outcome: 'refused';
      readonly reason: SharingRefusal;
      readonly changesAt: Instant | null;
    };

/**
 * [R50] Whether a participant may share a copy with a peer at `now`. What the peer would not get
 * from the issuer it does not get from a peer either.
 */
export function mayShare(
  section: UseSection,
  facts: UseFacts,
  sharing: Sharing,
  now: Instant,
): SharingAnswer {
  const own = findGrant(section, facts, { permission: 'share_peers', audience: 'peers' }, now);
  if (own.outcome === 'refused') return own;
  const { peer, opensAt, controlled } = sharing;
  const no = (reason: SharingRefusal, changesAt: Instant | null = null): SharingAnswer => ({
    outcome: 'refused',
    reason,
    changesAt,
  });
  if (peer.standing !== 'active') return no('PEER_NOT_MEMBER');
  if (!peer.security) return no('PEER_NOT_SECURITY');
  if (peer.opensAt !== opensAt) return no('PEER_OTHER_WAVE');
  if (now < opensAt) return no('PEER_WAVE_NOT_OPEN', opensAt);
  if (peer.release !== 'allow') return no('PEER_NOT_RELEASED');
  return controlled ? { outcome: 'granted' } : no('NOT_CONTROLLED');
}
