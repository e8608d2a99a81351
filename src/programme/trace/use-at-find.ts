import type { ArtifactKind } from '../../domain/artifact.ts';
import type { FindUse } from '../../domain/find.ts';
import type {
  AlertId,
  ArtifactId,
  ParticipantId,
  ProgrammeId,
  ReaderId,
} from '../../domain/ids.ts';
import type { Reading } from '../../marking/reading.ts';
import type { Policy } from '../../policy/policy.ts';
import {
  type FindReason,
  type FindVerdict,
  turnsOnAddenda,
  useOfAll,
  useOfFind,
} from '../../policy/use/find.ts';
import { type AlertRow, alertById, artifactsOf } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import { firstDeliveries } from '../../store/delivery-reader.ts';
import { enrolmentChangedSince, enrolmentOf } from '../../store/participant-reader.ts';
import { policyHashAt } from '../../store/programme-store.ts';
import type { Context } from '../context.ts';
import type { Find } from './record-find.ts';

/** Whether what was found is a use that a participant was permitted then, artifact by artifact. */
export type UseAtFind = {
  readonly useAtThatTime: FindUse;
  readonly artifacts: readonly {
    readonly artifact: ArtifactId;
    readonly kind: ArtifactKind;
    /** Share of its words that the sample has. */
    readonly share: number;
    readonly use: FindUse;
    readonly because: FindReason;
  }[];
};

/** Whose copy of what, found where. */
type FoundCopy = {
  readonly alert: AlertId;
  readonly participant: ParticipantId;
  /** Null where it is undecided which of its readers': then a copy of any counts. */
  readonly reader: ReaderId | null;
  readonly coverage: Reading['coverage'];
  readonly find: Find;
};

/** An artifact of which the sample has less, and another more, is not taken for part of it. */
const LEAST_SHARE = 0.1;

/**
 * What the participant was permitted when the sample was found, by the policy that was in force
 * then, the alert's own list and the first copy that whoever is named was served. What is not on
 * record of that time is `unknown`.
 */
export async function useAtFind(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
  found: FoundCopy,
): Promise<UseAtFind> {
  const { alert: id, participant, reader, find } = found;
  const alert = await alertById(tx, id);
  const policy = await policyAt(context, tx, programme, find);
  const enrolled = await enrolmentOf(tx, programme, participant);
  const changed = await enrolmentChangedSince(tx, programme, participant, find.foundAt);
  const received = await firstDeliveries(tx, id, participant, reader);
  const shares = new Map(found.coverage.map(({ artifact, share }) => [artifact, share]));
  const least = Math.min(LEAST_SHARE, Math.max(0, ...shares.values()));
  const artifacts = (await artifactsOf(tx, id)).flatMap(({ id: artifact, kind }) => {
    const share = shares.get(artifact) ?? 0;
    if (share === 0 || share < least) return [];
    const verdict = verdictOn(alert, policy, find, {
      ...{ kind, participant, changed },
      roles: enrolled?.enrolment.profile.roles ?? [],
      addenda: enrolled?.enrolment.profile.addenda ?? [],
      standing: enrolled?.enrolment.standing ?? 'removed',
      receivedAt: received.get(artifact) ?? null,
    });
    return [{ artifact, kind, share, ...verdict }];
  });
  return { useAtThatTime: useOfAll(artifacts), artifacts };
}

async function policyAt(context: Context, tx: Tx, programme: ProgrammeId, { foundAt }: Find) {
  const hash = await policyHashAt(tx, programme, foundAt);
  return hash === null ? null : context.policies.get(tx, programme, hash);
}

type Facts = Pick<
  Parameters<typeof useOfFind>[1],
  'kind' | 'roles' | 'addenda' | 'standing' | 'receivedAt'
> & { readonly participant: ParticipantId; readonly changed: boolean };

function verdictOn(
  alert: AlertRow | null,
  policy: Policy | null,
  find: Find,
  { participant, changed, ...facts }: Facts,
): FindVerdict {
  if (alert === null || policy === null) return { use: 'unknown', because: 'POLICY_UNKNOWN' };
  const { use } = policy;
  if (changed && use !== null && turnsOnAddenda(use)) {
    return { use: 'unknown', because: 'FACTS_CHANGED' };
  }
  return useOfFind(
    use,
    {
      ...facts,
      // Neither is on record: what hangs on it is neither given nor refused.
      holds: [],
      patchScope: null,
      permitted: alert.usePermissions,
      disclosureAt: alert.schedule.disclosureAt,
    },
    {
      kind: find.kind,
      own: find.member === participant,
      shipped: find.shipped,
      at: find.foundAt,
    },
  );
}
