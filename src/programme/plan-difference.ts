import type { ParticipantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Schedule } from '../domain/schedule.ts';
import type { ParticipantPlan } from '../policy/plan.ts';
import type { AlertRow } from '../store/alert-reader.ts';
import type { Tx } from '../store/database.ts';
import type { Context } from './context.ts';
import { makePlan, type PlanPart, type Supposed } from './plan-alert.ts';

/** Participants by what another schedule does to the first time at which each artifact opens. */
export type PlanDifference = {
  readonly participants: number;
  /** With at least one artifact that opens earlier, or at all. */
  readonly earlier: number;
  /** With at least one that opens later, or never. */
  readonly later: number;
};

/**
 * The plan of an alert under its schedule and under another, with what that supposes: the digests
 * of both, and whom it touches. Who has a copy keeps it; until the later time no new one is given.
 */
export async function comparePlans(
  context: Context,
  tx: Tx,
  alert: AlertRow,
  schedule: Schedule,
  supposed: Supposed,
): Promise<{ before: string; after: string; difference: PlanDifference }> {
  const openings = new Map<ParticipantId, readonly (Instant | null)[]>();
  const before = await makePlan(context, tx, alert, ({ part }) =>
    openings.set(part.participant, openingsOf(part)),
  );
  let [earlier, later] = [0, 0];
  const seen = ({ part }: PlanPart) => {
    const was = openings.get(part.participant) ?? [];
    const is = openingsOf(part);
    if (is.some((at, i) => isEarlier(at, was[i] ?? null))) earlier += 1;
    if (is.some((at, i) => isEarlier(was[i] ?? null, at))) later += 1;
  };
  const after = await makePlan(context, tx, { ...alert, schedule }, seen, supposed);
  const difference = { participants: after.participants, earlier, later };
  return { before: before.digest, after: after.digest, difference };
}

/** When each artifact first opens, whole or reduced; null: never. */
function openingsOf({ artifacts }: ParticipantPlan): (Instant | null)[] {
  return artifacts.map(({ steps }) => {
    const open = steps.find(
      ({ decision: { outcome } }) => outcome === 'allow' || outcome === 'allow_reduced',
    );
    return open?.at ?? null;
  });
}

function isEarlier(a: Instant | null, b: Instant | null): boolean {
  return a !== null && (b === null || a < b);
}
