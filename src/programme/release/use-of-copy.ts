import type { UsePermission } from '../../domain/artifact.ts';
import type { ArtifactId, ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Policy } from '../../policy/policy.ts';
import { turnsOnReceipt, type UseGrant, usePermissions } from '../../policy/use/grant.ts';
import { safeToSay } from '../../policy/use/say.ts';
import { TERMS, type Term, termsOn, type UseSection } from '../../policy/use/section.ts';
import type { AlertRow, ArtifactRow } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { firstDeliveries, type ReaderFacts } from '../../store/delivery-reader.ts';

export { AUDIENCES } from '../../policy/use/section.ts';
/** Codes of the terms that a programme can set. */
export const TERM_CODES = Object.keys(TERMS) as readonly Term[];

/** Of an alert and its reader, what use turns on. */
type UseCase = {
  readonly alert: AlertRow;
  readonly artifacts: readonly ArtifactRow[];
  readonly open: ReadonlySet<ArtifactId>;
  readonly policy: Policy;
  readonly reader: Pick<ReaderFacts, 'enrolment'>;
};

/** A term as it stands on every copy, in the programme's words. */
export type CopyTerm = { readonly code: Term; readonly text: string };

/** What a reader's participant may do with an alert's artifacts, as far as the pack says it. */
export type AlertUse = {
  /** In force now, in whichever artifact. */
  readonly inForce: readonly UsePermission[];
  readonly terms: readonly CopyTerm[];
  /** The statement its members may make; null: none, not even that there is an alert. */
  readonly safeToSay: string | null;
  /** Also those that start later; of what was not fetched yet, as if it were now. */
  readonly grants: ReadonlyMap<ArtifactId, readonly UseGrant[]>;
};

/** Null where the pack has no `use:` section. */
export async function useOfAlert(
  tx: Tx,
  work: UseCase,
  participant: ParticipantId,
  now: Instant,
): Promise<AlertUse | null> {
  const { use } = work.policy;
  if (use === null) return null;
  const received = await firstDeliveries(tx, work.alert.id, participant);
  const grants = new Map<ArtifactId, readonly UseGrant[]>();
  const sayable: UseGrant[] = [];
  for (const artifact of work.artifacts.filter(({ id }) => work.open.has(id))) {
    const at = received.get(artifact.id);
    const found = grantsFor(use, work, artifact, at ?? now, now);
    grants.set(artifact.id, found);
    // What may be said because of a copy may be said by whoever has the copy.
    if (at !== undefined) sayable.push(...found);
  }
  const { id, schedule } = work.alert;
  return {
    inForce: inForceAt([...grants.values()].flat(), now),
    terms: termsOfCopy(work.policy),
    safeToSay: safeToSay({ id, disclosureAt: schedule.disclosureAt }, sayable, now).text,
    grants,
  };
}

/** What stands on every copy; nothing where the pack sets no terms. */
export function termsOfCopy({ use }: Pick<Policy, 'use'>): CopyTerm[] {
  if (use === null) return [];
  return termsOn(use, 'copy').map((code) => ({ code, text: use.terms.get(code) ?? '' }));
}

/**
 * What a copy issued at `now` permits: of the alert's own list what the pack has in force by then;
 * all of it where the pack does not say.
 */
export async function permissionsOfCopy(
  tx: Tx,
  work: UseCase,
  artifact: ArtifactRow,
  participant: ParticipantId,
  now: Instant,
): Promise<readonly UsePermission[]> {
  const { use } = work.policy;
  if (use === null) return work.alert.usePermissions;
  // A round trip of every fetch, and most packs do not ask when the first copy was received.
  const received = turnsOnReceipt(use)
    ? (await firstDeliveries(tx, work.alert.id, participant)).get(artifact.id)
    : undefined;
  return inForceAt(grantsFor(use, work, artifact, received ?? now, now), now);
}

function grantsFor(
  section: UseSection,
  { alert, reader }: UseCase,
  { kind }: ArtifactRow,
  receivedAt: Instant,
  now: Instant,
): UseGrant[] {
  const { standing, profile } = reader.enrolment;
  return usePermissions(
    section,
    {
      standing,
      roles: profile.roles,
      addenda: profile.addenda,
      // Neither is on record, and what is not known does not hold: such permissions are not given.
      holds: [],
      patchScope: null,
      kind,
      permitted: alert.usePermissions,
      receivedAt,
      disclosureAt: alert.schedule.disclosureAt,
    },
    now,
  );
}

function inForceAt(grants: readonly UseGrant[], now: Instant): UsePermission[] {
  return [...new Set(grants.filter(({ from }) => from <= now).map((grant) => grant.permission))];
}
