import { equalBytes, sha256 } from '../../crypto/hash.ts';
import type { AlertMode } from '../../domain/alert.ts';
import {
  type Decision,
  effectiveDecision,
  type PlatformState,
  type PrincipalFacts,
  type ReasonCode,
  type ReleaseFacts,
} from '../../domain/decision.ts';
import type { Enrolment } from '../../domain/enrolment.ts';
import type { ArtifactId, ParticipantId, ProgrammeId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { standing } from '../../domain/revision.ts';
import { waves } from '../../domain/schedule.ts';
import type { VulnerabilityFacts } from '../../domain/vulnerability.ts';
import { changesAt, decideRelease } from '../../policy/decide.ts';
import type { Policy } from '../../policy/policy.ts';
import {
  type AlertRow,
  type ArtifactRow,
  alertById,
  artifactsOf,
} from '../../store/alert-reader.ts';
import { clockDoubted } from '../../store/clock-store.ts';
import type { Tx } from '../../store/database.ts';
import { type Hold, insertHolds } from '../../store/delivery-writer.ts';
import {
  type AlertRelation,
  type Enrolled,
  enrolmentOf,
  NO_RELATION,
  relationsTo,
} from '../../store/participant-reader.ts';
import { platformOf } from '../../store/platform-store.ts';
import {
  insertGrants,
  insertRedecisions,
  lastGrants,
  type NewGrant,
  type Redecision,
  type ToldGrant,
  wavesBegun,
} from '../../store/release-store.ts';
import { insertShadowGrants } from '../../store/shadow-store.ts';
import { SYSTEM } from '../act.ts';
import type { Context } from '../context.ts';
import { readHead } from './alert-head.ts';

/** An alert with what a release of it needs, read once per batch. */
export type AlertFacts = {
  readonly mode: AlertMode;
  readonly alert: AlertRow;
  readonly artifacts: readonly ArtifactRow[];
  readonly vulnerability: VulnerabilityFacts;
  readonly platform: PlatformState;
};

/** Reads what a release of an alert needs. */
export async function alertFacts(context: Context, tx: Tx, alert: AlertRow): Promise<AlertFacts> {
  const { mode, facts: vulnerability } = await readHead(context, tx, alert);
  const platform = await platformOf(tx, alert.programme);
  const artifacts = standing(await artifactsOf(tx, alert.id));
  return { mode, alert, artifacts, vulnerability, platform };
}

/** The facts of one artifact for one participant, over the sealed channel (our only one so far). */
export function factsFor(
  { alert, vulnerability, platform }: Omit<AlertFacts, 'artifacts' | 'mode'>,
  artifact: Pick<ArtifactRow, 'kind' | 'variant'>,
  principal: ReleaseFacts['principal'],
): ReleaseFacts {
  return {
    principal,
    artifact: { kind: artifact.kind, variant: artifact.variant },
    vulnerability,
    schedule: alert.schedule,
    assurance: principal.kind === 'public' ? 'transport' : 'sealed',
    platform,
  };
}

/** A participant as it stands to an alert. */
export function participantFacts(
  { enrolment, doubted }: Pick<Enrolled, 'enrolment' | 'doubted'>,
  relation: AlertRelation,
): PrincipalFacts {
  return { kind: 'participant', enrolment, ...relation, doubted };
}

/** Decisions of one participant on every artifact of an alert, in the artifacts' order. */
export function decideAll(
  policy: Policy,
  about: Omit<AlertFacts, 'mode'>,
  enrolled: Pick<Enrolled, 'enrolment' | 'doubted'>,
  relation: AlertRelation,
  now: Instant,
): Decision[] {
  const principal = participantFacts(enrolled, relation);
  return about.artifacts.map((artifact) =>
    effectiveDecision(
      decideRelease(policy, factsFor(about, artifact, principal), now),
      artifact.reducedBy !== null,
    ),
  );
}

/**
 * Decides a page of participants and grants what is newly open to each: the common step of a wave's
 * batch and of a late-comer. The caller holds the release lock and commits.
 */
export async function grantPage(
  tx: Tx,
  policy: Policy,
  facts: AlertFacts,
  page: readonly Enrolled[],
  waveAt: Instant,
  now: Instant,
): Promise<{ decisions: Decision[][]; granted: number }> {
  const ids = page.map((enrolled) => enrolled.participant);
  const relations = await relationsTo(tx, facts.alert.id, ids);
  const before = await lastGrants(tx, facts.alert.id, ids);
  const decisions: Decision[][] = [];
  const grants: ToldGrant[] = [];
  const holds: Hold[] = [];
  const later: Redecision[] = [];
  for (const enrolled of page) {
    const relation = relations.get(enrolled.participant) ?? NO_RELATION;
    const decided = decideAll(policy, facts, enrolled, relation, now);
    decisions.push(decided);
    holds.push(...holdsOf(facts, enrolled.participant, decided));
    later.push(...opensBetweenWaves(policy, facts, enrolled, relation, now));
    const grant = grantOf(facts, enrolled.participant, decided);
    const last = before.get(enrolled.participant);
    if (grant.allowed + grant.reduced > 0 && !(last && isSame(last, grant))) {
      grants.push({ ...grant, told: opensMore(last, grant) });
    }
  }
  // Of a rehearsal all is decided, and nobody is given or asked anything.
  if (facts.mode === 'rehearsal') return { decisions, granted: 0 };
  await insertRedecisions(tx, later);
  const act = { programme: facts.alert.programme, actor: SYSTEM, at: now };
  await insertHolds(tx, act, holds);
  const wave = { alert: facts.alert.id, at: waveAt };
  if (policy.shadow) return { decisions, granted: await insertShadowGrants(tx, act, wave, grants) };
  return { decisions, granted: await insertGrants(tx, act, wave, grants) };
}

function grantOf(
  { artifacts }: Pick<AlertFacts, 'artifacts'>,
  participant: ParticipantId,
  decided: readonly Decision[],
): NewGrant {
  let [allowed, reduced, opened] = [0, 0, ''];
  for (const [index, { id }] of artifacts.entries()) {
    const outcome = decided[index]?.outcome;
    if (outcome === 'allow') allowed += 1;
    else if (outcome === 'allow_reduced') reduced += 1;
    else continue;
    opened += `${id} ${outcome}\n`;
  }
  const seen = [...seenIn(artifacts, decided)];
  return { participant, allowed, reduced, opened: sha256(Buffer.from(opened)), artifacts: seen };
}

/** The artifacts that a participant sees by these decisions, reduced ones in place of others. */
export function seenIn(
  artifacts: readonly Pick<ArtifactRow, 'id' | 'reducedBy'>[],
  decided: readonly Decision[],
): Set<ArtifactId> {
  const seen = new Set<ArtifactId>();
  for (const [index, { id, reducedBy }] of artifacts.entries()) {
    const outcome = decided[index]?.outcome;
    if (outcome === 'allow') seen.add(id);
    // The reduced variant stands in its place, under its own id; that there is a full one is not
    // said.
    if (outcome === 'allow_reduced' && reducedBy !== null) seen.add(reducedBy);
  }
  return seen;
}

/** Whether something is open that was not by the last grant: only of that somebody is told. */
function opensMore(last: NewGrant | undefined, { artifacts }: NewGrant): boolean {
  if (!last?.artifacts || artifacts === null) return true;
  const before = new Set(last.artifacts);
  return artifacts.some((id) => !before.has(id));
}

/** Whether two grants open the same: as many artifacts may be others. */
function isSame(last: NewGrant, { allowed, reduced, opened }: NewGrant): boolean {
  if (last.opened !== null && opened !== null) return equalBytes(last.opened, opened);
  return last.allowed === allowed && last.reduced === reduced;
}

/** What a person must decide about: it may be all there is, so that nobody ever asks for it. */
function holdsOf(
  { alert, artifacts }: AlertFacts,
  participant: ParticipantId,
  decided: readonly Decision[],
): Hold[] {
  return artifacts.flatMap((artifact, index) => {
    const decision = decided[index];
    if (decision?.outcome !== 'hold') return [];
    return [{ alert: alert.id, artifact: artifact.id, participant, code: causeOf(decision) }];
  });
}

/** The leading reason of a hold. */
export function causeOf({ reasons }: Decision): ReasonCode {
  return reasons[0]?.code ?? 'HELD_FOR_REVIEW';
}

/** When something of the alert opens to a participant at an instant that is no wave's, if ever. */
function opensBetweenWaves(
  policy: Policy,
  about: AlertFacts,
  enrolled: Enrolled,
  relation: AlertRelation,
  now: Instant,
): Redecision[] {
  if (!beginsToCount(enrolled.enrolment, now)) return [];
  const { alert, artifacts } = about;
  const principal = participantFacts(enrolled, relation);
  const openings = new Set<Instant>();
  for (const artifact of artifacts) {
    const facts = factsFor(about, artifact, principal);
    let at = changesAt(policy, facts, now);
    for (; at !== null; at = changesAt(policy, facts, at)) {
      if (decideRelease(policy, facts, at).outcome !== 'deny') openings.add(at);
    }
  }
  for (const at of waves(alert.schedule)) openings.delete(at);
  const { participant } = enrolled;
  return [...openings].map((at) => ({ alert: alert.id, participant, at }));
}

/**
 * Whether a fact of the participant begins to count at an instant of its own: an agreement, the
 * longest embargo that it keeps, the time that a duty leaves. All other facts end, or are changed
 * by an act that decides again. Asking `changesAt` of everybody would double the cost of a wave.
 */
function beginsToCount({ agreement, profile, duty }: Enrolment, now: Instant): boolean {
  if (agreement !== null && agreement.signedAt > now) return true;
  if (profile.maxEmbargoMs !== null) return true;
  return duty.status === 'stated' && duty.duties.some(({ clockMs }) => clockMs !== null);
}

/**
 * A grant is a record, not a permission: whoever becomes eligible after a wave (admitted,
 * reinstated, consented, re-tiered) is decided again by that event, for every alert whose waves
 * have begun; under a doubt of the clock, when it ends.
 */
export async function grantNow(
  context: Context,
  tx: Tx,
  programme: ProgrammeId,
  participant: ParticipantId,
  now: Instant,
): Promise<void> {
  const enrolled = await enrolmentOf(tx, programme, participant);
  const begun = await wavesBegun(tx, programme);
  const [first] = begun;
  if (!enrolled || !first) return;
  if (await clockDoubted(tx)) {
    // `now` may be years away. A wave that has begun is due by the right time, whatever that is;
    // one redecision is for all alerts.
    await insertRedecisions(tx, [{ alert: first.alert, participant, at: first.at }]);
    return;
  }
  const latest = new Map(begun.map((wave) => [wave.alert, wave.at]));
  const policy = await context.policies.active(tx, programme);
  for (const [alertId, waveAt] of latest) {
    const alert = await alertById(tx, alertId);
    if (!alert) continue;
    const facts = await alertFacts(context, tx, alert);
    await grantPage(tx, policy, facts, [enrolled], waveAt, now);
  }
}
