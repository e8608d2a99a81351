import type { Outcome } from '../../domain/decision.ts';
import type { ParticipantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { ParticipantPlan } from '../../policy/plan.ts';
import type { AlertRow } from '../../store/alert-reader.ts';
import type { Tx } from '../../store/database.ts';
import type { Context } from '../context.ts';
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

/** How many get more or less by a change, at any instant from now on. */
export type OpeningDifference = {
  readonly participants: number;
  readonly more: number;
  readonly less: number;
  /** Whether something of it is open to everybody that was not, or earlier. */
  readonly everybody: boolean;
};

/**
 * The plan of an alert as it is and as it would be: the digests of both, and who gets more from
 * `now` on. What has passed opens nothing to anybody.
 */
export async function compareOpenings(
  context: Context,
  tx: Tx,
  [alert, changed]: readonly [before: AlertRow, after: AlertRow],
  relations: Required<Supposed>['relations'],
  now: Instant,
): Promise<{ before: string; after: string; difference: OpeningDifference }> {
  const was = new Map<ParticipantId, readonly Steps[]>();
  // What is held for the platform's sake is given when that is over: it is no less opened by now.
  const platform = 'sound';
  const keep = ({ part }: PlanPart) => was.set(part.participant, stepsOf(part));
  const before = await makePlan(context, tx, alert, keep, { platform });
  let [more, less] = [0, 0];
  const count = ({ part }: PlanPart) => {
    const old = was.get(part.participant) ?? [];
    const is = stepsOf(part);
    if (is.some((steps, i) => opensMore(old[i] ?? [], steps, now))) more += 1;
    if (is.some((steps, i) => opensMore(steps, old[i] ?? [], now))) less += 1;
  };
  const after = await makePlan(context, tx, changed, count, { relations, platform });
  const everybody = after.publicFrom.some(({ steps }, i) =>
    opensMore(whole(before.publicFrom[i]?.steps ?? []), whole(steps), now),
  );
  const difference = { participants: after.participants, more, less, everybody };
  return { before: before.digest, after: after.digest, difference };
}

type Steps = readonly { readonly at: Instant; readonly outcome: Outcome }[];

function stepsOf({ artifacts }: ParticipantPlan): Steps[] {
  return artifacts.map(({ steps }) =>
    steps.map(({ at, decision }) => ({ at, outcome: decision.outcome })),
  );
}

/** Nothing stands in for an artifact in public. */
function whole(steps: Steps): Steps {
  return steps.map(({ at, outcome }) => ({ at, outcome: outcome === 'allow' ? outcome : 'deny' }));
}

/** Whether `b` gives more than `a` at any instant from `now` on. */
function opensMore(a: Steps, b: Steps, now: Instant): boolean {
  const instants = [now, ...[...a, ...b].map(({ at }) => at).filter((at) => at > now)];
  return instants.some((at) => given(b, at) > given(a, at));
}

const GIVEN: Readonly<Record<Outcome, number>> = { allow: 2, allow_reduced: 1, hold: 0, deny: 0 };

function given(steps: Steps, at: Instant): number {
  const step = steps.findLast((each) => each.at <= at);
  return step === undefined ? 0 : GIVEN[step.outcome];
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
