import { type Static, Type } from 'typebox';
import { ALERT_MODES, ALERT_STATES } from '../../domain/alert.ts';
import {
  ARTIFACT_KINDS,
  ASSURANCES,
  FORMATS,
  MARKINGS,
  TLP_LABELS,
  USE_PERMISSIONS,
  VARIANTS,
} from '../../domain/artifact.ts';
import { OUTCOMES, REASON_CODES } from '../../domain/decision.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { Plan, PlanTimeline } from '../../programme/alert/plan-alert.ts';
import type { AlertView } from '../../programme/alert/read-alert.ts';
import type { TimingView } from '../../programme/alert/read-timing.ts';
import type { InboxAlert } from '../../programme/release/read-inbox.ts';
import { AUDIENCES, TERM_CODES } from '../../programme/release/use-of-copy.ts';
import {
  Count,
  Hex32,
  IdText,
  InstantText,
  instantOrNull,
  listOf,
  nullable,
  oneOf,
} from './basic.ts';
import { presentTransition, TransitionText } from './enrolment.ts';
import { ObligationText, presentObligation } from './obligation.ts';
import { presentTiming, TimingText } from './timing.ts';
import {
  DatesText,
  presentDates,
  presentVulnerability,
  VulnerabilityText,
} from './vulnerability.ts';

const UseText = Type.Object({
  permission: oneOf(USE_PERMISSIONS),
  inForce: Type.Boolean(),
  from: InstantText,
  until: nullable(InstantText),
  audience: oneOf(AUDIENCES),
  terms: listOf(oneOf(TERM_CODES)),
});

/** An alert as its reader sees it. */
export const InboxAlertText = Type.Object({
  id: IdText,
  title: Type.String(),
  drill: Type.Boolean(),
  tlp: oneOf(TLP_LABELS),
  usePermissions: listOf(oneOf(USE_PERMISSIONS)),
  use: nullable(
    Type.Object({
      terms: listOf(Type.Object({ code: oneOf(TERM_CODES), text: Type.String() })),
      safeToSay: nullable(Type.String()),
    }),
  ),
  obligations: listOf(ObligationText),
  disclosureAt: InstantText,
  artifacts: listOf(
    Type.Object({
      id: IdText,
      kind: oneOf(ARTIFACT_KINDS),
      variant: oneOf(VARIANTS),
      format: oneOf(FORMATS),
      name: Type.String(),
      version: Count,
      revises: nullable(IdText),
      assurance: oneOf(ASSURANCES),
      use: nullable(listOf(UseText)),
    }),
  ),
});

export function presentInboxAlert(alert: InboxAlert): Static<typeof InboxAlertText> {
  return {
    ...alert,
    obligations: alert.obligations.map(presentObligation),
    disclosureAt: formatInstant(alert.disclosureAt),
    artifacts: alert.artifacts.map((artifact) => ({
      ...artifact,
      use:
        artifact.use?.map((grant) => ({
          ...grant,
          from: formatInstant(grant.from),
          until: instantOrNull(grant.until),
        })) ?? null,
    })),
  };
}

const WaveCountsText = Type.Object({
  allowed: Count,
  reduced: Count,
  held: Count,
  denied: Count,
  granted: Count,
  reasons: Type.Unsafe<Readonly<Record<string, number>>>(Type.Record(Type.String(), Count)),
});

/** An alert as the issuer's own persons see it. */
export const AlertText = Type.Object({
  id: IdText,
  programme: IdText,
  author: IdText,
  state: oneOf(ALERT_STATES),
  title: Type.String(),
  mode: oneOf(ALERT_MODES),
  vulnerability: VulnerabilityText,
  dates: DatesText,
  tlp: oneOf(TLP_LABELS),
  usePermissions: listOf(oneOf(USE_PERMISSIONS)),
  disclosureAt: InstantText,
  opensAt: Type.Record(Type.String(), InstantText),
  version: Count,
  approval: nullable(Type.Object({ plan: Hex32, approver: nullable(IdText), at: InstantText })),
  artifacts: listOf(
    Type.Object({
      id: IdText,
      kind: oneOf(ARTIFACT_KINDS),
      variant: oneOf(VARIANTS),
      format: oneOf(FORMATS),
      marking: oneOf(MARKINGS),
      name: Type.String(),
      version: Count,
      slots: Count,
      reducedBy: nullable(IdText),
      revises: nullable(IdText),
      sourcePublishedAt: nullable(InstantText),
    }),
  ),
  waves: listOf(
    Type.Object({
      at: InstantText,
      state: oneOf(['pending', 'running', 'done']),
      counts: WaveCountsText,
    }),
  ),
  copies: Count,
  readersServed: Count,
  proposals: listOf(
    Type.Object({
      id: IdText,
      kind: oneOf(['move', 'compress']),
      to: InstantText,
      proposer: IdText,
      dueAt: nullable(InstantText),
    }),
  ),
  refusals: listOf(
    Type.Object({ proposal: IdText, why: Type.String(), by: IdText, at: InstantText }),
  ),
  changes: Type.Object({ noticed: Count, acknowledged: Count }),
});

export function presentAlert(alert: AlertView): Static<typeof AlertText> {
  const {
    schedule,
    approval,
    artifacts,
    waves,
    vulnerability,
    dates,
    proposals,
    refusals,
    ...rest
  } = alert;
  const opening = Object.entries(schedule.opensAt);
  return {
    ...rest,
    vulnerability: presentVulnerability(vulnerability),
    dates: presentDates(dates),
    disclosureAt: formatInstant(schedule.disclosureAt),
    opensAt: Object.fromEntries(opening.map(([tier, at]) => [tier, formatInstant(at)])),
    approval: approval && { ...approval, at: formatInstant(approval.at) },
    artifacts: artifacts.map((artifact) => ({
      ...artifact,
      sourcePublishedAt: instantOrNull(artifact.sourcePublishedAt),
    })),
    waves: waves.map((wave) => ({ ...wave, at: formatInstant(wave.at) })),
    proposals: proposals.map((each) => ({
      ...each,
      to: formatInstant(each.to),
      dueAt: instantOrNull(each.dueAt),
    })),
    refusals: refusals.map((each) => ({ ...each, at: formatInstant(each.at) })),
  };
}

const StepText = Type.Object({
  at: InstantText,
  outcome: oneOf(OUTCOMES),
  reasons: listOf(oneOf(REASON_CODES)),
});
const TimelineText = Type.Object({
  artifact: IdText,
  steps: listOf(StepText),
  says: Type.String(),
});

/** What would happen, for everybody, and the digest a second person approves. */
export const PlanText = Type.Object({
  alert: IdText,
  version: Count,
  policy: Hex32,
  disclosureAt: InstantText,
  waves: listOf(
    Type.Object({
      at: InstantText,
      allowed: Count,
      allowedReduced: Count,
      held: Count,
      denied: Count,
      reasons: Type.Unsafe<Readonly<Record<string, number>>>(Type.Record(Type.String(), Count)),
      holders: listOf(Type.Object({ full: Count, reduced: Count })),
    }),
  ),
  publicFrom: listOf(TimelineText),
  participants: Count,
  lines: listOf(
    Type.Object({
      participant: IdText,
      name: Type.String(),
      artifacts: listOf(TimelineText),
      disputed: Type.Boolean(),
      transition: nullable(TransitionText),
    }),
  ),
  digest: Hex32,
  timing: TimingText,
});

export function presentPlan(plan: Plan, timing: TimingView): Static<typeof PlanText> {
  return {
    ...plan,
    timing: presentTiming(timing),
    disclosureAt: formatInstant(plan.disclosureAt),
    waves: plan.waves.map((wave) => ({
      ...wave,
      at: formatInstant(wave.at),
      holders: [...wave.holders],
    })),
    publicFrom: plan.publicFrom.map(presentTimeline),
    lines: plan.lines.map(({ transition, ...line }) => ({
      ...line,
      artifacts: line.artifacts.map(presentTimeline),
      transition: presentTransition(transition),
    })),
  };
}

function presentTimeline({ steps, ...timeline }: PlanTimeline): Static<typeof TimelineText> {
  return { ...timeline, steps: steps.map((step) => ({ ...step, at: formatInstant(step.at) })) };
}
