import { ARTIFACT_KINDS, type ArtifactKind } from '../../domain/artifact.ts';
import type { Decision, Outcome, PrincipalFacts, ReleaseFacts } from '../../domain/decision.ts';
import type { DutyFacts, Tier } from '../../domain/enrolment.ts';
import { DAY_MS, type Instant, instant } from '../../domain/instant.ts';
import type { Schedule } from '../../domain/schedule.ts';
import { decideLoaded, load, REFUSED_DECISION, turningPoints } from '../decide.ts';
import type { Policy } from '../policy.ts';
import { SLOT } from '../vocabulary.ts';
import type { Axis } from './axis.ts';
import { BLANK, type Circumstances, DISCLOSURE, FOREVER, PAST, START } from './circumstances.ts';

/** Who a cell is about: a tier of participants, or anybody at all. */
export type Audience = { readonly tier: Tier } | { readonly tier: null };

/** The decision from an instant on. */
export type Turn = { readonly at: Instant; readonly decision: Decision };

/**
 * How the decision on one kind for one audience unfolds, from `START` on. Cells of equal `shape`
 * have the same outcomes at every instant.
 */
export type Cell = {
  readonly audience: Audience;
  readonly kind: ArtifactKind;
  readonly turns: readonly Turn[];
  readonly shape: string;
};

/** Cells of every audience, the public last, and every kind; always in the same order. */
export type Profile = readonly Cell[];

/** The settings of all axes, in their order. */
export type Situation = readonly number[];

/** What is asked, and about whom it can be asked. */
export type Inquiry = {
  readonly policy: Policy;
  readonly schedule: Schedule;
  readonly axes: readonly Axis[];
  readonly profiles: Map<string, Profile>;
};

/** A schedule of the policy's leads; those in business days as if there were no holidays. */
export function scheduleOf({ leads }: Policy): Schedule {
  const opensAt = Object.entries(leads).map(([name, lead]) => {
    const ms = lead.unit === 'calendar' ? lead.ms : Math.ceil((lead.days * 7) / 5) * DAY_MS + 1;
    return [name, instant(DISCLOSURE - ms)] as const;
  });
  return { disclosureAt: DISCLOSURE, opensAt: Object.fromEntries(opensAt) };
}

/** What everybody gets in a situation. */
export function profileOf(inquiry: Inquiry, situation: Situation): Profile {
  const { policy, schedule, axes, profiles } = inquiry;
  const key = situation.join();
  const known = profiles.get(key);
  if (known !== undefined) return known;
  const circumstances = axes.reduce(
    (before, { settings }, i) => settings[situation[i] ?? 0]?.apply(before) ?? before,
    BLANK,
  );
  const audiences: Audience[] = [...policy.tiers.map((tier) => ({ tier })), { tier: null }];
  const profile = audiences.flatMap((audience) =>
    ARTIFACT_KINDS.map((kind): Cell => {
      const turns = unfold(policy, factsOf(circumstances, audience, kind, schedule));
      return { audience, kind, turns, shape: shapeOf(turns) };
    }),
  );
  profiles.set(key, profile);
  return profile;
}

function factsOf(
  circumstances: Circumstances,
  { tier }: Audience,
  kind: ArtifactKind,
  schedule: Schedule,
): ReleaseFacts {
  const { vulnerability, assurance, platform } = circumstances;
  const principal: PrincipalFacts =
    tier === null ? { kind: 'public' } : participantOf(circumstances, tier);
  const artifact = { kind, variant: 'full' } as const;
  return { principal, artifact, vulnerability, schedule, assurance, platform };
}

function participantOf(circumstances: Circumstances, tier: Tier): PrincipalFacts {
  const { enrolment, profile, consent, involvement, doubted } = circumstances;
  return {
    kind: 'participant',
    enrolment: { ...enrolment, tier, profile, duty: dutyOf(circumstances) },
    consent,
    involvement,
    doubted,
  };
}

function dutyOf({ duties, dutyFacts }: Circumstances): DutyFacts {
  const { known, current, provenance } = dutyFacts;
  if (!known) return { status: 'unknown' };
  return { status: 'stated', duties, provenance, expiresAt: current ? FOREVER : PAST };
}

function unfold(policy: Policy, facts: ReleaseFacts): Turn[] {
  const loaded = load(policy, facts, START);
  if (loaded === null) return [{ at: START, decision: REFUSED_DECISION }];
  const { row } = policy.engine;
  return [START, ...turningPoints(loaded, row, START)].map((at) => {
    row[SLOT.now] = at;
    return { at, decision: decideLoaded(loaded, row) };
  });
}

/** The turns at which the outcome changes, the first one included. */
export function outcomesOf(turns: readonly Turn[]): Turn[] {
  return turns.filter(
    ({ decision }, i) => i === 0 || decision.outcome !== turns[i - 1]?.decision.outcome,
  );
}

function shapeOf(turns: readonly Turn[]): string {
  return outcomesOf(turns)
    .map(({ at, decision }) => `${at} ${decision.outcome}`)
    .join();
}

/** The decision in force at an instant, none before `START`. */
export function decisionAt({ turns }: Cell, at: Instant): Decision {
  return turns.findLast((turn) => turn.at <= at)?.decision ?? REFUSED_DECISION;
}

/** How much an outcome gives, from nothing at 0 on. */
export const RANK: Readonly<Record<Outcome, number>> = {
  deny: 0,
  hold: 1,
  allow_reduced: 2,
  allow: 3,
};
